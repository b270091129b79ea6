import assert from 'node:assert/strict';

import {
  documentSymbols,
  hoverPolicy,
  parsePolicy,
  renameableAt,
  renameList,
  renamePolicyName,
  renameRole,
  renameRule,
  rulePlaces,
} from '@axtary/policy';

import { applied, atMarker, covered, HALF_WRITTEN, ruleText } from './support.js';

function hoverAt(marked: string): string | undefined {
  const { text, position } = atMarker(marked);
  return hoverPolicy(text, position)?.markdown;
}

describe('hoverPolicy', () => {
  const rule = (first: string, ...rest: string[]): string =>
    ruleText(first, ...rest, 'effect: deny', 'match: { tool: mcp.tool.call }');

  it('says a rule in words on its id and on its effect', () => {
    assert.equal(hoverAt(rule('id: no-|secrets')), 'Denies calls of `mcp.tool.call`.');
    assert.match(
      hoverAt(ruleText('id: a', 'effect: al|low', 'match: { tool: x }')) ?? '',
      /^Allows calls of `x`\.\n\nWhat the rule matches is allowed/,
    );
    assert.match(hoverAt(rule('i|d: no-secrets')) ?? '', /^Denies .*\n\nNames the rule/s);
  });

  it('explains keys and operators, and covers exactly them', () => {
    const { text, position } = atMarker(
      rule('id: a', 'when: [{ field: payload.n, over|Size: 1 }]'),
    );
    const hover = hoverPolicy(text, position);
    assert.match(hover?.markdown ?? '', /more than so many elements/);
    assert.equal(hover && covered(text, hover.range), 'overSize');
  });

  it('says what a glob matches, by examples that it does match', () => {
    const words = hoverAt(rule('id: a', "when: [{ field: context.paths, matches: '**/.e|nv*' }]"));
    assert.match(words ?? '', /^Matches `\.envx`, `a\/\.env` and `a\/b\/\.envname`\./);
    assert.match(
      hoverAt(ruleText('id: a', "match: { tool: 'a.|*' }")) ?? '',
      /any run of characters/,
    );
    assert.match(hoverAt(ruleText('id: a', 'match: { tool: a|b }')) ?? '', /`ab` and nothing else/);
    assert.match(hoverAt(ruleText('id: a', "match: { tool: 'a|?' }")) ?? '', /^Not a glob: /);
  });

  it('says where a field comes from', () => {
    const at = (field: string): string | undefined =>
      hoverAt(rule('id: a', `when: [{ field: ${field}, present: true }]`));
    assert.match(at('context.pa|ths') ?? '', /Found out by the enforcement host/);
    assert.match(at('payload.something|') ?? '', /as the agent sent it: hostile/);
  });

  it('tells what is in a list, a role, a preset and a pack', () => {
    assert.match(hoverAt('preset: read|-only') ?? '', /\*\*read-only\*\*, \d+ rules:[^]*\n- \*\*/);
    assert.match(hoverAt('packs: [sla|ck]') ?? '', /slack-channel/);
    const text = `lists: { staff: [a, b] }\nroles: { boss: ['user:x'] }\npolicies:\n  - match: { roles: boss }\n    when: [{ field: payload.to, equalsField: lists.staff }]\n`;
    assert.match(hoverAt(text.replace('lists.staff', 'lists.st|aff')) ?? '', /list of `a` and `b`/);
    assert.match(hoverAt(text.replace('roles: boss', 'roles: bo|ss')) ?? '', /Role of `user:x`/);
    assert.match(hoverAt(text.replace('boss: [', 'bo|ss: [')) ?? '', /Role of `user:x`/);
  });

  it('says nothing where there is nothing to say, and never throws', () => {
    assert.equal(hoverAt(rule('id: a', 'description: some| words')), undefined);
    assert.equal(hoverAt('a: 1 # comm|ent'), undefined);
    for (const text of HALF_WRITTEN) {
      for (const [line, content] of text.split('\n').entries()) {
        for (let column = 0; column <= content.length; column++)
          hoverPolicy(text, { line, column });
      }
    }
  });
});

const POLICY = `version: 1
preset: none
roles:
  dev: ['user:a']
lists:
  staff: [x]
  'of|fice': [y]
policies:
  - id: first-rule
    effect: step_up
    match: { tool: t, roles: [dev] }
    obligations: { approverRoles: [ "dev" ] }
    when:
      - { field: payload.a, equalsField: lists.staff }
      - any:
          - field: payload.b
            notEqualsField: 'lists.staff'
  - id: second-rule
    effect: deny
    match: { tool: t, roles: dev }
`.replace('of|fice', 'office');

