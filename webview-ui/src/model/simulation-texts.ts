import type { PanelEngine, PanelTrace, PolicyDirection } from '@axtary/protocol';

type Verdict = PanelTrace['effect'];

/** A verdict as an icon with a shape of its own, and in words. */
export const VERDICTS = {
  allow: { icon: 'pass', text: 'Allowed', effect: 'allows' },
  deny: { icon: 'circle-slash', text: 'Denied', effect: 'denies' },
  step_up: { icon: 'person', text: 'Asks a human', effect: 'asks a human' },
} as const satisfies Record<
  Verdict,
  { readonly icon: string; readonly text: string; readonly effect: string }
>;

export const OUTCOMES = {
  determined: { icon: 'target', text: 'Decided' },
  overruled: { icon: 'arrow-down', text: 'Held, but was overruled' },
  unmet: { icon: 'warning', text: 'Held, but what it requires is not met' },
  'not-held': { icon: 'dash', text: 'Did not hold' },
} as const satisfies Record<
  PanelTrace['outcome'],
  { readonly icon: string; readonly text: string }
>;

export const ENGINES = {
  native: 'Axtary',
  cedar: 'Cedar',
  rego: 'Rego (OPA)',
} as const satisfies Record<PanelEngine['engine'], string>;

/** Which way a policy change goes: what is not known to be harmless is never called so. */
export const DIRECTIONS = {
  tightens: { icon: 'lock', text: 'Tightens', overall: 'This change only tightens.' },
  loosens: {
    icon: 'unlock',
    text: 'Loosens',
    overall: 'This change loosens: more would be allowed.',
  },
  unclear: {
    icon: 'question',
    text: 'May loosen',
    overall: 'This change may loosen: read each difference.',
  },
  neutral: { icon: 'dash', text: 'No effect', overall: 'This change decides nothing differently.' },
} as const satisfies Record<
  PolicyDirection,
  { readonly icon: string; readonly text: string; readonly overall: string }
>;

/** Rules that had a say, and those that had none. */
export function splitTraces(rules: readonly PanelTrace[]): {
  readonly held: readonly PanelTrace[];
  readonly others: readonly PanelTrace[];
} {
  const order = ['determined', 'unmet', 'overruled'] as const;
  return {
    held: order.flatMap((outcome) => rules.filter((rule) => rule.outcome === outcome)),
    others: rules.filter((rule) => rule.outcome === 'not-held'),
  };
}

/** Whether engines that answered say the same; engines that did not answer prove nothing. */
export function agreement(engines: readonly PanelEngine[]): string {
  const silent = engines.filter(({ decision }) => decision === undefined);
  const answers = new Set(
    engines
      .filter(({ decision }) => decision !== undefined)
      .map(({ decision, rules }) => JSON.stringify([decision, [...rules].sort()])),
  );
  if (answers.size > 1) return 'The engines disagree: treat this policy as broken.';
  const answered = engines.length - silent.length;
  if (answered === engines.length && answered > 1) {
    return `All ${answered} engines agree on the decision and on the rules behind it.`;
  }
  return answered === 0
    ? 'No engine answered.'
    : `${answered} of ${engines.length} engines answered.`;
}

/** How far a computation over past actions has come, from 0 to 100. */
export function percent(done: number, total: number): number {
  return total <= 0 ? 0 : Math.min(100, Math.floor((100 * done) / total));
}

/** A number and its noun: `1 action`, `2 actions`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A time in the reader's language and zone; what is none is shown as it is. */
export function shownTime(time: string, language: string): string {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return time;
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' });
  return format.format(milliseconds);
}
