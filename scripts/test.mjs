import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { run, step } from './setup/child.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { cacheDir, repositoryDir } from './setup/places.mjs';
import { ensureStrace } from './setup/strace.mjs';

/**
 * Runs all tests, or the groups named on the command line, and ends with the one line
 * `N passed, N failed, N skipped`. A check that is one command counts as one test.
 */
const logDir = path.join(cacheDir, 'log');
const bin = (name) => path.join(repositoryDir, 'node_modules', '.bin', name);
const node = process.execPath;

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
const total = { passed: 0, failed: 0, skipped: 0 };

const checks = {
  build: [['Types and bundles', node, ['scripts/build.mjs']]],
  lint: [
    ['Format', bin('prettier'), ['--check', '.']],
    ['Presets', node, ['scripts/presets.mjs', '--check']],
    ['Schemas', node, ['scripts/schemas.mjs', '--check']],
    ['Lint', bin('eslint'), ['.']],
    ['Types of tests', bin('tsc'), ['-p', 'tsconfig.test.json']],
    ['Layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', ...sources()]],
    ['References', node, ['scripts/check-references.mjs']],
    ['Dead code and dependencies', bin('knip'), []],
    ['Packages', node, ['scripts/check-packages.mjs']],
    ['VSIX', node, ['scripts/package.mjs']],
  ],
};

const suites = {
  unit: [
    'Unit, property and vectors',
    'enforcement-host/**/test/**/*.test.ts',
    '{extension,webview-ui}/test/**/*.test.ts',
    'test/{corpus,vectors,second-opinion}/**/*.test.ts',
  ],
  integration: [
    'Integration: real hosts, servers, sockets and kills',
    'test/{conformance,integration}/**/*.test.ts',
  ],
  quickstart: ['Quickstarts from packed packages', 'test/quickstart/**/*.test.ts'],
  editor: ['The extension in a real editor', 'test/vscode/**/*.test.ts'],
};

function sources() {
  return ['enforcement-host', 'extension', 'webview-ui'];
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function main(wanted) {
  const isWanted = (name) => wanted.length === 0 || wanted.includes(name);
  await ensurePackages();
  for (const [name, list] of Object.entries(checks)) {
    if (!isWanted(name) && name !== 'build') continue;
    for (const check of list) await runCheck(check);
    if (name === 'build' && total.failed > 0) return finish();
  }
  if (isWanted('unit')) await ensureStrace();
  for (const [name, suite] of Object.entries(suites)) {
    if (isWanted(name)) await runSuite(name, suite);
  }
  finish();
}

/** One command, one test: passed when it ends with 0. */
async function runCheck([title, command, args]) {
  const log = path.join(logDir, `${title.toLowerCase().replace(/[^a-z]+/g, '-')}.log`);
  try {
    await step(title, () => run(command, args, { cwd: repositoryDir, log }));
    total.passed++;
  } catch (error) {
    total.failed++;
    console.log(error.message);
  }
}

/** A mocha run; its report counts, so a run that ends without one has failed. */
async function runSuite(name, [title, ...specs]) {
  const report = path.join(logDir, `${name}.json`);
  rmSync(report, { force: true });
  const reporter = ['--reporter', 'json', '--reporter-option', `output=${report}`];
  const log = path.join(logDir, `${name}.log`);
  let problem;
  try {
    await step(title, () =>
      run(bin('mocha'), [...reporter, ...specs], { cwd: repositoryDir, log, timeoutMs: 1_800_000 }),
    );
  } catch (error) {
    problem = error;
  }
  const result = readReport(report);
  if (!result || (problem && result.stats.failures === 0)) {
    total.failed++;
    console.log(problem?.message ?? `${title}: the run left no report (see ${log})`);
  }
  if (result) count(result);
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function count({ stats, failures, pending }) {
  total.passed += stats.passes;
  total.failed += stats.failures;
  total.skipped += stats.pending;
  for (const { fullTitle, err } of failures) {
    console.log(
      `\n  FAILED ${fullTitle}\n    ${(err.stack ?? err.message ?? '').split('\n').slice(0, 12).join('\n    ')}`,
    );
  }
  for (const { fullTitle } of pending) console.log(`  skipped: ${fullTitle}`);
}

function finish() {
  const { passed, failed, skipped } = total;
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed > 0 ? 1 : 0;
}
