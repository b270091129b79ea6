import {
  messageOf,
  type FromSimulationPanel,
  type ImpactLength,
  type PanelChoice,
  type PanelImpact,
  type PanelSimulation,
  type SimulationChoice,
  type SimulationPanel,
  type SubjectKind,
} from '@axtary/protocol';

/** A policy text that can be simulated: an open document, saved or not. */
export interface DraftText extends PanelChoice {
  readonly text: string;
  readonly isDirty: boolean;
  /** Not axtary.yml itself. */
  readonly isDraft: boolean;
  readonly errors: number;
}

export interface SimulationQuestion {
  readonly draft: DraftText;
  readonly kind: SubjectKind;
  readonly subject: string | undefined;
  readonly actionText: string;
}

export interface ImpactQuestion {
  readonly draft: DraftText;
  readonly last: ImpactLength;
  readonly run: string;
  readonly onProgress: (done: number, total: number) => void;
}

/** What a simulation needs of the enforcement host and of the editor. */
export interface SimulationPorts {
  readonly drafts: () => readonly DraftText[];
  /** What there is to take an action from, in the folder of a draft. */
  readonly choices: (kind: SubjectKind, draft: DraftText | undefined) => readonly PanelChoice[];
  readonly simulate: (question: SimulationQuestion) => Promise<PanelSimulation>;
  readonly impact: (question: ImpactQuestion) => Promise<PanelImpact>;
  readonly cancel: (run: string) => Promise<void>;
  readonly newRun: () => string;
  /** The panel's state has changed. */
  readonly onChange: () => void;
  /** How long an edited draft rests before it is simulated, in milliseconds. */
  readonly restMs: number;
}

const EXAMPLE = JSON.stringify(
  {
    tool: 'mcp.tool.call',
    resource: 'mcp:filesystem/write_file',
    payload: {
      server: 'filesystem',
      name: 'write_file',
      arguments: { path: 'src/app.ts', content: 'export {};\n' },
    },
    context: { paths: ['src/app.ts'] },
  },
  undefined,
  2,
);

