import { homedir, hostname, userInfo } from 'node:os';
import path from 'node:path';

import * as vscode from 'vscode';

import type { App } from './app.js';
import { registerCommands } from './commands.js';
import { registerGateway } from './gateway.js';
import { controlEndpoint, stateFolder } from './host/state-folder.js';
import { WindowStore } from './model/store.js';
import { PolicyLanguageStatus } from './policy/language-status.js';
import { ApprovalsView } from './views/approvals-view.js';
import { AuthorityView } from './views/authority-view.js';
import { BudgetStatus } from './views/budget-status.js';
import { followContextKeys } from './views/context-keys.js';
import { VirtualDocuments } from './views/documents.js';
import { registerLedgerDecorations } from './views/ledger-decorations.js';
import { LedgerView } from './views/ledger-view.js';
import { StatusBar } from './views/status-bar.js';

const START_TIMEOUT_MS = 15_000;
/** As the panels' own modules have them, which are not loaded here. */
const PANEL_TYPE = 'axtary.approval';
const SIMULATION_TYPE = 'axtary.simulation';
const LEDGER_PANEL_TYPE = 'axtary.ledgerPanel';
const LIVE_LEDGER_VIEW = 'axtary.liveLedger';

let running: Promise<App> | undefined;

/** Shows the views at once; everything that talks, parses or signs is loaded afterwards. */
export function activate(context: vscode.ExtensionContext): void {
  const store = new WindowStore();
  const documents = new VirtualDocuments();
  const log = vscode.window.createOutputChannel('Axtary', { log: true });
  const authorityView = new AuthorityView(store);
  const showBudgets = () => authorityView.showBudgets();
  const app = (): Promise<App> =>
    (running ??= loadApp({ context, store, documents, log, showBudgets }));
  context.subscriptions.push(
    documents,
    log,
    new ApprovalsView(store),
    new LedgerView(store),
    registerLedgerDecorations(),
    authorityView,
    new StatusBar(store),
    new BudgetStatus(store),
    new PolicyLanguageStatus(store),
    { dispose: followContextKeys(store) },
    registerCommands(app, log),
    vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        await (await app()).restorePanel(panel, approvalIdOf(state));
      },
    }),
    vscode.window.registerWebviewPanelSerializer(SIMULATION_TYPE, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        await (await app()).tools.restoreSimulation(panel, state);
      },
    }),
  );
  context.subscriptions.push(...registerLiveLedger(app));
  const gateway = registerGateway(store, async (folder) => (await app()).bearer(folder));
  if (gateway !== undefined) context.subscriptions.push(gateway);
  setImmediate(() => {
    app().then(
      (loaded) => {
        loaded.start();
      },
      (error: unknown) => {
        log.error(error instanceof Error ? error : String(error));
      },
    );
  });
}

function registerLiveLedger(app: () => Promise<App>): vscode.Disposable[] {
  return [
    vscode.window.registerWebviewPanelSerializer(LEDGER_PANEL_TYPE, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        (await app()).live.restore(panel, state);
      },
    }),
    vscode.window.registerWebviewViewProvider(LIVE_LEDGER_VIEW, {
      resolveWebviewView: async (view, { state }: vscode.WebviewViewResolveContext) => {
        (await app()).live.resolve(view, state);
      },
    }),
  ];
}

export async function deactivate(): Promise<void> {
  const app = await running;
  await app?.flush();
  app?.dispose();
  running = undefined;
}

type Loaded = Pick<
  ConstructorParameters<typeof App>[0],
  'context' | 'store' | 'documents' | 'log' | 'showBudgets'
>;

async function loadApp(parts: Loaded): Promise<App> {
  const module = await import('./app.js');
  const { extensionPath, extension } = parts.context;
  const { env, execPath, platform } = process;
  const state = stateFolder({ platform, homeFolder: homedir(), env });
  return new module.App({
    ...parts,
    version: versionOf(extension.packageJSON),
    endpoint: controlEndpoint(state, platform),
    program: {
      command: execPath,
      args: [path.join(extensionPath, 'dist', 'enforcement-host.cjs'), '--state', state],
      env,
      cwd: homedir(),
      timeoutMs: START_TIMEOUT_MS,
    },
    defaultApproverName: `user:${userInfo().username}@${hostname()}`,
  });
}

function versionOf(manifest: unknown): string {
  const isObject = typeof manifest === 'object' && manifest !== null;
  return isObject && 'version' in manifest && typeof manifest.version === 'string'
    ? manifest.version
    : '0.0.0';
}

/** What the panel kept of itself; it may be of an earlier version, or nothing. */
function approvalIdOf(state: unknown): string | undefined {
  const isObject = typeof state === 'object' && state !== null;
  return isObject && 'id' in state && typeof state.id === 'string' ? state.id : undefined;
}
