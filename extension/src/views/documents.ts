import * as vscode from 'vscode';

const SCHEMES = [
  'axtary-before',
  'axtary-after',
  'axtary-policy',
  'axtary-record',
  'axtary-report',
] as const;
export type DocumentScheme = (typeof SCHEMES)[number];

const KEPT = 400;

/** Read-only documents. A URI names its content for good: it carries a hash, or a record's number. */
export class VirtualDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  #load: ((uri: vscode.Uri) => Promise<string | undefined>) | undefined;
  readonly #registrations = SCHEMES.map((scheme) =>
    vscode.workspace.registerTextDocumentContentProvider(scheme, this),
  );

  /**
   * Keeps a text under a URI of its own.
   *
   * @param key What makes the text unique, such as its hash.
   * @param name Last part of the path: what a tab shows, and what chooses the language.
   */
  put(scheme: DocumentScheme, { key, name, text }: DocumentText): vscode.Uri {
    const uri = vscode.Uri.from({ scheme, path: `/${encodeURIComponent(key)}/${name}` });
    const id = uri.toString();
    this.#texts.delete(id);
    this.#texts.set(id, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > KEPT && oldest !== undefined) this.#texts.delete(oldest);
    return uri;
  }

  /** Takes what fetches the text of a document that nobody has put here. */
  setLoader(load: (uri: vscode.Uri) => Promise<string | undefined>): void {
    this.#load = load;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const text = this.#texts.get(uri.toString()) ?? (await this.#load?.(uri));
    return text ?? vscode.l10n.t('This document belongs to an earlier session: open it again.');
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
  }
}

export interface DocumentText {
  readonly key: string;
  readonly name: string;
  readonly text: string;
}
