import { condition, rule, type Malformed } from './malformed.js';

const stepUp = (...lines: string[]): string => rule(...lines).replace('deny', 'step_up');
const obligations = (text: string): string => stepUp(`    obligations: { ${text} }`);
const document = (text: string): string => `version: 1\n${text}`;
const nested = (levels: number): string =>
  condition(`${'{ not: '.repeat(levels)}{ field: payload.a, max: 1 }${' }'.repeat(levels)}`);
const listed = (text: string, list = '[a]'): string =>
  `${condition(text)}\nlists: { known: ${list} }`;

// As in `malformed.ts`, for lists, roles, packs, windows, combined conditions and obligations.
export const MALFORMED_LANGUAGE: Readonly<Record<string, Malformed>> = {
  'any of nothing': {
    text: condition('{ any: [] }'),
    code: 'invalid-value',
    at: [6, '[]'],
    message: /at least 1 elements/,
  },
  'all that is no list': { text: condition('{ all: 5 }'), code: 'invalid-value', at: [6, '5'] },
  'conditions that nest 9 deep': {
    text: nested(9),
    code: 'invalid-value',
    at: [6, '{ field: payload.a, max: 1 }'],
    message: /at most 8 levels/,
  },
  'a field beside any': {
    text: condition('{ any: [{ field: payload.a, max: 1 }], field: payload.b }'),
    code: 'operator-count',
    at: [6, '{ any: [{ field: payload.a, max: 1 }], field: payload.b }'],
    message: /got any/,
  },
  'not beside any': {
    text: condition('{ any: [{ field: payload.a, max: 1 }], not: { field: payload.b, max: 1 } }'),
    code: 'operator-count',
    at: [6, '{ any: [{ field: payload.a, max: 1 }], not: { field: payload.b, max: 1 } }'],
    message: /any and not/,
  },
  'a list under not': {
    text: condition('{ not: [{ field: payload.a, max: 1 }] }'),
    code: 'invalid-value',
    at: [6, '[{ field: payload.a, max: 1 }]'],
    message: /a mapping/,
  },
  'an unknown operator deep down': {
    text: condition('{ any: [{ not: { field: payload.a, mx: 1 } }] }'),
    code: 'unknown-key',
    at: [6, 'mx'],
    message: /"max"/,
  },
  'a fraction to compare with': {
    text: condition('{ field: payload.a, over: 1.5 }'),
    code: 'invalid-value',
    at: [6, '1.5'],
    message: /a whole number/,
  },
  'a word to be stated': {
    text: condition('{ field: payload.a, stated_by_human: "yes" }'),
    code: 'invalid-value',
    at: [6, '"yes"'],
  },
  'in nothing': {
    text: condition('{ field: payload.a, allIn: [] }'),
    code: 'invalid-value',
    at: [6, '[]'],
  },
  'a glob that Cedar cannot decide': {
    text: condition('{ field: payload.a, allMatch: "**/a*/**" }'),
    code: 'bad-glob',
    at: [6, '"**/a*/**"'],
    message: /Cedar/,
  },
  'a glob in decomposed characters': {
    text: condition('{ field: payload.a, matches: "ge\u0301heim/**" }'),
    code: 'bad-glob',
    at: [6, '"ge\u0301heim/**"'],
    message: /NFC/,
  },
  'a time zone on Mars': {
    text: condition('{ window: { timeZone: Mars/Olympus } }'),
    code: 'invalid-value',
    at: [6, 'Mars/Olympus'],
    message: /a time zone such as/,
  },
  'a time zone by its offset': {
    text: condition('{ window: { timeZone: "+02:00" } }'),
    code: 'invalid-value',
    at: [6, '"+02:00"'],
  },
  'a time zone that leads elsewhere': {
    text: condition('{ window: { timeZone: ../../etc/localtime } }'),
    code: 'invalid-value',
    at: [6, '../../etc/localtime'],
  },
  'a window without a time zone': {
    text: condition('{ window: { from: "08:00" } }'),
    code: 'missing-key',
    at: [6, 'from'],
    message: /"timeZone"/,
  },
  'an hour without its zero': {
    text: condition('{ window: { from: "8:00", timeZone: Etc/UTC } }'),
    code: 'invalid-value',
    at: [6, '"8:00"'],
    message: /"00:00" to "23:59"/,
  },
  'a window that begins when a day ends': {
    text: condition('{ window: { from: "24:00", to: "08:00", timeZone: Etc/UTC } }'),
    code: 'invalid-value',
    at: [6, '"24:00"'],
  },
  'a window that is never open': {
    text: condition('{ window: { from: "08:00", to: "08:00", timeZone: Etc/UTC } }'),
    code: 'invalid-value',
    at: [6, '"08:00"'],
    message: /never open/,
  },
  'a day in full': {
    text: condition('{ window: { days: [monday], timeZone: Etc/UTC } }'),
    code: 'invalid-value',
    at: [6, 'monday'],
    message: /"mon"/,
  },
  'an unknown key of a window': {
    text: condition('{ window: { form: "08:00", timeZone: Etc/UTC } }'),
    code: 'unknown-key',
    at: [6, 'form'],
    message: /"from"/,
  },
  'windows of an obligation that are none': {
    text: obligations('windows: []'),
    code: 'invalid-value',
    at: [5, '[]'],
  },
  'an unknown role': {
    text: rule().replace('}', ', roles: [dev] }'),
    code: 'unknown-role',
    at: [4, '[dev]'],
    message: /unknown role "dev"/,
  },
  'a role by the name of an inherited property': {
    text: rule().replace('}', ', roles: constructor }'),
    code: 'unknown-role',
    at: [4, 'constructor'],
  },
  'a role misspelt': {
    text: `${rule().replace('}', ', roles: develper }')}\nroles: { developer: ["user:ada"] }`,
    code: 'unknown-role',
    at: [4, 'develper'],
    message: /did you mean "developer"/,
  },
  'a member of a role without its prefix': {
    text: document('roles: { dev: [ada] }'),
    code: 'invalid-value',
    at: [1, 'ada'],
    message: /"user:…" or "approver:…"/,
  },
  'a member of a role that is a bad glob': {
    text: document('roles: { dev: ["user:[ab]"] }'),
    code: 'invalid-value',
    at: [1, '"user:[ab]"'],
  },
  'an unknown list': {
    text: condition('{ field: payload.a, allInField: lists.known }'),
    code: 'bad-field',
    at: [6, 'lists.known'],
    message: /unknown list "known": define it/,
  },
  'a list misspelt': {
    text: listed('{ field: payload.a, allInField: lists.knwon }'),
    code: 'bad-field',
    at: [6, 'lists.knwon'],
    message: /did you mean "known"/,
  },
  'a list by the name of an inherited property': {
    text: listed('{ field: payload.a, equalsField: lists.toString }'),
    code: 'bad-field',
    at: [6, 'lists.toString'],
  },
  'a list in the place of a field': {
    text: listed('{ field: lists.known, equals: a }'),
    code: 'bad-field',
    at: [6, 'lists.known'],
    message: /a field of the action/,
  },
  'a list as an upper bound': {
    text: listed('{ field: payload.a, maxField: lists.known }', '[1]'),
    code: 'bad-field',
    at: [6, 'lists.known'],
  },
  'a list with a bad glob': {
    text: listed('{ field: payload.a, allMatchField: lists.known }', '["a?"]'),
    code: 'bad-glob',
    at: [6, 'lists.known'],
    message: /list "known": "\?"/,
  },
  'a list with a bad glob, deep down': {
    text: listed('{ not: { any: [{ field: payload.a, matchesField: lists.known }] } }', '["a**"]'),
    code: 'bad-glob',
    at: [6, 'lists.known'],
  },
  'a list with a bad name': {
    text: document('lists: { "1a": [x] }'),
    code: 'unknown-key',
    at: [1, '"1a"'],
    message: /"colleagues"/,
  },
  'a list of lists': {
    text: document('lists: { a: [[x]] }'),
    code: 'invalid-value',
    at: [1, '[x]'],
  },
  'a list with a fraction': {
    text: document('lists: { a: [1.5] }'),
    code: 'invalid-value',
    at: [1, '1.5'],
  },
  'a list of too many': {
    text: document(`lists: { a: [${'1, '.repeat(1001)}] }`),
    code: 'invalid-value',
    at: [1, `[${'1, '.repeat(1001)}]`],
    message: /at most 1000 elements/,
  },
  'an unknown pack': {
    text: document('packs: [slak]'),
    code: 'invalid-value',
    at: [1, 'slak'],
    message: /"slack"/,
  },
  'a pack twice': {
    text: document('packs: [slack, slack]'),
    code: 'invalid-value',
    at: [1, '[slack, slack]'],
    message: /each pack once/,
  },
  "the id of a pack's rule": {
    text: `${rule().replace('no-secrets', 'slack-channel')}\npacks: [slack]`,
    code: 'duplicate-id',
    at: [2, 'slack-channel'],
  },
  'a trial that is a word': {
    text: rule('    shadow: maybe'),
    code: 'invalid-value',
    at: [5, 'maybe'],
  },
  'an obligation where nothing is permitted': {
    text: rule('    obligations: { maxRows: 1 }'),
    code: 'invalid-value',
    at: [5, '1'],
    message: /effect "deny"/,
  },
  'approvals by nobody': {
    text: obligations('approvals: 0'),
    code: 'invalid-value',
    at: [5, '0'],
    message: /more than 0/,
  },
  'approvals by a crowd': {
    text: obligations('approvals: 17'),
    code: 'invalid-value',
    at: [5, '17'],
    message: /at most 16/,
  },
  'tests that are not required': {
    text: obligations('requiresTests: false'),
    code: 'invalid-value',
    at: [5, 'false'],
  },
  'a field without limits': {
    text: obligations('fields: { payload.a: {} }'),
    code: 'invalid-value',
    at: [5, '{}'],
    message: /an operator/,
  },
  'limits of an unknown list': {
    text: obligations('fields: { payload.a: { allInField: lists.known } }'),
    code: 'bad-field',
    at: [5, 'lists.known'],
    message: /unknown list "known"/,
  },
  'limits by a list with a bad glob': {
    text: `${obligations('fields: { payload.a: { allMatchField: lists.known } }')}\nlists: { known: ["a?"] }`,
    code: 'bad-glob',
    at: [5, 'lists.known'],
  },
  'limits of a list': {
    text: `${obligations('fields: { lists.known: { max: 1 } }')}\nlists: { known: [1] }`,
    code: 'bad-field',
    at: [5, '{ max: 1 }'],
  },
  'a budget of a list': {
    text: `${obligations('budgets: [{ field: lists.known, max: 1, windowSeconds: 9 }]')}\nlists: { known: [1] }`,
    code: 'bad-field',
    at: [5, 'lists.known'],
  },
  'a budget of nothing': {
    text: obligations('budgets: [{ max: 1, windowSeconds: 9 }]'),
    code: 'missing-key',
    at: [5, 'max'],
    message: /"field"/,
  },
  'a rate in no time': {
    text: obligations('rates: [{ max: 1, windowSeconds: 0 }]'),
    code: 'invalid-value',
    at: [5, '0'],
    message: /more than 0/,
  },
  'a rate over a year': {
    text: obligations('rates: [{ max: 1, windowSeconds: 31536000 }]'),
    code: 'invalid-value',
    at: [5, '31536000'],
    message: /at most 2678400/,
  },
  'a rate below nothing': {
    text: obligations('rates: [{ max: -1, windowSeconds: 9 }]'),
    code: 'invalid-value',
    at: [5, '-1'],
  },
  'a rate per something else': {
    text: obligations('rates: [{ max: 1, windowSeconds: 9, per: user }]'),
    code: 'invalid-value',
    at: [5, 'user'],
    message: /"agent" or "human"/,
  },
  'a role whose members are written out too often': {
    text: [
      rule().replace('}', `, roles: [${'dev, '.repeat(1000)}] }`),
      `roles: { dev: [${Array.from({ length: 1000 }, (_, at) => `"user:${at}"`).join(', ')}] }`,
    ].join('\n'),
    code: 'invalid-value',
    at: [2, 'id: no-secrets'],
    message: /at most 100000 members/,
  },
};
