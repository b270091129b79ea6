import { createProver, type EngineAnswer, type Proof } from '@axtary/prover';

import type { CliContext } from '../../context.js';
import { EXIT_CODES } from '../../exit-codes.js';
import { tableLines } from '../../table.js';
import { printable, type Terminal } from '../../terminal.js';
import { decideEach, printCounts, type DecideEachOptions } from './decide-each.js';
import { loadPolicy } from './load-policy.js';
import type { Subject } from './subjects.js';

export interface ProveOptions extends DecideEachOptions {
  readonly policy: string;
}

/** Decides actions with three engines, and says where they do not agree. */
export async function prove(options: ProveOptions, context: CliContext): Promise<void> {
  const { terminal, setExitCode } = context;
  const policy = await loadPolicy(options.policy, context);
  const prover = await createProver(policy);
  let disagreements = 0;
  const counts = await decideEach({ ...options, policy }, context, (subject, facts) => {
    const proof = prover.prove(subject.action, facts);
    if (!proof.agree) disagreements++;
    if (options.json) terminal.printJsonLine(toJson(subject, proof));
    else printProof(subject, proof, terminal);
  });
  const { decided, unread } = counts;
  if (!options.json) {
    if (decided > 1) terminal.print(`${decided} actions, ${disagreements} disagreements`);
    printCounts(counts, terminal);
  }
  if (disagreements > 0) setExitCode(EXIT_CODES.disagreement);
  else setExitCode(unread > 0 || decided === 0 ? EXIT_CODES.failed : EXIT_CODES.ok);
}

function toJson({ at, action }: Subject, proof: Proof): unknown {
  const { tool, resource } = action.capability;
  return { ...at, id: action.id, tool, resource, ...proof };
}

const ENGINES = ['native', 'cedar', 'rego'] as const;

function printProof({ at, action }: Subject, proof: Proof, terminal: Terminal): void {
  const { tool, resource } = action.capability;
  const verdict = proof.agree
    ? terminal.paint('green', 'agree')
    : terminal.paint('red', 'DISAGREE');
  const what = [tool, resource].map(printable).join(' ');
  terminal.print(`${verdict}  ${what}  (${printable(at.place)})`);
  const rows = ENGINES.map((engine) => [engine, proof[engine].decision, rulesOf(proof[engine])]);
  for (const line of tableLines([['ENGINE', 'DECISION', 'RULES'], ...rows], '  ')) {
    terminal.print(line);
  }
  terminal.print('');
}

function rulesOf({ rules, error }: EngineAnswer): string {
  return error === undefined ? rules.join(', ') : `no answer: ${error}`;
}