function renamed(find: string, newName: string): string {
  const { text, position } = atMarker(POLICY.replace(find, `${find.slice(0, 2)}|${find.slice(2)}`));
  const result = renamePolicyName(text, position, newName);
  assert.ok('edits' in result, JSON.stringify(result));
  return applied(text, result.edits);
}

describe('renamePolicyName', () => {
  it('renames a rule', () => {
    assert.equal(renamed('first-rule', 'other'), POLICY.replace('first-rule', 'other'));
  });

  it('renames a list where it is defined and wherever it is compared with', () => {
    const result = renamed('staff: [x]', 'team');
    assert.equal(result, POLICY.replaceAll('staff', 'team'));
    const { text, position } = atMarker(POLICY.replace('lists.staff }', 'lists.st|aff }'));
    const edits = renameList(text, position, 'team');
    assert.ok(
      'edits' in edits && applied(text, edits.edits) === POLICY.replaceAll('staff', 'team'),
    );
  });

  it('renames a role in matches and among approvers, and keeps the quotes', () => {
    const { text, position } = atMarker(POLICY.replace('dev: [', 'd|ev: ['));
    const result = renameRole(text, position, 'lead');
    assert.ok('edits' in result);
    const after = applied(text, result.edits);
    assert.equal(after, POLICY.replaceAll(/(?<![a-z])dev(?!:\/)/g, 'lead'));
    assert.notEqual(parsePolicy(after).policy, undefined);
  });

  it('refuses names that are malformed, reserved or taken, and places without a name', () => {
    const at = atMarker(POLICY.replace('first-rule', 'first|-rule'));
    const problem = (newName: string): string | undefined => {
      const result = renameRule(at.text, at.position, newName);
      return 'problem' in result ? result.problem : undefined;
    };
    assert.match(problem('Not Kebab') ?? '', /kebab-case/);
    assert.match(problem('default-deny') ?? '', /reserved/);
    assert.match(problem('second-rule') ?? '', /a rule has this one/);
    assert.equal(problem('first-rule'), undefined);
    assert.ok('problem' in renameList(at.text, at.position, 'x'));
    assert.ok('problem' in renamePolicyName(POLICY, { line: 0, column: 0 }, 'x'));
    const list = atMarker(POLICY.replace('staff: [x]', 'st|aff: [x]'));
    assert.ok('problem' in renameList(list.text, list.position, 'office'));
    assert.ok('problem' in renameList(list.text, list.position, '1x'));
  });

  it('refuses an id of the preset in force', () => {
    const { text, position } = atMarker('version: 1\npolicies:\n  - id: a|b\n');
    assert.ok('problem' in renameRule(text, position, 'mcp-secrets'));
  });

  it('keeps the name of a list that a pack compares with', () => {
    const { text, position } = atMarker('packs: [slack]\nlists:\n  slack|Channels: []\n');
    assert.ok('problem' in renameList(text, position, 'channels'));
  });

  it('says what can be renamed, and where it stands', () => {
    const { text, position } = atMarker(POLICY.replace("'lists.staff'", "'lists.sta|ff'"));
    const found = renameableAt(text, position);
    assert.equal(found?.kind, 'list');
    assert.equal(found && covered(text, found.range), 'staff');
    assert.equal(renameableAt(POLICY, { line: 0, column: 3 }), undefined);
  });
});

describe('documentSymbols', () => {
  it('lists sections, rules, lists and roles', () => {
    const symbols = documentSymbols(POLICY);
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['version', 'preset', 'roles', 'lists', 'policies'],
    );
    const rules = symbols.at(-1)?.children ?? [];
    assert.deepEqual(
      rules.map(({ name, detail, kind }) => [name, detail, kind]),
      [
        ['first-rule', 'step_up', 'rule'],
        ['second-rule', 'deny', 'rule'],
      ],
    );
    const [first] = rules;
    assert.ok(first);
    assert.equal(covered(POLICY, first.selectionRange), 'first-rule');
    assert.match(covered(POLICY, first.range), /^- id: first-rule[^]*'lists\.staff'$/);
  });

  it('finds the rules of texts that are no policy', () => {
    const places = rulePlaces(
      'policies:\n  - id: a\n    effect: al\n  - effect: deny\n  - id: "b\n',
    );
    assert.deepEqual(
      places.map(({ id, index, effect }) => [id, index, effect]),
      [
        ['a', 0, 'al'],
        ['b', 2, ''],
      ],
    );
    for (const text of HALF_WRITTEN) documentSymbols(text);
  });
});
