import { rule, type Malformed } from './malformed.js';

// As in `malformed.ts`: one error each, at the place where its author has to change something.
export const MALFORMED_YAML: Readonly<Record<string, Malformed>> = {
  'a duplicate key': {
    text: 'version: 1\npreset: none\npreset: coding-agent',
    code: 'duplicate-key',
    at: [2, 'preset'],
  },
  'a duplicate key in a rule': {
    text: rule('    effect: allow'),
    code: 'duplicate-key',
    at: [5, 'effect'],
  },
  '65 levels of lists': {
    text: `version: 1\npolicies: ${'['.repeat(65)}${']'.repeat(65)}`,
    code: 'too-deep',
    at: [1, '['],
  },
  '66 levels of mappings': {
    text: Array.from({ length: 66 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    code: 'too-deep',
    at: [65, ':'],
  },
  'an anchor': {
    text: 'version: &v 1',
    code: 'unsupported-yaml',
    at: [0, '&v'],
    message: /no anchor/,
  },
  'an alias': {
    text: 'version: 1\ntenant: *t',
    code: 'unsupported-yaml',
    at: [1, '*t'],
    message: /no alias/,
  },
  'a tag': {
    text: 'version: !!int "1"',
    code: 'unsupported-yaml',
    at: [0, '!!int'],
    message: /no tag/,
  },
  'a tag of a language': {
    text: 'version: 1\ntenant: !!js/function "x"',
    code: 'unsupported-yaml',
    at: [1, '!!js/function'],
  },
  'a merge key': {
    text: rule('    <<: { effect: allow }'),
    code: 'unsupported-yaml',
    at: [5, '<<'],
    message: /no merge key/,
  },
  'a directive': {
    text: '%YAML 1.1\n---\nversion: 1',
    code: 'unsupported-yaml',
    at: [0, '%YAML 1.1'],
    message: /no directive/,
  },
  'a second document': {
    text: 'version: 1\n---\nversion: 1',
    code: 'unsupported-yaml',
    at: [1, '---'],
    message: /one document/,
  },
  'a byte order mark': { text: '\ufeffversion: 1', code: 'unsupported-yaml', at: [0, '\ufeff'] },
  'a NUL': { text: 'version: 1\ntenant: "org:\0"', code: 'unsupported-yaml', at: [1, '\0'] },
  'a control character': { text: 'version: \x1f1', code: 'unsupported-yaml', at: [0, '\x1f'] },
  'a line break that only editors show': {
    text: 'version: 1 # \u2028preset: none',
    code: 'unsupported-yaml',
    at: [0, '\u2028'],
  },
  'a control of direction': {
    text: 'version: 1 # \u202etxt',
    code: 'unsupported-yaml',
    at: [0, '\u202e'],
  },
  'a lone surrogate': {
    text: 'version: 1\ntenant: "org:\\ud800"',
    code: 'invalid-value',
    at: [1, '"org:\\ud800"'],
    message: /surrogate/,
  },
  'a number as key': {
    text: 'version: 1\n2: 3',
    code: 'unsupported-yaml',
    at: [1, '2'],
    message: /text as key/,
  },
  'a list as key': { text: 'version: 1\n? [a]\n: 3', code: 'unsupported-yaml', at: [1, '[a]'] },
  'a key of the prototype': {
    text: 'version: 1\n__proto__: { preset: none }',
    code: 'unsupported-yaml',
    at: [1, '__proto__'],
  },
  'an open list': { text: 'version: 1\npolicies: [', code: 'syntax', at: [1, ''] },
  'a tab as indent': { text: 'version: 1\npolicies:\n\t- id: a', code: 'syntax', at: [2, '\t'] },
};
