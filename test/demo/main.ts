import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { ensureEditor } from '../../scripts/setup.mjs';
import { onInterrupt } from '../../scripts/setup/interrupts.mjs';
import { REPOSITORY, VSIX } from '../testkit/folders.js';
import {
  installExtension,
  prepareProfile,
  startEditor,
  type Editor,
} from '../vscode/harness/index.js';
import { runSampleAgent, type SampleAgentOptions } from './agent.js';
import { sampleWorkspace } from './sample-workspace.js';

const DEMO = path.join(REPOSITORY, '.cache', 'demo');

const { values } = parseArgs({
  options: { desktop: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
});

/** The demonstration of `npm start`: an editor, a sample workspace, an agent. Ends on Ctrl-C. */
async function main(): Promise<void> {
  rmSync(DEMO, { recursive: true, force: true });
  const workspace = path.join(DEMO, 'workspace');
  const state = path.join(DEMO, 'state');
  for (const [name, text] of Object.entries(sampleWorkspace(workspace))) {
    mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
    writeFileSync(path.join(workspace, name), text);
  }
  const stop = new AbortController();
  onInterrupt(() => {
    say('\nStopping.');
    stop.abort();
    return Promise.resolve();
  });
  const editor = values.desktop ? undefined : await openEditor(state);
  if (values.desktop) openDesktop(workspace, state);
  explain(editor?.address(workspace) ?? 'the desktop window that opens now');
  await demonstrate({ workspace, state, signal: stop.signal });
  await editor?.ended;
}

async function demonstrate(options: Omit<SampleAgentOptions, 'say'>): Promise<void> {
  try {
    await runSampleAgent({ ...options, say: (line) => say(`  ${line}`) });
    say('\nThe agent is done. Look at the Ledger view, or run "Axtary: Export Ledger…".');
  } catch (error) {
    if (!options.signal.aborted) say(`\nThe agent gave up: ${String(error)}`);
  }
}

async function openEditor(state: string): Promise<Editor> {
  const program = await ensureEditor();
  const profile = await prepareProfile({ parent: path.join(DEMO, 'profiles') });
  await installExtension({ program, profile }, VSIX);
  const env = { AXTARY_STATE_DIR: state };
  return startEditor({ program, profile, env, port: Number(values.port) });
}

function openDesktop(workspace: string, state: string): void {
  const profile = path.join(DEMO, 'desktop');
  const env = { ...process.env, AXTARY_STATE_DIR: state };
  const common = [
    '--user-data-dir',
    path.join(profile, 'data'),
    '--extensions-dir',
    path.join(profile, 'extensions'),
  ];
  const install = spawn('code', [...common, '--install-extension', VSIX], { env, stdio: 'ignore' });
  install.on('error', () => {
    say('`code` is not on the PATH: run "Shell Command: Install \'code\'" in VS Code first.');
    process.exit(1);
  });
  install.on('exit', () =>
    spawn('code', [...common, '--wait', workspace], { env, stdio: 'ignore' }),
  );
}

function explain(address: string): void {
  say(`
Axtary is running in a real VS Code. Open

  ${address}

1. A notification says that axtary.yml is not trusted yet: review it and trust it.
   (Or run "Axtary: Review Policy Change" from the command palette.)
2. The sample agent then makes six calls: two run, two are denied, two wait for you.
   Open the Axtary view in the activity bar, read the exact diff, approve one, deny one.
3. Look at the Ledger view: every decision is there, with the rule that made it.

Press Ctrl-C to stop. What the agent experiences:
`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
