import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = path.join(root, 'enforcement-host', 'packages');
/** What is no module of a package: the enforcement host in one file, what Cedar and OPA need. */
const BUNDLED: ReadonlySet<string> = new Set([
  'enforcement-host.cjs',
  'prove-worker.cjs',
  'cedar_wasm_bg.wasm',
  'axtary.rego',
  'axtary.wasm',
  'axtary.wasm.json',
  'axtary.wasm.NOTICE',
  'NOTICE',
]);
const PUBLISHED = [
  'core',
  'policy',
  'prover',
  'ledger',
  'budgets',
  'actionpass',
  'approvals',
  'adapters',
  'proxy',
  'mcp',
  'cli',
];
const run = promisify(execFile);

/** What each quickstart of the user's documents prints, line by line. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  '000.mjs': /^executed\nblocked\n$/,
  '001.mjs': /^allow sha256:[0-9a-f]{64}\ntrue\n$/,
  '002.mjs': /^pending sha256:[0-9a-f]{64}\napproved true\n$/,
};

/** The folder of the quickstarts: named, or beside that of the vectors. */
function givenQuickstarts(): string | undefined {
  const { AXTARY_QUICKSTARTS: named, AXTARY_VECTORS: vectors } = process.env;
  const folder = named ?? (vectors && path.join(vectors, '..', 'quickstarts'));
  return folder !== undefined && existsSync(folder) ? folder : undefined;
}

async function nodes(): Promise<readonly string[]> {
  const setup = new URL('../../scripts/setup.mjs', import.meta.url).href;
  const { ensureNode24 } = (await import(setup)) as { ensureNode24(): Promise<string> };
  return [...new Set([process.execPath, await ensureNode24()])];
}

describe('the published packages, installed into an empty folder', function () {
  this.timeout(300_000);
  let folder: string;
  let executables: readonly string[];

  before(async () => {
    executables = await nodes();
    folder = await mkdtemp(path.join(tmpdir(), 'axtary-quickstart-'));
    await writeFile(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    await install(await pack());
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function pack(): Promise<readonly string[]> {
    const tarballs = path.join(folder, 'tarballs');
    await mkdir(tarballs);
    const folders = PUBLISHED.map((name) => path.join(packages, name));
    await run('npm', ['pack', '--silent', '--pack-destination', tarballs, ...folders], {
      cwd: root,
    });
    const names = await readdir(tarballs);
    assert.equal(names.length, PUBLISHED.length);
    return names.map((name) => path.join(tarballs, name));
  }

  async function install(tarballs: readonly string[]): Promise<void> {
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    await run('npm', ['install', ...quiet, ...tarballs, 'jose'], { cwd: folder });
  }

  /** Runs a program in a folder of its own below the installation; returns what it printed. */
  async function printed(node: string, file: string, source: string): Promise<string> {
    const cwd = await mkdtemp(path.join(folder, 'run-'));
    await writeFile(path.join(cwd, file), source);
    const { stdout, stderr } = await run(node, [file], { cwd, timeout: 60_000 });
    assert.equal(stderr, '');
    return stdout;
  }

  it('holds no file but what is meant to be published', async () => {
    for (const name of PUBLISHED) {
      const installed = name === 'cli' ? 'axtary' : path.join('@axtary', name);
      const place = path.join(folder, 'node_modules', installed);
      const entries = await readdir(place, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile() && path.basename(entry.parentPath) !== 'vectors')
        .map((entry) => entry.name);
      const strange = files.filter(
        (file) =>
          !/(\.js|\.d\.ts|^package\.json|^README\.md|^LICENSE)$/.test(file) && !BUNDLED.has(file),
      );
      assert.deepEqual(strange, [], name);
      assert.ok(files.includes('README.md'), `${name} has no README.md`);
    }
  });

  it('runs the quickstarts of the documents as they stand', async function () {
    const given = givenQuickstarts();
    if (given === undefined) {
      console.log('      (no quickstarts: set AXTARY_QUICKSTARTS to their folder)');
      this.skip();
    }
    for (const node of executables) {
      for (const [name, expected] of Object.entries(EXPECTED)) {
        const source = await readFile(path.join(given, name), 'utf8');
        assert.match(await printed(node, name, source), expected, `${name} on ${node}`);
      }
    }
  });

  for (const name of PUBLISHED) {
    it(`runs the quickstart in the README of ${name}`, async function () {
      const readme = await readFile(path.join(packages, name, 'README.md'), 'utf8');
      const blocks = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code = '']) => code);
      if (name === 'cli') {
        assert.equal(blocks.length, 0);
        this.skip();
      }
      assert.ok(blocks.length > 0, 'there is no js block');
      for (const node of executables) {
        for (const code of blocks) {
          const promised = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line = '']) => line);
          assert.ok(promised.length > 0, 'the block promises no output');
          const output = await printed(node, 'quickstart.mjs', code);
          assert.deepEqual(output.trimEnd().split('\n'), promised, `${name} on ${node}`);
        }
      }
    });
  }

  it('has a command that starts a policy and finds it valid', async () => {
    const bin = path.join(folder, 'node_modules', '.bin', 'axtary');
    const cwd = await mkdtemp(path.join(folder, 'run-'));
    await run(bin, ['init'], { cwd });
    assert.match((await run(bin, ['policy', 'check'], { cwd })).stdout, /^valid/);
    await writeFile(path.join(cwd, 'axtary.yml'), 'version: 2\n');
    await assert.rejects(run(bin, ['policy', 'check'], { cwd }), { code: 1 });
  });
});
