import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Action } from '@axtary/core';
import {
  cedarProgram,
  createPolicy,
  exportCedar,
  exportRego,
  globFieldsOf,
  PACK_NAMES,
  PRESET_NAMES,
  projectAction,
  REGO_HELPERS,
  regoInput,
  type Policy,
} from '@axtary/policy';
import { createProver, ProverError, REGO_WASM } from '@axtary/prover';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';

import { CedarEngine } from '../src/cedar-engine.js';
import { REGO_WASM_SHA256 } from '../src/rego-pin.js';
import { catalogue, random } from './engines.js';
import { withField } from './generate-action.js';

const rego = path.join(import.meta.dirname, '..', 'rego');

const action: Action = {
  id: 'act_test',
  actor: {
    agent: 'agent:codex',
    human: 'user:ann',
    tenant: 'org:example',
    runtime: 'codex-cli',
  },
  intent: { task: 'T-1', summary: '' },
  capability: {
    tool: 'github.pull_requests.create',
    resource: 'repo:example/web-app',
    payload: { base: 'main', filesChanged: ['src/a.ts', 'infra/prod/x'], testsPassed: true },
    constraints: { baseBranch: 'main', maxFilesChanged: 12, blockedPaths: ['infra/prod/**'] },
  },
  context: { source: 'sdk' },
};

const everyPolicy: readonly Policy[] = [
  ...PRESET_NAMES.map((preset) => createPolicy({ version: 1, preset }, preset)),
  ...PACK_NAMES.map((name) => createPolicy({ version: 1, preset: 'none', packs: [name] }, name)),
];

function sha256(data: Uint8Array): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

function isError(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ProverError && error.code === code;
}

describe('a prover', () => {
  it('has the same decision for the same rules from three engines', async () => {
    const prover = await createProver(createPolicy({ version: 1 }));
    const expected = { decision: 'deny', rules: ['pr-blocked-path'] };
    const { native, cedar: fromCedar, rego: fromRego, agree } = prover.prove(action);
    assert.deepEqual([native, fromCedar, fromRego, agree], [expected, expected, expected, true]);
  });

  it('agrees about an action under every preset and every pack', async () => {
    for (const policy of everyPolicy) {
      const proof = (await createProver(policy)).prove(action, { now: '2026-11-20T12:00:00Z' });
      assert.ok(proof.agree, `${policy.name}: ${JSON.stringify(proof)}`);
    }
  });

  it('keeps the policies apart of more provers than Cedar has places for', async () => {
    const rules = Array.from({ length: 20 }, (_, at) => `rule-${at}`);
    const provers = await Promise.all(
      rules.map((id) =>
        createProver(
          createPolicy({
            version: 1,
            preset: 'none',
            policies: [{ id, effect: 'allow', match: { resource: 'repo:*/**' } }],
          }),
        ),
      ),
    );
    const ask = (): readonly string[] =>
      provers.map((prover) => prover.prove(action).cedar.rules.join());
    assert.deepEqual([ask(), ask()], [rules, rules]);
  });

  it('leaves out approvals, and rules that are only tried out', async () => {
    const policy = createPolicy({
      version: 1,
      preset: 'none',
      policies: [
        { id: 'ask', effect: 'step_up', match: { tool: '*' } },
        { id: 'tried', effect: 'deny', shadow: true, match: { tool: '*' } },
      ],
    });
    const approval = { id: 'apr_1', approvedBy: 'user:bob', mode: 'human' as const, roles: [] };
    const proof = (await createProver(policy)).prove(action, { approvals: [approval] });
    const expected = { decision: 'step_up', rules: ['ask'] };
    assert.deepEqual(proof, { native: expected, cedar: expected, rego: expected, agree: true });
  });

  it('says that an engine cannot be fed a lone surrogate', async () => {
    const policy = createPolicy({
      version: 1,
      preset: 'none',
      policies: [
        {
          id: 'text',
          effect: 'allow',
          match: { tool: '*' },
          when: [{ field: 'payload.text', present: true }],
        },
      ],
    });
    const proof = (await createProver(policy)).prove(withField(action, 'payload.text', '\ud800'));
    assert.equal(proof.agree, false);
    assert.match(proof.cedar.error ?? '', /lone surrogate/);
    assert.match(proof.rego.error ?? '', /lone surrogate/);
    assert.equal(proof.native.decision, 'allow');
  });

  it('takes texts with NUL, control characters and quotes as any other', async () => {
    const text = '\0\u0001"\\\n\u2028\u{10ffff}*';
    const policy = createPolicy({
      version: 1,
      preset: 'none',
      policies: [
        {
          id: 'odd "id"'.replaceAll(/[^a-z]+/g, '-').replace(/-$/, ''),
          effect: 'allow',
          description: 'two\nlines of */ comment',
          match: { tool: '*' },
          when: [{ field: 'payload.text', equals: text }],
        },
      ],
    });
    const prover = await createProver(policy);
    for (const value of [text, `${text}x`, text.slice(1)]) {
      const proof = prover.prove(withField(action, 'payload.text', value));
      assert.ok(proof.agree);
      assert.equal(proof.native.decision, value === text ? 'allow' : 'deny');
    }
  });

  it('never throws, and denies in every engine what is no action', async () => {
    const prover = await createProver(createPolicy({ version: 1 }));
    const { native, cedar: fromCedar, rego: fromRego } = prover.prove({} as Action);
    const decisions = [native, fromCedar, fromRego].map(({ decision }) => decision);
    assert.deepEqual(decisions, ['deny', 'deny', 'deny']);
  });

  it('takes an error of Cedar for a denial', () => {
    const { normalRules } = createPolicy({
      version: 1,
      preset: 'none',
      policies: [{ id: 'open', effect: 'allow', match: { tool: '*' } }],
    });
    const program = cedarProgram(normalRules);
    const failing = 'forbid (principal, action, resource) when { context.nothing };';
    const engine = new CedarEngine(cedar, {
      ...program,
      policies: { ...program.policies, failing },
    });
    const answer = engine.decide(action, projectAction(normalRules, action, {}));
    assert.equal(answer.decision, 'deny');
    assert.match(answer.error ?? '', /nothing/);
  });
});

