import { chromium, type BrowserContext } from 'playwright-core';

import { PATIENCE_MS } from './waiting.js';

export interface BrowserOptions {
  /** What `ensureChromium` of scripts/setup.mjs returns. */
  readonly executable: string;
  /** The folder of the browser's profile; kept between two openings. */
  readonly profileDir: string;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A headless Chromium that can reach this machine and nothing else. */
export interface Browser {
  readonly context: BrowserContext;
  /** What pages, and through them the extension host, printed. */
  readonly console: readonly string[];
  /** The addresses outside this machine that pages asked for, all in vain. */
  readonly outsideRequests: readonly string[];
  close(): Promise<void>;
}

// Loopback addresses go round the proxy by themselves; on the discard port nobody listens.
const ISOLATION = [
  '--proxy-server=http://127.0.0.1:9',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
];
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-gpu',
  '--disable-sync',
  '--no-first-run',
];

/** Opens the browser. Its pages get 30 s for whatever they wait for. */
export async function openBrowser(options: BrowserOptions): Promise<Browser> {
  const { executable, profileDir, viewport = { width: 1440, height: 900 } } = options;
  const isRoot = process.getuid?.() === 0;
  const context = await chromium.launchPersistentContext(profileDir, {
    executablePath: executable,
    viewport,
    args: [...ISOLATION, ...QUIET, ...(isRoot ? ['--no-sandbox'] : [])],
    // An interrupt ends the editor first, then this process, and that ends the browser.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const console: string[] = [];
  context.on('console', (message) => console.push(`${message.type()}: ${message.text()}`));
  const outsideRequests: string[] = [];
  context.on('request', (request) => {
    if (isOutside(request.url())) outsideRequests.push(request.url());
  });
  return { context, console, outsideRequests, close: () => context.close() };
}

function isOutside(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(protocol)) return false;
  return !['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}
