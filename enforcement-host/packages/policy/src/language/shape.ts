import { OPERATORS, type Operator } from '../document/condition.js';
import type { Path } from './outline.js';

/** Mappings of a policy whose keys are fixed. */
export type MapName =
  | 'document'
  | 'server'
  | 'delegation'
  | 'rule'
  | 'match'
  | 'condition'
  | 'limits'
  | 'obligations'
  | 'window'
  | 'rate'
  | 'budget';

/** What a scalar of a policy stands for. */
export type ValueKind =
  | 'version'
  | 'preset'
  | 'pack'
  | 'flag'
  | 'true'
  | 'effect'
  | 'rule-id'
  | 'budgeted-rule'
  | 'text'
  | 'tool'
  | 'resource'
  | 'agent'
  | 'human'
  | 'tenant'
  | 'runtime'
  | 'task'
  | 'source'
  | 'role'
  | 'field'
  | 'other-field'
  | 'scalar'
  | 'glob'
  | 'number'
  | 'currency'
  | 'day'
  | 'time'
  | 'time-zone'
  | 'scope'
  | 'member';

/** What may stand at a place of a policy. */
export type Shape =
  | { readonly type: 'map'; readonly of: MapName }
  /** A mapping with free names. */
  | {
      readonly type: 'record';
      readonly names: 'roles' | 'lists' | 'servers' | 'fields' | 'texts';
      readonly item: Shape;
    }
  /** `orOne`: a single element may stand for itself. */
  | { readonly type: 'list'; readonly item: Shape; readonly orOne: boolean }
  | { readonly type: 'value'; readonly of: ValueKind };

type Keys = Readonly<Record<string, Shape>>;

const value = (of: ValueKind): Shape => ({ type: 'value', of });
const map = (of: MapName): Shape => ({ type: 'map', of });
const list = (item: Shape): Shape => ({ type: 'list', item, orOne: false });
const oneOrMany = (of: ValueKind): Shape => ({ type: 'list', item: value(of), orOne: true });

function operandOf(operator: Operator): Shape {
  if (operator.endsWith('Field')) return value('other-field');
  if (GLOB_OPERATORS.has(operator)) return oneOrMany('glob');
  if (LIST_OPERATORS.has(operator)) return list(value('scalar'));
  if (FLAG_OPERATORS.has(operator)) return value('flag');
  return value(operator === 'equals' || operator === 'notEquals' ? 'scalar' : 'number');
}

const GLOB_OPERATORS: ReadonlySet<Operator> = new Set(['matches', 'notMatches', 'allMatch']);
const LIST_OPERATORS: ReadonlySet<Operator> = new Set(['in', 'notIn', 'allIn', 'hasAll']);
const FLAG_OPERATORS: ReadonlySet<Operator> = new Set(['present', 'stated_by_human']);

const operands: Keys = Object.fromEntries(
  OPERATORS.map((operator) => [operator, operandOf(operator)]),
);

const windowed = {
  max: value('number'),
  windowSeconds: value('number'),
  per: oneOrMany('scope'),
} satisfies Keys;

/** The keys of each mapping, and what stands behind them. */
export const MAPS: Readonly<Record<MapName, Keys>> = {
  document: {
    version: value('version'),
    preset: value('preset'),
    packs: list(value('pack')),
    shadow: value('flag'),
    tenant: value('tenant'),
    human: value('human'),
    roles: { type: 'record', names: 'roles', item: list(value('member')) },
    lists: { type: 'record', names: 'lists', item: list(value('scalar')) },
    servers: { type: 'record', names: 'servers', item: map('server') },
    delegation: map('delegation'),
    policies: list(map('rule')),
  },
  server: {
    command: value('text'),
    args: list(value('text')),
    env: { type: 'record', names: 'texts', item: value('text') },
    cwd: value('text'),
    url: value('text'),
    headers: { type: 'record', names: 'texts', item: value('text') },
  },
  delegation: { maxDepth: value('number') },
  rule: {
    id: value('rule-id'),
    effect: value('effect'),
    description: value('text'),
    shadow: value('flag'),
    match: map('match'),
    when: list(map('condition')),
    obligations: map('obligations'),
  },
  match: {
    tool: oneOrMany('tool'),
    resource: oneOrMany('resource'),
    agent: oneOrMany('agent'),
    human: oneOrMany('human'),
    tenant: oneOrMany('tenant'),
    runtime: oneOrMany('runtime'),
    task: oneOrMany('task'),
    source: oneOrMany('source'),
    roles: oneOrMany('role'),
  },
  condition: {
    field: value('field'),
    ...operands,
    any: list(map('condition')),
    all: list(map('condition')),
    not: map('condition'),
    window: map('window'),
    budgetOf: value('budgeted-rule'),
    usedOver: value('number'),
  },
  limits: operands,
  obligations: {
    approverRoles: list(value('role')),
    approvals: value('number'),
    passTtlSeconds: value('number'),
    blockedPaths: oneOrMany('glob'),
    maxFilesChanged: value('number'),
    requiresTests: value('true'),
    channels: list(value('scalar')),
    recipients: oneOrMany('glob'),
    maxRows: value('number'),
    fields: { type: 'record', names: 'fields', item: map('limits') },
    windows: list(map('window')),
    rates: list(map('rate')),
    budgets: list(map('budget')),
  },
  window: {
    days: list(value('day')),
    from: value('time'),
    to: value('time'),
    timeZone: value('time-zone'),
  },
  rate: windowed,
  budget: {
    field: value('field'),
    ...windowed,
    currency: value('currency'),
    currencyField: value('field'),
  },
};

export const DOCUMENT: Shape = map('document');

/** What may stand at a path; `undefined` where nothing may. */
export function shapeAt(path: Path): Shape | undefined {
  let shape: Shape | undefined = DOCUMENT;
  for (const name of path) shape = shape === undefined ? undefined : below(shape, name);
  return shape;
}

function below(shape: Shape, name: string | number): Shape | undefined {
  switch (shape.type) {
    case 'map':
      return Object.hasOwn(MAPS[shape.of], name) ? MAPS[shape.of][name] : undefined;
    case 'record':
      return shape.item;
    case 'list':
      return typeof name === 'number' ? shape.item : undefined;
    case 'value':
      return undefined;
  }
}
