import type { Action } from '@axtary/core';
import type { Condition, PolicyRule } from '@axtary/policy';

/** The parts of a rule that peers are given. */
export interface PlainRule {
  readonly effect: PolicyRule['effect'];
  readonly tool: string;
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

export function plain({ effect, match, when = [] }: PolicyRule): PlainRule {
  if (typeof match.tool !== 'string') throw new TypeError('expected a rule about one tool');
  const { resource = [] } = match;
  return {
    effect,
    tool: match.tool,
    resources: typeof resource === 'string' ? [resource] : resource,
    conditions: when,
  };
}

/** Where a field is in an action, name by name. */
export function placeOf({ field = '' }: Condition): readonly string[] {
  const names = field.split('.');
  return names[0] === 'payload' ? ['capability', ...names] : names;
}

/** A glob of the language of policies as an anchored regular expression. */
export function regexOf(glob: string): string {
  const body = glob
    .split('*')
    .map((text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
    .join('[^\\/]*')
    .replace(/^\[\^\\\/\]\*\[\^\\\/\]\*\\\//, '(?:.*\\/)?')
    .replace(/\\\/\[\^\\\/\]\*\[\^\\\/\]\*$/, '\\/.+');
  return `^${body}$`;
}

/** A condition as a function, as a host of another engine would write it. */
export function predicateOf(condition: Condition): (action: Action) => boolean {
  const read = readerOf(placeOf(condition));
  const holds = holdsOf(condition);
  return (action) => holds(read(action));
}

function readerOf(names: readonly string[]): (action: Action) => unknown {
  return (action) => {
    let value: unknown = action;
    for (const name of names) value = (value as Record<string, unknown> | undefined)?.[name];
    return value;
  };
}

function holdsOf(condition: Condition): (value: unknown) => boolean {
  const { equals, notEquals, in: within, notIn, over, max, overSize, matches, present } = condition;
  if (equals !== undefined) return (value) => value === equals;
  if (notEquals !== undefined) return (value) => value !== notEquals;
  if (within !== undefined) return isIn(new Set<unknown>(within));
  if (notIn !== undefined) {
    const isOne = isIn(new Set<unknown>(notIn));
    return (value) => !isOne(value);
  }
  if (over !== undefined) return (value) => typeof value === 'number' && value > over;
  if (max !== undefined) return (value) => typeof value === 'number' && value <= max;
  if (overSize !== undefined) return (value) => Array.isArray(value) && value.length > overSize;
  if (present !== undefined) return (value) => (value !== undefined) === present;
  return matchesAny(matches ?? []);
}

function isIn(set: ReadonlySet<unknown>): (value: unknown) => boolean {
  return (value) => set.has(value);
}

function matchesAny(globs: string | readonly string[]): (value: unknown) => boolean {
  const list = typeof globs === 'string' ? [globs] : globs;
  const regexes = list.map((glob) => new RegExp(regexOf(glob)));
  return (value) => {
    const texts = Array.isArray(value) ? value : [value];
    return texts.some((text) => regexes.some((regex) => regex.test(String(text))));
  };
}
