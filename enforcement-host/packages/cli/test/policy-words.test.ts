import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { cli, temporaryFolder, type Ended } from './support.js';

const POLICY = `version: 1
packs: [slack]
lists: { colleagues: ['*@example.com'] }
policies:
  - id: no-secrets
    effect: deny
    description: secrets stay out of reach
    match: { tool: mcp.tool.call, resource: 'mcp:*/write_*' }
    when: [{ field: context.paths, matches: '**/.env' }]
  - id: few
    effect: allow
    match: { tool: mail.send }
    when:
      - { field: payload.recipients, allMatchField: lists.colleagues }
      - { field: payload.count, under: 10 }
      - { not: { field: payload.draft, present: true } }
    obligations: { rates: [{ max: 3, windowSeconds: 60 }] }
  - id: by-day
    effect: allow
    match: { tool: mail.remind }
    when: [{ window: { from: '09:00', to: '17:00', timeZone: UTC } }]
`;

interface ExplainedRule {
  readonly rule: { readonly id: string };
  readonly from: string;
  readonly words: string;
  readonly normal: { readonly match: readonly unknown[] };
  readonly example?: unknown;
}

describe('axtary policy', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
    await writeFile(path.join(folder.path, 'axtary.yml'), POLICY);
  });
  after(() => folder.remove());
  const policy = (...args: string[]): Promise<Ended> =>
    cli(['policy', ...args], { cwd: folder.path });

  describe('explain', () => {
    it('says in words what a rule does, and in its normal form', async () => {
      const { code, stdout } = await policy('explain', 'no-secrets');
      assert.equal(code, 0);
      assert.match(stdout, /^no-secrets {2}deny {2}\(axtary\.yml:5\)\n {2}Denies calls of/m);
      assert.match(stdout, /What cannot be decided holds in a rule with effect deny/);
      assert.match(stdout, /^Normal form:\n\{"match":\[\{"op":"matches"/m);
    });

    it('gives an action for which the rule holds', async () => {
      const { stdout } = await policy('explain', 'no-secrets');
      const [, example = ''] = /for which it holds.*\n(.*)\n/.exec(stdout) ?? [];
      await writeFile(path.join(folder.path, 'example.json'), example);
      const { code, stdout: simulated } = await policy('simulate', 'example.json');
      assert.equal(code, 11);
      assert.match(simulated, /^ {2}no-secrets: secrets stay out of reach$/m);
    });

    it('has an example for every rule of the presets and packs that is not about time alone', async () => {
      const examples = fileURLToPath(new URL('../../../../policies/examples/', import.meta.url));
      const names = (await readdir(examples)).filter((name) => name.endsWith('.yml'));
      assert.ok(names.length > 5);
      for (const name of names) {
        const { stdout } = await policy('explain', '--policy', path.join(examples, name), '--json');
        const rules = JSON.parse(stdout) as readonly ExplainedRule[];
        const without = rules.filter(({ example }) => example === undefined);
        assert.deepEqual(
          without.map(({ rule }) => rule.id),
          [],
          name,
        );
      }
    });

    it('gives no example where it knows none', async () => {
      const { stdout } = await policy('explain', 'by-day');
      assert.doesNotMatch(stdout, /for which it holds/);
    });

    it('lists all rules, and where each comes from', async () => {
      const { code, stdout } = await policy('explain');
      assert.equal(code, 0);
      assert.match(stdout, /^few {2}allow {2}\(axtary\.yml:10\)$/m);
      assert.match(stdout, /\(pack slack\)$/m);
      assert.match(stdout, /\(preset coding-agent\)$/m);
    });

    it('says so of a rule that is not there, and where all are listed', async () => {
      const { code, stderr } = await policy('explain', 'no-secret');
      assert.equal(code, 2);
      assert.match(stderr, /has no rule "no-secret": "axtary policy explain" lists/);
    });
  });

  describe('export', () => {
    it('writes the policy out for Cedar and Rego', async () => {
      const exported = async (to: string): Promise<string> => {
        const { code, stdout } = await policy('export', '--to', to);
        assert.equal(code, 0);
        return stdout;
      };
      assert.match(await exported('cedar'), /^@id\("no-secrets"\)$/m);
      assert.match(await exported('cedar-patterns'), /permit/);
      assert.match(await exported('cedar-schema'), /entity/);
      assert.match(await exported('rego'), /^package /m);
      assert.ok(JSON.parse(await exported('rego-data')));
    });

    it('writes schemas for editors, without any policy', async () => {
      const args = ['--policy', 'nowhere.yml', '--out', 'schema.json'];
      for (const to of ['json-schema', 'tests-json-schema']) {
        assert.equal((await policy('export', '--to', to, ...args)).code, 0);
        const schema = JSON.parse(
          await readFile(path.join(folder.path, 'schema.json'), 'utf8'),
        ) as { $schema: string };
        assert.match(schema.$schema, /2020-12/);
      }
    });

    it('says so when it cannot write', async () => {
      const { code, stderr } = await policy('export', '--to', 'rego', '--out', 'no/where.rego');
      assert.equal(code, 1);
      assert.match(stderr, /cannot be written/);
    });
  });

  describe('prove', () => {
    const write = (file: string, ...actions: readonly unknown[]): Promise<void> =>
      writeFile(
        path.join(folder.path, file),
        actions.map((action) => `${JSON.stringify(action)}\n`).join(''),
      );
    const send = {
      tool: 'mail.send',
      resource: 'mail:outbox',
      payload: { recipients: ['ada@example.com'], count: 3 },
    };

    it('shows the answers of three engines side by side, and that they agree', async () => {
      await write('a.json', send);
      const { code, stdout, stderr } = await policy('prove', 'a.json');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^agree {2}mail\.send mail:outbox/m);
      for (const engine of ['native', 'cedar', 'rego']) {
        assert.match(stdout, new RegExp(`^  ${engine} +allow +few$`, 'm'));
      }
    });

    it('proves each line of a stream, and ends with 1 for one that is no action', async () => {
      const other = { ...send, payload: { recipients: ['eve@example.org'], count: 3 } };
      await write('a.ndjson', send, other, { tol: 1 });
      const { code, stdout, stderr } = await policy('prove', 'a.ndjson', '--json');
      assert.equal(code, 1);
      assert.equal(stderr, '');
      const lines = stdout.trimEnd().split('\n');
      const proofs = lines.map((line) => JSON.parse(line) as { agree?: boolean; line: number });
      assert.deepEqual(
        proofs.map(({ agree, line }) => [line, agree]),
        [
          [1, true],
          [2, true],
          [3, undefined],
        ],
      );
    });
  });
});
