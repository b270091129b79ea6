import type { Action, Facts } from '@axtary/core';

import type { Dice } from './dice.js';
import { FIELDS, GLOBS, NUMBERS, OTHERS, RESOURCES, TEXTS, TOOLS } from './generate-policy.js';

export interface Case {
  readonly action: Action;
  readonly facts: Partial<Facts>;
}

const PATHS = [
  'src/a.ts',
  'SRC/b/x',
  'src/x/a1',
  '.env',
  'a/.ENV.local',
  '.git/config',
  'x/.git',
  'a/b',
  'a1/x/y/b',
  'src/test',
  'x/src/y/test',
  'a/b/c',
  'straße/x',
  'οδος',
  'ΟΔΟΣx',
  'b.d/c',
  './a',
  'a//b',
  'a/',
  'a/../b',
  '/etc/x',
  'a\\b',
  'a.',
  'a\u0000',
  'e\u0301',
  '',
];
const ODD = [null, 1.5, 1e21, 9_007_199_254_740_992, {}, { x: 1 }, ['a', ['b']], ['a', null]];
const CURRENCIES = ['EUR', 'EUR', 'USD', 'eur', 'EUR ', ['EUR'], ['EUR', 'USD'], null, 978];
const REQUESTS = [
  'pay ann@x.io 1,100 for src/a.ts now',
  'merge main, please: 3 files, 98.70 in all',
  'a b 1 2 100 true',
  '',
];

/** What a field may hold: mostly of a fitting type, sometimes anything. */
function generateValue(dice: Dice): unknown {
  const text = () => dice.pick(dice.chance(50) ? TEXTS : PATHS);
  const number = () => dice.pick(NUMBERS) + (dice.chance(20) ? 1 : 0);
  const kind = dice.int(16);
  if (kind < 5) return text();
  if (kind < 8) return number();
  if (kind === 8) return dice.chance(50);
  if (kind < 12) return dice.some(text, 0, 3);
  if (kind === 12) return dice.some(() => dice.pick<unknown>([text(), number(), true]), 1, 3);
  if (kind === 13) return dice.some(() => dice.pick(GLOBS), 0, 3);
  if (kind === 14) return dice.some(number, 0, 2);
  return dice.pick<unknown>(ODD);
}

/** An action that is not about anything in particular, and facts. */
export function generateCase(dice: Dice, meters: readonly string[]): Case {
  let action = baseAction(dice);
  for (const field of new Set([...FIELDS, ...OTHERS, 'constraints.globs', 'payload.limit'])) {
    if (dice.chance(60)) action = withField(action, field, valueFor(field, dice));
  }
  if (dice.chance(30)) {
    action = withField(action, 'payload.testsPassed', dice.pick<unknown>([true, false, 'true']));
  }
  if (dice.chance(20)) {
    const tests = { passed: dice.chance(70), source: 'check' };
    action = withField(action, 'context.evidence', { tests });
  }
  if (dice.chance(30)) action = withField(action, 'payload.channel', dice.pick(['a', 'b', 'c']));
  if (dice.chance(5)) action = withField(action, 'payload.deep', 'not an object');
  return { action, facts: generateFacts(dice, meters) };
}

/** Values of fields that hold something particular. */
const FITTING: Readonly<Record<string, (dice: Dice) => unknown>> = {
  'capability.resource': (dice) => dice.pick(RESOURCES),
  'intent.task': (dice) => dice.pick(['T-1', 'T-2', 'a']),
  'constraints.max': (dice) => dice.pick<unknown>([...NUMBERS, '2', 1.5]),
  'constraints.globs': (dice) =>
    dice.chance(80) ? dice.some(() => dice.pick(GLOBS), 0, 3) : generateValue(dice),
  'payload.limit': (dice) => dice.int(6) - 1,
  'payload.amount': (dice) => dice.int(6) - 1,
  'payload.currency': (dice) => (dice.chance(80) ? dice.pick(CURRENCIES) : generateValue(dice)),
};

function valueFor(field: string, dice: Dice): unknown {
  const fitting = FITTING[field];
  if (fitting !== undefined) return fitting(dice);
  if (field.endsWith('aths') || field.endsWith('filesChanged')) {
    return dice.chance(90) ? dice.some(() => dice.pick(PATHS), 0, 3) : generateValue(dice);
  }
  return generateValue(dice);
}

function baseAction(dice: Dice): Action {
  const request = dice.pick([...REQUESTS, undefined]);
  return {
    id: 'act_test',
    actor: {
      agent: 'agent:codex',
      human: dice.pick(['user:ann', 'user:bob', 'user:eve']),
      tenant: 'org:example',
      runtime: 'codex-cli',
    },
    intent: { task: 'T-1', summary: '', ...(request !== undefined && { request }) },
    capability: { tool: dice.pick(TOOLS), resource: 'repo:a/b', payload: {}, constraints: {} },
    context: { source: dice.pick(['sdk', 'mcp', 'hook'] as const) },
  };
}

function generateFacts(dice: Dice, meters: readonly string[]): Partial<Facts> {
  const time = Date.UTC(2026, 9, 19 + dice.int(14), dice.int(24), dice.int(60));
  const usage = Object.fromEntries(
    meters.filter(() => dice.chance(80)).map((meter) => [meter, dice.int(5)]),
  );
  return {
    ...(dice.chance(95) && { now: new Date(time).toISOString() }),
    ...(dice.chance(90) && { usage }),
  };
}

/** The same action with another value in one field; `undefined` takes it away. */
export function withField(action: Action, field: string, value: unknown): Action {
  const [root = '', ...names] = field.split('.');
  const isShort = root === 'payload' || root === 'constraints';
  const path = isShort ? ['capability', root, ...names] : [root, ...names];
  return replaced(action, path, value) as Action;
}

function replaced(holder: unknown, [name, ...others]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const isHolder = typeof holder === 'object' && holder !== null && !Array.isArray(holder);
  const members: Readonly<Record<string, unknown>> = isHolder ? { ...holder } : {};
  const next = replaced(members[name], others, value);
  if (next !== undefined) return { ...members, [name]: next };
  return Object.fromEntries(Object.entries(members).filter(([each]) => each !== name));
}
