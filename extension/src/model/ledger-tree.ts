import type { LedgerItem } from '@axtary/protocol';

import type { LedgerWindow } from './store.js';

/** How records without a decision, and decisions that are on an older page, are filed. */
export type LedgerVerdict = 'allow' | 'deny' | 'step_up' | 'unknown' | 'system';

/** One tool call: every record of its decision, in the order they were written. */
export interface CallNode {
  readonly kind: 'call';
  readonly id: string;
  readonly verdict: LedgerVerdict;
  readonly title: string;
  readonly resource: string | undefined;
  readonly agent: string | undefined;
  /** What became of it, as its newest record says. */
  readonly status: string | undefined;
  /** RFC 3339, of its first record. */
  readonly time: string;
  readonly rules: readonly string[];
  readonly records: readonly LedgerItem[];
}

export interface ToolNode {
  readonly kind: 'tool';
  readonly id: string;
  readonly tool: string;
  readonly verdict: LedgerVerdict;
  readonly calls: readonly CallNode[];
}

export interface VerdictNode {
  readonly kind: 'verdict';
  readonly id: string;
  readonly verdict: LedgerVerdict;
  readonly tools: readonly ToolNode[];
  readonly calls: number;
}

export interface DayNode {
  readonly kind: 'day';
  readonly id: string;
  /** As `dayOf` gave it. */
  readonly day: string;
  readonly verdicts: readonly VerdictNode[];
  readonly calls: number;
}

const MCP_CALL = 'mcp.tool.call';
const VERDICT_ORDER: readonly LedgerVerdict[] = ['step_up', 'deny', 'allow', 'unknown', 'system'];

/** Groups records by day, verdict, tool and call: newest days and calls first. */
export function ledgerTree(window: LedgerWindow, dayOf: (time: string) => string): DayNode[] {
  const calls = callsOf(window.items);
  return [...groupBy(calls, (call) => dayOf(call.time))].map(([day, ofDay]) => ({
    kind: 'day',
    id: day,
    day,
    verdicts: verdictsOf(day, ofDay),
    calls: ofDay.length,
  }));
}

function verdictsOf(day: string, calls: readonly CallNode[]): VerdictNode[] {
  const groups = groupBy(calls, (call) => call.verdict);
  return VERDICT_ORDER.flatMap((verdict): VerdictNode[] => {
    const ofVerdict = groups.get(verdict);
    if (ofVerdict === undefined) return [];
    const id = `${day}/${verdict}`;
    return [
      { kind: 'verdict', id, verdict, tools: toolsOf(id, ofVerdict), calls: ofVerdict.length },
    ];
  });
}

function toolsOf(parent: string, calls: readonly CallNode[]): ToolNode[] {
  return [...groupBy(calls, toolOf)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([tool, ofTool]) => ({
      kind: 'tool',
      id: `${parent}/${tool}`,
      tool,
      verdict: ofTool[0]?.verdict ?? 'unknown',
      calls: ofTool,
    }));
}

/** Records come newest first, and so do calls: by their newest record. */
function callsOf(items: readonly LedgerItem[]): CallNode[] {
  const groups = groupBy(items, (item) => item.decisionId ?? `seq-${item.seq}`);
  return [...groups].map(([id, newestFirst]) => callOf(id, newestFirst.toReversed()));
}

function callOf(id: string, records: readonly LedgerItem[]): CallNode {
  const first = records[0];
  const decided = records.find((record) => record.verdict !== undefined);

  return {
    kind: 'call',
    id,
    verdict: verdictOf(first, decided),
    title: titleOf(decided ?? first, id),
    resource: records.find((record) => record.resource !== undefined)?.resource,
    agent: records.find((record) => record.agent !== undefined)?.agent,
    status: records.findLast((record) => record.status !== undefined)?.status,
    time: first?.time ?? '',
    rules: decided?.rules ?? [],
    records,
  };
}

function titleOf(record: LedgerItem | undefined, id: string): string {
  return record?.title ?? id;
}

function verdictOf(first: LedgerItem | undefined, decided: LedgerItem | undefined): LedgerVerdict {
  if (decided?.verdict !== undefined) return decided.verdict;
  return first?.decisionId === undefined ? 'system' : 'unknown';
}

/** Every MCP call has the same tool, so its resource names it; records without a decision go by type. */
function toolOf(call: CallNode): string {
  const record = call.records.find((item) => item.tool !== undefined) ?? call.records[0];
  if (record?.tool === MCP_CALL) return record.resource ?? MCP_CALL;
  return record?.tool ?? record?.type ?? '';
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