/** What one simulation panel shows: it follows its draft, asks anew when something is chosen, and decides nothing. */
export class SimulationSession {
  readonly #ports: SimulationPorts;
  #choice: SimulationChoice;
  #simulation: PanelSimulation = { status: 'idle', message: '' };
  #impact: PanelImpact = { status: 'idle' };
  /** What the last answers are about, so that nothing is asked twice. */
  #asked: string | undefined;
  #impactText: string | undefined;
  #turn = 0;
  #run: string | undefined;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: SimulationPorts, choice?: Partial<SimulationChoice>) {
    this.#ports = ports;
    this.#choice = { kind: 'ledger', actionText: EXAMPLE, last: 100, ...choice };
  }

  /** The panel's complete state. */
  get panel(): SimulationPanel {
    const { kind, actionText, last } = this.#choice;
    const draft = this.#draft();
    const subject = this.#subject();
    return {
      ...(draft === undefined ? {} : { draft: shownDraft(draft) }),
      drafts: this.#ports.drafts().map(({ id, label }) => ({ id, label })),
      kind,
      ...(subject === undefined ? {} : { subject }),
      choices: this.#choices(),
      actionText,
      simulation: this.#simulation,
      last,
      impact: this.#impact,
    };
  }

  get draftId(): string | undefined {
    return this.#draft()?.id;
  }

  /** Something outside has changed: a draft, the ledger, what waits, or the connection. */
  refresh(): void {
    this.#markStale();
    this.#ports.onChange();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      void this.#simulate();
    }, this.#ports.restMs);
  }

  /** Asks again whatever was asked before, as after the enforcement host has come back. */
  again(): void {
    this.#asked = undefined;
    this.refresh();
  }

  choose(choice: Partial<SimulationChoice>): Promise<void> {
    const { kind } = this.#choice;
    this.#choice = { ...this.#choice, ...choice };
    // Another kind of thing: what was chosen of the first kind is no name of the second.
    const isOtherKind = choice.kind !== undefined && choice.kind !== kind;
    if (isOtherKind && choice.subject === undefined) delete this.#choice.subject;
    this.#markStale();
    this.#ports.onChange();
    return this.#simulate();
  }

  /** Does what the panel asks for, as far as it is about what is simulated. */
  async receive(message: FromSimulationPanel): Promise<void> {
    const choice = choiceIn(message);
    if (choice !== undefined) await this.choose(choice);
    else if (message.type === 'ready') this.refresh();
    else if (message.type === 'runImpact') await this.#compare();
    else if (message.type === 'cancelImpact') await this.#cancel();
  }

  dispose(): void {
    clearTimeout(this.#resting);
    this.#turn += 1;
    void this.#cancel();
  }

  #draft(): DraftText | undefined {
    const drafts = this.#ports.drafts();
    return drafts.find(({ id }) => id === this.#choice.draft) ?? drafts[0];
  }

  /** A record that was chosen is kept, also where it is older than those that are listed. */
  #choices(): PanelChoice[] {
    const { kind, subject } = this.#choice;
    const choices = [...this.#ports.choices(kind, this.#draft())];
    if (kind !== 'ledger' || subject === undefined) return choices;
    if (choices.some(({ id }) => id === subject)) return choices;
    return [...choices, { id: subject, label: subject }];
  }

  /** What was chosen, where there still is such a thing; else the first. */
  #subject(): string | undefined {
    const { kind, subject } = this.#choice;
    if (kind === 'action') return undefined;
    const choices = this.#choices();
    return (choices.find(({ id }) => id === subject) ?? choices[0])?.id;
  }

  async #simulate(): Promise<void> {
    clearTimeout(this.#resting);
    const draft = this.#draft();
    const { kind, actionText } = this.#choice;
    const subject = this.#subject();
    if (draft === undefined || (kind !== 'action' && subject === undefined)) {
      this.#asked = undefined;
      this.#turn += 1;
      this.#show({ status: 'idle', message: nothingText(draft) });
      return;
    }
    // Newer records do not take the place of the one that is in view.
    if (subject !== undefined) this.#choice = { ...this.#choice, subject };
    const asked = JSON.stringify([draft.text, kind, kind === 'action' ? actionText : subject]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    const turn = ++this.#turn;
    // What is known stays in view until the answer is there: no flicker at every key.
    if (this.#simulation.status !== 'done') this.#show({ status: 'running', message: 'Deciding…' });
    const answer = await answerOf(() => this.#ports.simulate({ draft, kind, subject, actionText }));
    if (turn !== this.#turn) return;
    if (answer.status === 'failed') this.#asked = undefined;
    this.#show(answer);
  }

  async #compare(): Promise<void> {
    const draft = this.#draft();
    if (draft === undefined || this.#run !== undefined) return;
    const { last } = this.#choice;
    const run = this.#ports.newRun();
    this.#run = run;
    this.#impactText = draft.text;
    this.#showImpact({ status: 'running', done: 0, total: last });
    const onProgress = (done: number, total: number): void => {
      if (this.#run === run) this.#showImpact({ status: 'running', done, total });
    };
    try {
      const impact = await this.#ports.impact({ draft, last, run, onProgress });
      if (this.#run === run) this.#impact = impact;
    } catch (error) {
      if (this.#run === run) this.#impact = { status: 'failed', message: messageOf(error) };
    }
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#markStale();
    this.#ports.onChange();
  }

  async #cancel(): Promise<void> {
    if (this.#run !== undefined) await this.#ports.cancel(this.#run).catch(() => undefined);
  }

  #markStale(): void {
    if (this.#impact.status !== 'done') return;
    this.#impact = { ...this.#impact, isStale: this.#draft()?.text !== this.#impactText };
  }

  #show(simulation: PanelSimulation): void {
    this.#simulation = simulation;
    this.#ports.onChange();
  }

  #showImpact(impact: PanelImpact): void {
    this.#impact = impact;
    this.#ports.onChange();
  }
}

/** `undefined`: the message chooses nothing. */
function choiceIn(message: FromSimulationPanel): Partial<SimulationChoice> | undefined {
  switch (message.type) {
    case 'chooseDraft':
      return { draft: message.id };
    case 'chooseKind':
      return { kind: message.kind };
    case 'chooseSubject':
      return { subject: message.id };
    case 'writeAction':
      return { actionText: message.text };
    case 'chooseLast':
      return { last: message.last };
    default:
      return undefined;
  }
}

async function answerOf(ask: () => Promise<PanelSimulation>): Promise<PanelSimulation> {
  try {
    return await ask();
  } catch (error) {
    return { status: 'failed', message: messageOf(error) };
  }
}

function shownDraft({
  id,
  label,
  isDirty,
  isDraft,
  errors,
}: DraftText): NonNullable<SimulationPanel['draft']> {
  return { id, label, isDirty, isDraft, errors };
}

function nothingText(draft: DraftText | undefined): string {
  return draft === undefined
    ? 'There is no policy to simulate: open axtary.yml, or begin a draft.'
    : 'There is no such action yet: choose another source above.';
}
