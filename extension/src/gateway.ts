import * as vscode from 'vscode';

import type { WindowStore } from './model/store.js';

/** Gets the bearer of this window's connection; asked only when a server is started. */
export type BearerSource = (folder: string) => Promise<string>;

/**
 * Offers the MCP gateway to the editor's agents: one server per upstream, without a bearer until it
 * is started. Returns `undefined` where the editor has no such API.
 */
export function registerGateway(
  store: WindowStore,
  bearerOf: BearerSource,
): vscode.Disposable | undefined {
  // Editors that only claim our engine version may lack it.
  if (!hasMcpProviders(vscode)) return undefined;
  const changed = new vscode.EventEmitter<void>();
  const unsubscribe = store.onDidChange((change) => {
    if (change === 'servers' || change === 'folders') changed.fire();
  });
  const provider: vscode.McpServerDefinitionProvider<vscode.McpHttpServerDefinition> = {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: () =>
      offersOf(store).map(
        ({ label, uri, version }) => new vscode.McpHttpServerDefinition(label, uri, {}, version),
      ),
    resolveMcpServerDefinition: async (definition) => {
      const offer = offersOf(store).find(({ label }) => label === definition.label);
      // The address is compared too: a bearer goes only to where it belongs.
      if (offer?.uri.toString() !== definition.uri.toString()) return undefined;
      definition.headers = { Authorization: `Bearer ${await bearerOf(offer.folder)}` };
      return definition;
    },
  };
  const registration = vscode.lm.registerMcpServerDefinitionProvider('axtary.gateway', provider);
  return vscode.Disposable.from(registration, changed, { dispose: unsubscribe });
}

/** Looked at as the unknown value that it is: the types only say what our engine version has. */
function hasMcpProviders(api: { readonly lm?: Partial<typeof vscode.lm> }): boolean {
  return typeof api.lm?.registerMcpServerDefinitionProvider === 'function';
}

interface Offer {
  readonly label: string;
  readonly uri: vscode.Uri;
  readonly version: string;
  readonly folder: string;
}

function offersOf({ folders }: WindowStore): Offer[] {
  return folders.flatMap(({ folder, name, servers }) =>
    servers.map((server) => ({
      label: folders.length > 1 ? `${server.name} (${name})` : server.name,
      uri: vscode.Uri.parse(server.url, true),
      version: server.version,
      folder,
    })),
  );
}
