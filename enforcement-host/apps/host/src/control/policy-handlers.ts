import { parsePolicy } from '@axtary/policy';
import type { Clock } from '@axtary/core';
import { MAX_POLICY_TEXT, type ControlProtocol, type RequestHandlers } from '@axtary/protocol';

import type { AskEngines } from '../policy/engines.js';
import { diffOf } from '../policy/diff.js';
import { HostError } from '../errors.js';
import type { Environments } from '../policy/environment.js';
import { impactOf, type ImpactOptions } from '../policy/impact.js';
import { analyze, complete, hover, rename } from '../policy/language.js';
import { ruleFrom } from '../policy/rule-from.js';
import { simulate } from '../policy/simulate.js';
import { runTests } from '../policy/tests.js';
import type { Runs } from '../policy/runs.js';
import type { Workspaces } from '../workspace/workspaces.js';
import type { Notify } from './notifications.js';

export interface PolicyDependencies {
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  readonly environments: Environments;
  readonly ask: AskEngines;
}

interface Connection {
  readonly runs: Runs;
  readonly notify: Notify;
}

type Handlers = RequestHandlers<ControlProtocol>;
type PolicyMethods =
  | 'policy/analyze'
  | 'policy/complete'
  | 'policy/hover'
  | 'policy/rename'
  | 'policy/activity'
  | 'policy/ruleFrom'
  | 'policy/simulate'
  | 'policy/impact'
  | 'policy/diff'
  | 'policy/tests'
  | 'policy/cancel';

/** Answers to questions about policy texts; none of them changes what is enforced. */
export function policyHandlers(
  connection: Connection,
  dependencies: PolicyDependencies,
): Pick<Handlers, PolicyMethods> {
  return {
    ...languageHandlers(dependencies),
    ...pastHandlers(connection, dependencies),
    'policy/activity': async ({ workspace, hours }) =>
      (await dependencies.workspaces.open(workspace)).evidence.activity.since(hours),
    'policy/ruleFrom': async ({ workspace: folder, ...params }) => {
      const workspace = await dependencies.workspaces.open(folder);
      const text = params.text ?? (await proposedText(workspace.policy));
      return ruleFrom(workspace, { ...params, text });
    },
    'policy/simulate': async ({ workspace: folder, ...params }) =>
      simulate(await dependencies.workspaces.open(folder), params, dependencies),
    'policy/tests': async ({ workspace: folder, ...params }) =>
      runTests(await dependencies.workspaces.open(folder), params),
  };
}

function languageHandlers({
  workspaces,
  environments,
}: PolicyDependencies): Pick<
  Handlers,
  'policy/analyze' | 'policy/complete' | 'policy/hover' | 'policy/rename'
> {
  return {
    'policy/analyze': async ({ workspace, ...params }) =>
      analyze(params, await environments.of(await workspaces.open(workspace))),
    'policy/complete': async ({ workspace, ...params }) => ({
      items: complete(params, await environments.of(await workspaces.open(workspace))),
    }),
    'policy/hover': (params) => hover(params),
    'policy/rename': ({ text, position, newName }) => rename({ text, position, newName }),
  };
}

function pastHandlers(
  { runs, notify }: Connection,
  { workspaces }: PolicyDependencies,
): Pick<Handlers, 'policy/impact' | 'policy/diff' | 'policy/cancel'> {
  const start = <T>(
    { run, last }: { readonly run: string; readonly last: number },
    work: (options: ImpactOptions) => Promise<T>,
  ): Promise<T> =>
    runs.start(run, (signal) => {
      const onProgress = (done: number): void =>
        void notify('policy/progress', { run, done, total: last });
      return work({ last, signal, onProgress });
    });
  return {
    // Begun before anything is awaited, so that a cancellation right behind finds it.
    'policy/impact': ({ workspace: folder, text, last, run }) =>
      start({ run, last }, async (options) => {
        const workspace = await workspaces.open(folder);
        const { policy } = parsePolicy(text);
        if (!policy) throw new HostError('POLICY_NOT_VALID', 'the draft is not a valid policy');
        return impactOf(workspace, policy, options);
      }),
    'policy/diff': ({ workspace: folder, text: draft, last, run = 'policy/diff' }) => {
      const work = async (options?: ImpactOptions): ReturnType<typeof diffOf> => {
        const workspace = await workspaces.open(folder);
        const text = draft ?? (await proposedText(workspace.policy));
        return diffOf(workspace, text, options);
      };
      return last === undefined ? work() : start({ run, last }, work);
    },
    'policy/cancel': ({ run }) => {
      runs.cancel(run);
      return {};
    },
  };
}

/** The axtary.yml of a workspace as it lies there; empty where there is none. */
async function proposedText(policy: {
  refresh(): Promise<void>;
  proposal(): { readonly proposedText: string | undefined };
}): Promise<string> {
  await policy.refresh();
  return (policy.proposal().proposedText ?? '').slice(0, MAX_POLICY_TEXT);
}
