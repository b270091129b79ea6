import { visibleText, type LedgerFilter } from '@axtary/protocol';

import { statusMark, typeMark, verdictMark } from './ledger-texts.js';

/** Lists of a filter that can be chosen from. */
export type FilterList = 'types' | 'verdicts' | 'statuses' | 'agents' | 'tools' | 'tasks';

/** One thing that a filter asks for: what a chip says, and the filter without it. */
export interface FilterChip {
  readonly label: string;
  readonly without: LedgerFilter;
}

const HOUR = 3_600_000;

/** How far back a filter goes. */
export const TIME_RANGES = [
  { name: 'Last hour', ms: HOUR },
  { name: 'Last day', ms: 24 * HOUR },
  { name: 'Last week', ms: 7 * 24 * HOUR },
] as const;

const NAMES = {
  types: 'Type',
  verdicts: 'Verdict',
  statuses: 'Status',
  agents: 'Agent',
  humans: 'Human',
  tools: 'Tool',
  tasks: 'Task',
  rules: 'Rule',
} as const satisfies Partial<Record<keyof LedgerFilter, string>>;

type NamedList = keyof typeof NAMES;
const LISTS = Object.keys(NAMES) as readonly NamedList[];

/** Adds a value to one of the lists, or takes it away where it is there already. */
export function toggled(filter: LedgerFilter, list: FilterList, value: string): LedgerFilter {
  const before: readonly string[] = filter[list] ?? [];
  const values = before.includes(value)
    ? before.filter((one) => one !== value)
    : [...before, value];
  const next = without(filter, list);
  if (values.length === 0) return next;
  if (list !== 'verdicts') return { ...next, [list]: values };
  return { ...next, verdicts: values.filter(isVerdict) };
}

/** Everything that a filter asks for, one by one, but for its text, which has a field of its own. */
export function chipsOf(filter: LedgerFilter): FilterChip[] {
  const lists = LISTS.flatMap((list) =>
    (filter[list] ?? []).map((value: string) => ({
      label: `${NAMES[list]}: ${valueText(list, value)}`,
      without: withoutValue(filter, list, value),
    })),
  );
  const call =
    filter.decisionId === undefined
      ? []
      : [{ label: 'One call', without: without(filter, 'decisionId') }];
  return [...lists, ...call];
}

/** Records from `since`, before `until`; RFC 3339. Without either, all. */
export function inRange(
  filter: LedgerFilter,
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
): LedgerFilter {
  return {
    ...without(without(filter, 'since'), 'until'),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

/** A time as a field for date and time has it, here; empty where there is none. */
export function fieldTime(time: string | undefined): string {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(milliseconds)) return '';
  const here = milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000;
  return new Date(here).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
}

/** The range between two such fields; RFC 3339, UTC. A field that is empty sets no bound. */
export function rangeOfFields(
  from: string,
  to: string,
): { readonly since?: string; readonly until?: string } {
  const [since, until] = [from, to].map((field) => {
    const milliseconds = Date.parse(field);
    return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
  });
  return {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

/** A text that every record is to contain; an empty one asks for none. */
export function withText(filter: LedgerFilter, text: string): LedgerFilter {
  const rest = without(filter, 'text');
  return text === '' ? rest : { ...rest, text };
}

export function isEmpty(filter: LedgerFilter): boolean {
  return Object.keys(filter).length === 0;
}

/** A value of one of the lists as a reader knows it. */
export function valueText(list: NamedList, value: string): string {
  if (list === 'verdicts' && isVerdict(value)) return verdictMark(value).text;
  if (list === 'statuses') return statusMark(value).text;
  if (list === 'types') return typeMark(value).text;
  return visibleText(value);
}

function withoutValue(filter: LedgerFilter, list: NamedList, value: string): LedgerFilter {
  const values = (filter[list] ?? []).filter((one: string) => one !== value);
  const rest = without(filter, list);
  return values.length === 0 ? rest : { ...rest, [list]: values };
}

function without(filter: LedgerFilter, member: keyof LedgerFilter): LedgerFilter {
  const rest = { ...filter };
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a member of a closed union
  delete rest[member];
  return rest;
}

type Verdict = NonNullable<LedgerFilter['verdicts']>[number];

function isVerdict(value: string): value is Verdict {
  return value === 'allow' || value === 'deny' || value === 'step_up';
}
