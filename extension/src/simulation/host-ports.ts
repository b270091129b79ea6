import type {
  PanelChoice,
  PanelImpact,
  PanelSimulation,
  PolicyTestResult,
  SimulationSubject,
  SubjectKind,
} from '@axtary/protocol';
import * as vscode from 'vscode';

import { ExtensionError } from '../errors.js';
import type { PolicyHost, Reached } from '../language/policy-host.js';
import type { WindowStore } from '../model/store.js';
import { visible } from '../views/visible.js';
import { panelImpact, panelSimulation } from './answers.js';
import type { DraftText, ImpactQuestion, SimulationQuestion } from './session.js';

/** A policy test that can be simulated: where it is, by its id in the panel. */
export interface TestPlace {
  readonly id: string;
  readonly uri: vscode.Uri;
  readonly name: string;
}

export interface HostPortsDependencies {
  readonly store: WindowStore;
  readonly host: PolicyHost;
  readonly tests: () => readonly TestPlace[];
  readonly onProgress: (run: string, listener: (done: number, total: number) => void) => () => void;
}

/** Asks the enforcement host what the simulation panel wants to know. */
export class SimulationHostPorts {
  readonly #dependencies: HostPortsDependencies;

  constructor(dependencies: HostPortsDependencies) {
    this.#dependencies = dependencies;
  }

  choices(kind: SubjectKind, draft: DraftText | undefined): PanelChoice[] {
    const { store, host, tests } = this.#dependencies;
    const path = draft && host.folderOf(vscode.Uri.parse(draft.id));
    const folder = path === undefined ? store.folders[0] : store.folder(path);
    switch (kind) {
      case 'ledger':
        return (folder?.ledger.items ?? [])
          .filter(({ verdict }) => verdict !== undefined)
          .map(({ seq, title, resource }) => ({
            id: String(seq),
            label: visible([seq, title, ...besides(title, resource)].join(' · ')),
          }));
      case 'approval':
        return (folder?.pending ?? []).map(({ id, title, agent }) => ({
          id,
          label: visible(`${title} · ${agent}`),
        }));
      case 'test':
        return tests().map(({ id, uri, name }) => ({
          id,
          label: visible(`${vscode.workspace.asRelativePath(uri, false)} · ${name}`),
        }));
      case 'action':
        return [];
    }
  }

  async simulate(question: SimulationQuestion): Promise<PanelSimulation> {
    const { draft } = question;
    const reached = this.#reach(draft);
    const { caller, workspace } = reached;
    const subject = await this.#subjectOf(question);
    const [simulation, test] = await Promise.all([
      caller.call('policy/simulate', { workspace, text: draft.text, subject }),
      subject.kind === 'test' ? this.#test(reached, draft.text, subject) : undefined,
    ]);
    return panelSimulation(simulation, test);
  }

  async impact({ draft, last, run, onProgress }: ImpactQuestion): Promise<PanelImpact> {
    const { caller, workspace } = this.#reach(draft);
    const stop = this.#dependencies.onProgress(run, onProgress);
    try {
      const { text } = draft;
      return panelImpact(await caller.call('policy/impact', { workspace, text, last, run }));
    } finally {
      stop();
    }
  }

  async cancel(run: string): Promise<void> {
    const [folder] = this.#dependencies.store.folders;
    if (folder === undefined) return;
    const reached = this.#dependencies.host.reach(vscode.Uri.file(folder.folder));
    await reached?.caller.call('policy/cancel', { run });
  }

  #reach({ id }: DraftText): Reached {
    const reached = this.#dependencies.host.reach(vscode.Uri.parse(id));
    if (reached !== undefined) return reached;
    throw new ExtensionError(
      'HOST_UNREACHABLE',
      'the enforcement host is not connected: start it and try again',
    );
  }

  async #subjectOf({
    kind,
    subject = '',
    actionText,
  }: SimulationQuestion): Promise<SimulationSubject> {
    switch (kind) {
      case 'ledger':
        return { kind, seq: Number(subject) };
      case 'approval':
        return { kind, id: subject };
      case 'action':
        return { kind, text: actionText };
      case 'test': {
        const place = this.#dependencies.tests().find(({ id }) => id === subject);
        if (place === undefined) throw new ExtensionError('REVIEW_MISMATCH', 'no such test');
        const document = await vscode.workspace.openTextDocument(place.uri);
        const file = vscode.workspace.asRelativePath(place.uri, false).replaceAll('\\', '/');
        return { kind, file, text: document.getText(), name: place.name };
      }
    }
  }

  /** What the test itself says of the draft. */
  async #test(
    { caller, workspace }: Reached,
    policyText: string,
    { file, text, name }: Extract<SimulationSubject, { kind: 'test' }>,
  ): Promise<PolicyTestResult | undefined> {
    const files = [{ path: file, text }];
    const { results } = await caller.call('policy/tests', { workspace, files, policyText });
    return results.find((result) => result.name === name);
  }
}

/** A resource that the title does not name already. */
function besides(title: string, resource: string | undefined): string[] {
  return resource === undefined || title.includes(resource) ? [] : [resource];
}
