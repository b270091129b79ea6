import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { fromLedgerPanelSchema, type ToLedgerPanel } from '@axtary/protocol';
import type { Page } from 'playwright-core';

import { LedgerReader } from '../../../extension/src/live-ledger/reader.js';
import { LedgerSession } from '../../../extension/src/live-ledger/session.js';
import { panelHtml } from '../../../extension/src/views/panel-html.js';
import { ensureChromium } from '../../../scripts/setup.mjs';
import { REPOSITORY } from '../../testkit/folders.js';
import { openBrowser } from './browser.js';
import type { MillionLedger } from './million-ledger.js';

const FILES = path.join(REPOSITORY, 'dist', 'webview');
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};
/** What VS Code puts into a webview before its page. */
const API = `window.acquireVsCodeApi = () => ({
  postMessage: (message) => void window.fromPanel(JSON.stringify(message)),
  setState: () => {},
});`;

/** The live ledger's page in a browser, with the extension's own session behind it. */
export interface LedgerPage {
  readonly page: Page;
  readonly session: LedgerSession;
  /** What the browser complained of. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Opens the page as VS Code would, under the same content security policy. */
export async function openLedgerPage(ledger: MillionLedger): Promise<LedgerPage> {
  const profileDir = await mkdtemp(path.join(tmpdir(), 'axtary-page-'));
  const server = createServer((request, response) => {
    void serve(request.url ?? '/', response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await openBrowser({ executable: await ensureChromium(), profileDir });
  const page = await browser.context.newPage();
  const session = new LedgerSession({
    folders: () => [{ id: '/ws', label: 'ws', size: ledger.size, fault: undefined }],
    isConnected: () => true,
    reader: new LedgerReader(() => ledger),
    saved: () => [],
    send: (message) => void post(page, message),
    restMs: 50,
  });
  await page.exposeFunction('fromPanel', (text: string) => receive(session, text));
  await page.goto(`http://127.0.0.1:${portOf(server)}/`);
  return { page, session, complaints: browser.console, close };

  async function close(): Promise<void> {
    session.dispose();
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
    await rm(profileDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function serve(url: string, response: ServerResponse): Promise<void> {
  const name = path.basename(url.split('?')[0] ?? '');
  response.setHeader('content-type', TYPES[path.extname(name)] ?? 'text/html');
  if (name === '') response.end(html());
  else if (name === 'api.js') response.end(API);
  else response.end(await readFile(path.join(FILES, name)).catch(() => ''));
}

function html(): string {
  const nonce = 'nonce';
  return panelHtml({
    cspSource: 'http://127.0.0.1:*',
    script: '/approval.js',
    style: '/approval.css',
    codicons: '/codicon.css',
    nonce,
    language: 'en',
    element: 'axtary-ledger',
  }).replace('<script', `<script nonce="${nonce}" src="/api.js"></script><script`);
}

async function receive(session: LedgerSession, text: string): Promise<void> {
  const message = fromLedgerPanelSchema.parse(JSON.parse(text));
  if (message.type === 'ready' || message.type === 'refresh') await session.refresh();
  else if (message.type === 'choose') await session.choose(message.choice);
  else if (message.type === 'rows') await session.rows(message.run, message.offset);
}

async function post(page: Page, message: ToLedgerPanel): Promise<void> {
  if (page.isClosed()) return;
  await page
    .evaluate((text) => {
      window.postMessage(JSON.parse(text), '*');
    }, JSON.stringify(message))
    // The page may go while something is still on its way to it.
    .catch(() => undefined);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
