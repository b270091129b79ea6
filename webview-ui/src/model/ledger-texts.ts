import { visibleText, type LedgerGroup, type LedgerRow } from '@axtary/protocol';

/** A code point of the codicon font, and what it says in words. */
export interface Mark {
  readonly icon: string;
  readonly text: string;
  /** Chooses its colour; never the only thing that tells. */
  readonly tone: 'good' | 'bad' | 'warning' | 'plain';
}

const VERDICTS: Readonly<Record<NonNullable<LedgerRow['verdict']>, Mark>> = {
  allow: { icon: '\ueba4', text: 'Allowed', tone: 'good' },
  deny: { icon: '\ueabd', text: 'Denied', tone: 'bad' },
  step_up: { icon: '\uea67', text: 'Asked a human', tone: 'warning' },
};

const STATUSES: Readonly<Record<string, Mark>> = {
  executed: { icon: '\ueab2', text: 'Executed', tone: 'good' },
  failed: { icon: '\uea87', text: 'Failed', tone: 'bad' },
  blocked: { icon: '\uea75', text: 'Blocked', tone: 'bad' },
  unknown: { icon: '\ueb32', text: 'Outcome unknown', tone: 'warning' },
  approved: { icon: '\ueba4', text: 'Approved', tone: 'good' },
  denied: { icon: '\ueabd', text: 'Denied', tone: 'bad' },
  reconciled: { icon: '\uea77', text: 'Reconciled', tone: 'plain' },
};

const TYPES: Readonly<Record<string, Mark>> = {
  genesis: { icon: '\ueafc', text: 'Ledger begins', tone: 'plain' },
  key: { icon: '\ueb11', text: 'Key', tone: 'plain' },
  decision: { icon: '\ueb12', text: 'Decision', tone: 'plain' },
  approval: { icon: '\uea67', text: 'Approval', tone: 'plain' },
  pass: { icon: '\ueb53', text: 'Pass', tone: 'plain' },
  intent: { icon: '\uead3', text: 'Intent', tone: 'plain' },
  outcome: { icon: '\ueb26', text: 'Outcome', tone: 'plain' },
  policy_change: { icon: '\ueb12', text: 'Policy change', tone: 'plain' },
  reconciliation: { icon: '\uea77', text: 'Reconciliation', tone: 'plain' },
  revocation: { icon: '\ueabd', text: 'Revocation', tone: 'warning' },
  tool_pinned: { icon: '\ueba0', text: 'Tool pinned', tone: 'plain' },
  checkpoint: { icon: '\ueb77', text: 'Checkpoint', tone: 'plain' },
  key_epoch: { icon: '\ueb11', text: 'New checkpoint key', tone: 'plain' },
  recovery: { icon: '\uea82', text: 'Recovery', tone: 'warning' },
  gap: { icon: '\uea6c', text: 'Gap', tone: 'bad' },
  clock_anomaly: { icon: '\ueb7c', text: 'Clock anomaly', tone: 'warning' },
};

/** Statuses in the order in which they are offered. */
export const STATUS_NAMES = Object.keys(STATUSES);

/** What a record says of its call: its verdict, what became of it, or else its type. */
export function markOf({ verdict, status, type }: LedgerRow): Mark {
  if (verdict !== undefined) return VERDICTS[verdict];
  if (status !== undefined) return statusMark(status);
  return typeMark(type);
}

export function statusMark(status: string): Mark {
  return STATUSES[status] ?? { icon: '\ueb26', text: visibleText(status), tone: 'plain' };
}

export function typeMark(type: string): Mark {
  return TYPES[type] ?? { icon: '\ueb26', text: visibleText(type), tone: 'plain' };
}

export function verdictMark(verdict: NonNullable<LedgerRow['verdict']>): Mark {
  return VERDICTS[verdict];
}

export const GROUP_NAMES: Readonly<Record<LedgerGroup, string>> = {
  task: 'Task',
  agent: 'Agent',
  tool: 'Tool',
  verdict: 'Verdict',
  type: 'Type',
};

/** The name of a group as a reader knows it. */
export function groupTitle(group: LedgerGroup, key: string): string {
  if (key === '') return `No ${GROUP_NAMES[group].toLowerCase()}`;
  if (group === 'type') return typeMark(key).text;
  if (group === 'verdict' && isVerdict(key)) return VERDICTS[key].text;
  return visibleText(key);
}

/** Whether the records of a group can be asked for: those without a key cannot. */
export function canOpen(group: LedgerGroup, key: string): boolean {
  return key !== '' && (group !== 'verdict' || isVerdict(key));
}

function isVerdict(key: string): key is NonNullable<LedgerRow['verdict']> {
  return key in VERDICTS;
}

/** One line of a row, safe to read. */
export interface RowTexts {
  readonly time: string;
  readonly title: string;
  readonly agent: string;
  readonly tool: string;
  readonly task: string;
  readonly mark: Mark;
}

const known = new WeakMap<LedgerRow, RowTexts>();

/** Texts of a row; a row is shown many times, and they are made once. */
export function rowTexts(row: LedgerRow): RowTexts {
  const before = known.get(row);
  if (before !== undefined) return before;
  const texts = {
    time: rowTime(row.time),
    title: visibleText(row.title),
    agent: visibleText(row.agent ?? ''),
    tool: visibleText(row.tool ?? ''),
    task: visibleText(row.task ?? ''),
    mark: markOf(row),
  };
  known.set(row, texts);
  return texts;
}

const MOMENT = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const COUNT = new Intl.NumberFormat();

/** Here, to the second. What is not a time stays as it is. */
export function rowTime(time: string): string {
  return formatted(MOMENT, time);
}

export function wholeTime(time: string): string {
  return formatted(WHOLE, time);
}

export function countText(count: number): string {
  return COUNT.format(count);
}

/** `1 record`, `1,000 records`. */
export function recordsText(count: number): string {
  return `${countText(count)} record${count === 1 ? '' : 's'}`;
}

function formatted(format: Intl.DateTimeFormat, time: string): string {
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) ? visibleText(time) : format.format(milliseconds);
}
