import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import {
  createPolicy,
  evaluatePolicy,
  factsFor,
  PACK_NAMES,
  parsePolicy,
  parsePolicyTests,
  PRESET_NAMES,
  runPolicyTests,
  type Policy,
  type PolicyTests,
} from '@axtary/policy';

const ROOT = new URL('../../../../', import.meta.url);
const POLICIES = new URL('policies/', ROOT);
const FILES = [...PRESET_NAMES, ...PACK_NAMES.map((name) => `packs/${name}`)];
// Reading what is no secret needs no list.
const ALLOWED_WITHOUT_LISTS = new Set(['shell-and-files-read']);

function readPolicy(place: URL): Policy {
  const { policy, issues } = parsePolicy(readFileSync(place, 'utf8'), place.pathname);
  assert.ok(policy, issues.map(({ message }) => message).join('; '));
  return policy;
}

function readTests(file: string): PolicyTests & { readonly place: URL } {
  const place = new URL(`${file}.test.yml`, POLICIES);
  const tests = parsePolicyTests(readFileSync(place, 'utf8'), place.pathname);
  assert.deepEqual(tests.issues, []);
  return { ...tests, place };
}

describe('policies/, preset by preset and pack by pack', () => {
  for (const file of FILES) {
    it(`${file} passes its tests, in which each of its rules decides something`, () => {
      const { policy: named, tests, place } = readTests(file);
      const own = new URL(`${file}.yml`, POLICIES);
      const policy = readPolicy(named === undefined ? own : new URL(named, place));
      const { results, coverage } = runPolicyTests(policy, tests);
      const failed = results.filter(({ passed }) => !passed);
      assert.deepEqual(
        failed.map(({ name, message }) => `${name}: ${message ?? ''}`),
        [],
      );
      const ids = readPolicy(own).rules.map(({ rule }) => rule.id);
      const fired = coverage.rules.filter((rule) => rule.fired > 0).map(({ rule }) => rule);
      assert.deepEqual(
        ids.filter((id) => !fired.includes(id)),
        [],
      );
      assert.deepEqual(
        coverage.rules.map(({ rule }) => rule),
        ids,
      );
    });
  }

  it('give each rule an id of its own, so that any of them can be in force together', () => {
    const ids = FILES.flatMap((file) =>
      readPolicy(new URL(`${file}.yml`, POLICIES)).rules.map(({ rule }) => rule.id),
    );
    assert.deepEqual(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      [],
    );
    for (const preset of PRESET_NAMES) createPolicy({ version: 1, preset, packs: [...PACK_NAMES] });
  });

  it("begin the ids of a pack's rules with its name", () => {
    for (const name of PACK_NAMES) {
      const { rules } = readPolicy(new URL(`packs/${name}.yml`, POLICIES));
      for (const { rule } of rules) assert.ok(rule.id.startsWith(`${name}-`), rule.id);
    }
  });

  it('are what the policy package brings', () => {
    execFileSync(process.execPath, ['scripts/presets.mjs', '--check'], { cwd: ROOT });
    for (const name of PRESET_NAMES) {
      const written = readPolicy(new URL(`${name}.yml`, POLICIES));
      const brought = createPolicy({ version: 1, preset: name });
      assert.deepEqual(brought.normalRules, written.normalRules);
    }
    for (const name of PACK_NAMES) {
      const written = readPolicy(new URL(`packs/${name}.yml`, POLICIES));
      const brought = createPolicy({ version: 1, preset: 'none', packs: [name] });
      assert.deepEqual(brought.normalRules, written.normalRules);
    }
  });
});

describe('a pack whose lists are empty', () => {
  for (const name of PACK_NAMES) {
    it(`allows nothing that ${name} has a list for`, () => {
      const policy = createPolicy({ version: 1, preset: 'none', packs: [name] });
      const lists = Object.values(
        readPolicy(new URL(`packs/${name}.yml`, POLICIES)).document.lists,
      );
      assert.ok(lists.length > 0 && lists.every((list) => list.length === 0));
      for (const { name: sentence, action, facts } of readTests(`packs/${name}`).tests) {
        const decision = evaluatePolicy(action, policy, factsFor(policy, action, facts));
        const reasons = decision.reasons.map(({ rule }) => rule);
        const isExcepted = reasons.every((rule) => ALLOWED_WITHOUT_LISTS.has(rule));
        assert.ok(decision.decision !== 'allow' || isExcepted, sentence);
      }
    });
  }

  it('takes the lists of the file that names it, which needs no rule of its own', () => {
    const { policy, issues } = parsePolicy(
      'version: 1\npreset: none\npacks: [slack]\nlists: { slackChannels: [C1] }',
    );
    assert.deepEqual(issues, []);
    assert.ok(policy);
    const [test] = readTests('packs/slack').tests;
    assert.ok(test);
    const { action } = test;
    const capability = { ...action.capability, payload: { channel: 'C1', text: 'done' } };
    assert.equal(evaluatePolicy({ ...action, capability }, policy).decision, 'allow');
    assert.equal(evaluatePolicy(action, policy).decision, 'deny');
  });
});
