import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { systemClock } from '@axtary/core';

import { createLog } from '../../enforcement-host/apps/host/src/log.js';
import { stateFolder as workspaceFolders } from '../../enforcement-host/apps/host/src/state/folder.js';
import { Evidence } from '../../enforcement-host/apps/host/src/workspace/evidence.js';
import { entryOf } from '../bench/ledger/million.js';
import { REPOSITORY } from '../testkit/folders.js';
import { allowingPolicyText } from '../testkit/workspace.js';
import {
  hostProcess,
  ledgerFile,
  ledgerFoot,
  ledgerRow,
  openTrustedSession,
  showLiveLedger,
  startAgent,
  stateFolder,
  until,
  type Session,
} from './harness/index.js';
import { themeNames } from './harness/profile.js';
import { scrollFrames } from './harness/scroll-frames.js';

/**
 * Opens, scrolls, filters and searches a real ledger of a million records in the editor, prints how
 * long that takes, and takes pictures in three themes into `.cache/screenshots`.
 */
const RECORDS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 2000;
const FOLDER = path.join(REPOSITORY, '.cache', 'screenshots');

/** Lengthens the ledger of a session whose enforcement host is stopped, as that would have done. */
async function lengthen({ profile }: Session): Promise<void> {
  const key = path.basename(path.dirname(ledgerFile(profile)));
  const evidence = new Evidence({
    kept: workspaceFolders(stateFolder(profile)).workspace(key),
    retention: {},
    clock: systemClock,
    log: createLog(path.join(profile.dir, 'lengthen.log'), systemClock),
    env: {},
    onChange: () => undefined,
  });
  await evidence.open(undefined);
  for (let n = 0; n < RECORDS; n += BATCH) {
    const entries = Array.from({ length: BATCH }, (_, at) => entryOf(n + at, ['allow']));
    await evidence.ledger.append(entries);
  }
  await evidence.index.prepare();
  await evidence.close();
}

async function timed(what: string, step: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await step();
  console.log(`${what}: ${Math.round(performance.now() - begun)} ms`);
}

async function measure(session: Session): Promise<void> {
  const { workbench, profile } = session;
  await timed('start the enforcement host, and open the ledger', async () => {
    await workbench.runCommand('Axtary: Start Enforcement Host');
    await workbench.statusBarItem(/Axtary$/).waitFor();
  });
  const agent = await startAgent(profile, 'filesystem');
  await timed('the first call', () => agent.call('list_allowed_directories', {}));
  await agent.close();
  let frame = await showLiveLedger(workbench);
  await ledgerRow(frame, 'Executed').waitFor();
  await workbench.runCommand('View: Close All Editors');
  await timed('show the live ledger, from the palette to its rows', async () => {
    frame = await showLiveLedger(workbench);
    await ledgerRow(frame, 'Executed').waitFor();
  });
  console.log(`its foot: ${await ledgerFoot(frame)}`);
  for (const pixels of [60, 900]) {
    const { half, most } = await scrollFrames(frame.locator('.scroller'), pixels);
    const times = `${half.toFixed(1)} ms, 95 of 100 at most ${most.toFixed(1)} ms`;
    console.log(`scroll by ${pixels} pixels a frame: half of the frames ${times}`);
  }
  const whole = await ledgerFoot(frame);
  await timed('go to the oldest record', async () => {
    await frame.getByRole('grid').press('End');
    await ledgerRow(frame, 'Ledger begins').waitFor();
  });
  await timed('search for a text', async () => {
    await frame.getByRole('searchbox').fill(`change ${Math.floor(RECORDS / 8)}`);
    await until(async () => (await ledgerFoot(frame)).includes(' of '), { for: 'what was found' });
  });
  await workbench.page.screenshot({ path: path.join(FOLDER, 'million-search.png') });
  await frame.getByRole('searchbox').press('Escape');
  await until(async () => (await ledgerFoot(frame)) === whole, { for: 'all records' });
}

/** A window takes another theme of its settings file when it is loaded anew; its editors stay. */
async function shootThemes({ workbench, profile }: Session): Promise<void> {
  const settings = path.join(profile.userDataDir, 'User', 'settings.json');
  for (const [theme, name] of Object.entries(themeNames)) {
    const present = JSON.parse(readFileSync(settings, 'utf8')) as object;
    writeFileSync(settings, JSON.stringify({ ...present, 'workbench.colorTheme': name }));
    await workbench.reload('axtary.ledgerPanel');
    const frame = await workbench.webview('axtary-ledger');
    await ledgerRow(frame, 'Executed').waitFor();
    // The font of the icons comes after the rows.
    await frame.locator('body').evaluate(() => document.fonts.ready.then(() => undefined));
    await workbench.page.screenshot({ path: path.join(FOLDER, `million-${theme}.png`) });
  }
}

mkdirSync(FOLDER, { recursive: true });
const session = await openTrustedSession({
  policy: allowingPolicyText('.'),
  workspaceFiles: { 'note.md': 'a note\n' },
});
try {
  const agent = await startAgent(session.profile, 'filesystem');
  await agent.call('list_allowed_directories', {});
  await agent.close();
  await session.workbench.runCommand('Axtary: Stop Enforcement Host');
  await until(() => hostProcess(session.profile) === undefined, { for: 'the host to end' });
  await timed(`write ${RECORDS} records and their index`, () => lengthen(session));
  await measure(session);
  await shootThemes(session);
} finally {
  await session.stop();
}