describe('the Rego module', () => {
  it('is the one whose digests are pinned', async () => {
    const pin: unknown = JSON.parse(await readFile(path.join(rego, 'axtary.wasm.json'), 'utf8'));
    const module = sha256(await readFile(path.join(rego, 'axtary.rego')));
    const wasm = sha256(await readFile(path.join(rego, REGO_WASM)));
    assert.deepEqual(pin, { opa: '1.4.2', module, wasm });
    assert.equal(REGO_WASM_SHA256, wasm);
  });

  it('has the same helpers as the modules that are written for one policy', async () => {
    const module = await readFile(path.join(rego, 'axtary.rego'), 'utf8');
    assert.ok(module.endsWith(REGO_HELPERS));
  });

  it('is refused with other bytes, and missed where it is not', async () => {
    const policy = createPolicy({ version: 1 });
    const folder = await mkdtemp(path.join(tmpdir(), 'axtary-prover-'));
    try {
      const options = { wasmFolder: folder };
      await assert.rejects(createProver(policy, options), isError('PROVER_MODULE_UNREADABLE'));
      await cp(rego, folder, { recursive: true });
      assert.ok((await createProver(policy, options)).prove(action).agree);
      const other = await mkdtemp(path.join(folder, 'other-'));
      await writeFile(path.join(other, REGO_WASM), 'not the module');
      const untrusted = createProver(policy, { wasmFolder: other });
      await assert.rejects(untrusted, isError('PROVER_MODULE_UNTRUSTED'));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('what is exported', () => {
  const policies = [
    ...everyPolicy,
    ...catalogue(1).map(({ policy }) => policy),
    ...[...random(3, 2000)].map(({ policy }) => policy),
  ];

  it('is valid Cedar under its schema, strictly', () => {
    for (const { normalRules, name } of policies) {
      const { policies: rules, patterns, schema } = exportCedar({ normalRules });
      for (const staticPolicies of [rules, patterns]) {
        const answer = cedar.validate({
          validationSettings: { mode: 'strict' },
          schema,
          policies: { staticPolicies },
        });
        assert.equal(answer.type, 'success', `${name}: ${JSON.stringify(answer)}`);
        const errors = answer.type === 'success' ? answer.validationErrors : [];
        assert.deepEqual(errors, [], name);
      }
    }
  });

  it('is the same Cedar that is evaluated', () => {
    for (const { normalRules } of everyPolicy) {
      const program = cedarProgram(normalRules);
      const parts = cedar.policySetTextToParts(exportCedar({ normalRules }).policies);
      const count = parts.type === 'success' ? parts.policies.length : -1;
      assert.equal(count, Object.keys(program.policies).length);
    }
  });

  it('is the same each time', () => {
    for (const { normalRules } of everyPolicy) {
      assert.deepEqual(exportCedar({ normalRules }), exportCedar({ normalRules }));
      assert.deepEqual(exportRego({ normalRules }), exportRego({ normalRules }));
    }
  });

  it('is Rego that an OPA decides alike, module and data', async function () {
    const opa = process.env['AXTARY_OPA'];
    if (opa === undefined) return this.skip();
    this.timeout(120_000);
    const folder = await mkdtemp(path.join(tmpdir(), 'axtary-rego-'));
    try {
      for (const { policy, cases } of [...catalogue(1), ...random(4, 1500)]) {
        const prover = await createProver(policy);
        const { normalRules } = policy;
        const { module } = exportRego(policy);
        const file = path.join(folder, 'policy.rego');
        await writeFile(file, module);
        const some = cases.slice(0, 100);
        const globFields = globFieldsOf(normalRules);
        const enforced = normalRules.filter(({ shadow }) => !shadow);
        const input = some.map((each) =>
          JSON.stringify(regoInput(projectAction(enforced, each.action, each.facts), globFields)),
        );
        const printed: string = execFileSync(opa, ['eval', '-e', 'axtary/policy/result', file], {
          input: `${input.join('\n')}\n`,
          encoding: 'utf8',
        });
        const answers = printed
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line));
        const expected = some.map((each) => prover.prove(each.action, each.facts).native);
        assert.deepEqual(answers, expected);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
