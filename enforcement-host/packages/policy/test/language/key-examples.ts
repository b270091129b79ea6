import { KEY_DOCS } from '@axtary/policy';

import { HEAD } from './support.js';

const RULE = 'id: z\neffect: step_up\nmatch: { tool: x }';

const PAYMENTS = `  - { id: payments, effect: allow, match: { tool: x }, obligations: { budgets: [{ field: payload.a, max: 1, windowSeconds: 1 }] } }
`;

/** What an example needs around it, by the mapping that its key belongs to. */
const AROUND: Readonly<Record<string, (key: string, example: string) => string>> = {
  document: (key, example) =>
    without(
      key,
      {
        version: 'version: 1',
        preset: 'preset: none',
        policies: `policies: [{ ${RULE.replaceAll('\n', ', ')} }]`,
      },
      example,
    ),
  server: (key, example) => {
    const isHttp = key === 'url' || key === 'headers';
    const first = isHttp ? { url: 'url: https://a.example' } : { command: 'command: x' };
    return `${HEAD}servers:\n  s:\n${indented(without(key, first, example), 4)}\npolicies: [{ ${RULE.replaceAll('\n', ', ')} }]\n`;
  },
  delegation: (_, example) =>
    `${HEAD}delegation:\n${indented(example, 2)}\npolicies: [{ ${RULE.replaceAll('\n', ', ')} }]\n`,
  rule: (key, example) =>
    inRule(
      without(
        key,
        { id: 'id: z', effect: 'effect: step_up', match: 'match: { tool: x }' },
        example,
      ),
    ),
  match: (key, example) =>
    inRule(
      `id: z\neffect: deny\nmatch:\n${indented(without(key, { tool: 'tool: x' }, example), 2)}`,
    ),
  condition: (key, example) => inCondition(key, example),
  obligations: (_, example) => inRule(`${RULE}\nobligations:\n${indented(example, 2)}`),
  limits: (_, example) =>
    inRule(`${RULE}\nobligations:\n  fields:\n    payload.a:\n${indented(example, 6)}`),
  window: (key, example) =>
    inRule(
      `${RULE}\nwhen:\n  - window:\n${indented(without(key, { timeZone: 'timeZone: UTC' }, example), 6)}`,
    ),
  rate: (key, example) =>
    inUsage('rates', without(key, { max: 'max: 1', windowSeconds: 'windowSeconds: 60' }, example)),
  budget: (key, example) =>
    inUsage(
      'budgets',
      without(
        key,
        { field: 'field: payload.a', max: 'max: 1', windowSeconds: 'windowSeconds: 60' },
        example,
      ),
    ),
};

/** Every example of the documentation, as a whole policy. */
export const KEY_EXAMPLES: readonly (readonly [name: string, text: string])[] = Object.entries(
  KEY_DOCS,
).flatMap(([map, docs]) =>
  Object.entries(docs).map(([key, { example }]) => {
    const lists = example.includes('lists.')
      ? 'lists: { payees: [], channels: [], colleagues: [] }\n'
      : '';
    const roles = map === 'match' && key === 'roles' ? 'roles: { releaser: [] }\n' : '';
    const text = AROUND[map]?.(key, example) ?? '';
    const rules = example.includes('budgetOf') ? `${text}${PAYMENTS}` : text;
    return [`${map} ${key}`, `${rules}${lists}${roles}`] as const;
  }),
);

function without(key: string, entries: Readonly<Record<string, string>>, example: string): string {
  const others = Object.entries(entries).filter(([name]) => name !== key);
  return [...others.map(([, entry]) => entry), example, ''].join('\n');
}

function indented(text: string, columns: number): string {
  return text.trimEnd().replaceAll(/^/gm, ' '.repeat(columns));
}

function inRule(rule: string): string {
  return `${HEAD}policies:\n  -\n${indented(rule, 4)}\n`;
}

function inCondition(key: string, example: string): string {
  const isAlone = ['any', 'all', 'not', 'window', 'budgetOf', 'usedOver'].includes(key);
  const beside = key === 'field' ? 'present: true\n' : 'field: payload.a\n';
  return inRule(`${RULE}\nwhen:\n  -\n${indented(`${isAlone ? '' : beside}${example}`, 4)}`);
}

function inUsage(key: string, entry: string): string {
  return inRule(`${RULE}\nobligations:\n  ${key}:\n    -\n${indented(entry, 6)}`);
}
