import assert from 'node:assert/strict';

import {
  completePolicy,
  type Completion,
  type PolicyEnvironment,
  type Position,
  type TextEdit,
} from '@axtary/policy';

/** A text and the place of the `|` that was in it. */
export function atMarker(marked: string): { readonly text: string; readonly position: Position } {
  const at = marked.indexOf('|');
  assert.notEqual(at, -1, 'expected a | in the text');
  const before = marked.slice(0, at).split('\n');
  const position = { line: before.length - 1, column: before.at(-1)?.length ?? 0 };
  return { text: marked.slice(0, at) + marked.slice(at + 1), position };
}

/** The part of a text that a range covers. */
export function covered(text: string, { start, end }: TextEdit['range']): string {
  return text.slice(offsetOf(text, start), offsetOf(text, end));
}

/** A text after edits. */
export function applied(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort(
    (a, b) => offsetOf(text, b.range.start) - offsetOf(text, a.range.start),
  );
  return sorted.reduce((result, { range, newText }) => {
    const [start, end] = [offsetOf(text, range.start), offsetOf(text, range.end)];
    return result.slice(0, start) + newText + result.slice(end);
  }, text);
}

function offsetOf(text: string, { line, column }: Position): number {
  const lines = text.split('\n').slice(0, line);
  return lines.reduce((sum, each) => sum + each.length + 1, 0) + column;
}

export function completionsAt(
  marked: string,
  environment: PolicyEnvironment = {},
): readonly Completion[] {
  const { text, position } = atMarker(marked);
  return completePolicy(text, position, environment);
}

export function labelsAt(marked: string, environment: PolicyEnvironment = {}): readonly string[] {
  return completionsAt(marked, environment).map(({ label }) => label);
}

/** The text after the completion with this label was taken. */
export function completed(
  marked: string,
  label: string,
  environment: PolicyEnvironment = {},
): string {
  const { text, position } = atMarker(marked);
  const found = completePolicy(text, position, environment).find((each) => each.label === label);
  assert.ok(found, `expected a completion "${label}"`);
  return applied(text, [{ range: found.range, newText: found.insertText }]);
}

export const HEAD = 'version: 1\npreset: none\n';

/** A policy of one rule, its lines below the dash. */
export function ruleText(...lines: string[]): string {
  return `${HEAD}policies:\n  - ${lines.join('\n    ')}\n`;
}

/** Texts that nobody would write and everybody types through. */
export const HALF_WRITTEN: readonly string[] = [
  '',
  '|'.repeat(3),
  'version',
  'version:',
  'policies:\n  -',
  'policies:\n  - id',
  'policies:\n  - id: a\n    match: {',
  'policies:\n  - id: a\n    match: { tool: [',
  'policies:\n  - id: "a\n    effect: allow\n  - id: b\n',
  'policies: [{id: a, match: {tool: x}',
  'policies:\n\t- id: a\n',
  '- - - - a\n',
  '? a\n: b\n',
  '&a *a !!x %\n',
  '{[}]',
  ':\n:\n- :\n',
  'lists: {a: [b, c\npolicies:\n  - id: a',
  'policies:\n- id: a\n  when:\n  - field: payload.',
  '\u{1f600}: \ud800\n',
  'a: |\n  b\n   c\nd',
];
