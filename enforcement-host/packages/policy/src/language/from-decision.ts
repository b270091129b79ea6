import type { Action, Decision, JsonValue, Verdict } from '@axtary/core';

import type { Scalar } from '../document/text.js';
import { fieldProblem } from '../field.js';
import { globProblem } from '../glob.js';
import { yamlText } from './quote.js';
import { code } from './words.js';

interface Decided {
  readonly action: Action;
  readonly decision: Decision;
}

/** How a rule from a decision is to look. */
export interface FromDecisionOptions {
  /** Ids that are in use; the new one gets a number behind it where it is among them. */
  readonly taken?: Iterable<string>;
  /**
   * `exact`: this call, with its short values. `similar`: this tool on this resource. Without it,
   * rules that allow are exact and others are not.
   */
  readonly width?: 'exact' | 'similar';
}

/** A rule to be put under `policies`. */
export interface RuleDraft {
  readonly id: string;
  /** YAML of one element of a list, its dash in the third column, with a line break at the end. */
  readonly snippet: string;
  /** What the rule would and would not do, for whoever decides about it. */
  readonly explanation: string;
}

/**
 * Writes a rule for calls like one that was decided. It is a proposal: values that are long, that
 * look like credentials, or that policies cannot compare are left out, and the explanation says so.
 */
export function ruleFromDecision(
  { action, decision }: Decided,
  effect: Verdict,
  { taken = [], width }: FromDecisionOptions = {},
): RuleDraft {
  const isExact = (width ?? (effect === 'allow' ? 'exact' : 'similar')) === 'exact';
  const { tool, resource } = action.capability;
  const { conditions, omitted } = isExact ? conditionsOf(action, effect) : NO_CONDITIONS;
  const isGlob = globProblem(resource) === undefined && !resource.includes('*');
  const tests = isGlob ? conditions : [equal('capability.resource', resource), ...conditions];
  const id = freeId(idFor(effect, tool, resource), new Set(taken));
  const lines = [
    `id: ${id}`,
    `effect: ${effect}`,
    'match:',
    `  tool: ${flow(tool)}`,
    ...(isGlob ? [`  resource: ${flow(resource)}`] : []),
    ...(tests.length === 0 ? [] : ['when:', ...tests.map((test) => `  - ${test}`)]),
  ];
  const snippet = `  - ${lines.join('\n    ')}\n`;
  return { id, snippet, explanation: explain({ action, decision }, effect, omitted) };
}

interface Conditions {
  readonly conditions: readonly string[];
  readonly omitted: readonly string[];
}

const NO_CONDITIONS: Conditions = { conditions: [], omitted: [] };
const SECRET =
  /pass(?:word|phrase)|secret|token|credential|authorization|api[-_]?key|private[-_]?key/i;
const MAX_TEXT = 120;
const MAX_ELEMENTS = 50;
const MAX_CONDITIONS = 40;

function conditionsOf({ capability, context }: Action, effect: Verdict): Conditions {
  const conditions: string[] = [];
  const omitted: string[] = [];
  const { paths } = context;
  const isOfMcp = capability.tool === 'mcp.tool.call';
  for (const [field, value] of leavesOf('payload', capability.payload)) {
    // The resource names them already.
    if (isOfMcp && (field === 'payload.server' || field === 'payload.name')) continue;
    const condition =
      conditions.length < MAX_CONDITIONS ? conditionFor(field, value, effect) : undefined;
    if (condition === undefined) omitted.push(field);
    else conditions.push(condition);
  }
  if (paths !== undefined && paths.length > 0) {
    const condition = conditionFor('context.paths', paths, effect);
    if (condition === undefined) omitted.push('context.paths');
    else conditions.push(condition);
  }
  return { conditions, omitted };
}

function leavesOf(field: string, value: JsonValue | undefined): readonly [string, JsonValue][] {
  if (value === undefined) return [];
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return [[field, value]];
  const isDeep = field.split('.').length > 4;
  if (isDeep) return [[field, null]];
  return Object.entries(value).flatMap(([name, inner]) =>
    // No field names what is behind a name with a dot in it.
    leavesOf(`${field}.${name}`, name.includes('.') ? null : inner),
  );
}

function conditionFor(field: string, value: JsonValue, effect: Verdict): string | undefined {
  if (fieldProblem(field) !== undefined || SECRET.test(field)) return undefined;
  if (!Array.isArray(value)) {
    if (!isShort(value)) return undefined;
    // `equals` asks it of any element, and the next call could bring a list with more in it.
    return effect === 'allow' ? allIn(field, [value]) : equal(field, value);
  }
  if (value.length === 0) return `{ field: ${flow(field)}, maxSize: 0 }`;
  const scalars = value.filter(isShort);
  if (scalars.length !== value.length || scalars.length > MAX_ELEMENTS) return undefined;
  return allIn(field, scalars);
}

function isShort(value: JsonValue): value is Scalar {
  if (typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isSafeInteger(value);
  return typeof value === 'string' && value.length <= MAX_TEXT && !value.includes('\n');
}

function equal(field: string, value: Scalar): string {
  return `{ field: ${flow(field)}, equals: ${flow(value)} }`;
}

function allIn(field: string, scalars: readonly Scalar[]): string {
  return `{ field: ${flow(field)}, allIn: [${scalars.map(flow).join(', ')}] }`;
}

function flow(value: Scalar): string {
  return typeof value === 'string' ? yamlText(value, { quote: '', isFlow: true }) : String(value);
}

const MAX_ID = 56;

function idFor(effect: Verdict, tool: string, resource: string): string {
  const name = tool === 'mcp.tool.call' ? resource.replace(/^mcp:/, '') : tool;
  const words = `${effect}-${name}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return words.slice(0, MAX_ID).replace(/-+$/, '');
}

function freeId(stem: string, taken: ReadonlySet<string>): string {
  if (!taken.has(stem)) return stem;
  let count = 2;
  while (taken.has(`${stem}-${count}`)) count++;
  return `${stem}-${count}`;
}

function explain(
  { action, decision }: Decided,
  effect: Verdict,
  omitted: readonly string[],
): string {
  const { tool, resource } = action.capability;
  const sentences = [
    `${VERBS[effect]} calls of ${code(tool)} on ${code(resource)}.`,
    ...(omitted.length === 0
      ? []
      : [
          `It does not look at ${omitted.slice(0, 8).join(', ')}${omitted.length > 8 ? ' and more' : ''}.`,
        ]),
    ...standing(decision, effect),
  ];
  return sentences.join(' ');
}

const VERBS = {
  allow: 'Allows',
  deny: 'Denies',
  step_up: 'Asks an approver about',
} as const;

const STRENGTH = { allow: 0, step_up: 1, deny: 2 } as const;

// A weaker rule changes nothing where a stronger one decides.
function standing({ reasons }: Decision, effect: Verdict): readonly string[] {
  const stronger = reasons.filter(
    ({ rule, effect: other }) => rule !== 'default-deny' && STRENGTH[other] > STRENGTH[effect],
  );
  if (stronger.length === 0) return [];
  const ids = stronger.map(({ rule }) => code(rule)).join(' and ');
  return [`It changes nothing about this call while ${ids} decides it: change that rule instead.`];
}
