import type { CompletionItem } from '@axtary/protocol';
import * as vscode from 'vscode';

import { POLICY_SELECTOR, TESTS_SELECTOR, policyKind } from '../policy/policy-file.js';
import { rangeOf, textPositionOf, workspaceEditOf } from './convert.js';
import type { PolicyHost } from './policy-host.js';

const TRIGGERS = [':', ' ', '.', '-', '/', '"', "'", '{', '['] as const;
/** What Red Hat's YAML extension completes from our JSON schema, so that we leave it to it. */
const SCHEMA_KINDS = new Set(['key', 'value', 'operator']);
const SCHEMA_EXTENSION = 'redhat.vscode-yaml';

/** Completion, hover and rename: each asks the enforcement host about the text as it is now. */
export function registerProviders(host: PolicyHost): vscode.Disposable {
  const { languages } = vscode;
  const both = [...POLICY_SELECTOR, ...TESTS_SELECTOR];
  return vscode.Disposable.from(
    languages.registerCompletionItemProvider(both, completionProvider(host), ...TRIGGERS),
    languages.registerHoverProvider(both, hoverProvider(host)),
    languages.registerRenameProvider([...POLICY_SELECTOR], renameProvider(host)),
  );
}

function completionProvider(host: PolicyHost): vscode.CompletionItemProvider {
  return {
    provideCompletionItems: async (document, at, token) => {
      const kind = policyKind(document);
      const reached = host.reach(document.uri);
      if (kind === undefined || reached === undefined) return undefined;
      const { caller, workspace } = reached;
      const position = textPositionOf(at);
      const question = { workspace, text: document.getText(), kind, position };
      const { items } = await caller.call('policy/complete', question);
      if (token.isCancellationRequested) return undefined;
      const hasSchema = vscode.extensions.getExtension(SCHEMA_EXTENSION)?.isActive === true;
      return items
        .filter((item) => !hasSchema || !SCHEMA_KINDS.has(item.kind))
        .map((item) => completionOf(item));
    },
  };
}

function completionOf(item: CompletionItem): vscode.CompletionItem {
  const { label, kind, detail, documentation, insertText, isSnippet, range, sortText } = item;
  const completion = new vscode.CompletionItem(label, completionKind(kind));
  completion.insertText = isSnippet ? new vscode.SnippetString(insertText) : insertText;
  if (detail !== undefined) completion.detail = detail;
  if (documentation !== undefined) {
    completion.documentation = new vscode.MarkdownString(documentation);
  }
  if (sortText !== undefined) completion.sortText = sortText;
  if (range !== undefined) completion.range = rangeOf(range);
  return completion;
}

function completionKind(kind: string): vscode.CompletionItemKind {
  const kinds: Readonly<Record<string, vscode.CompletionItemKind>> = {
    key: vscode.CompletionItemKind.Property,
    value: vscode.CompletionItemKind.EnumMember,
    operator: vscode.CompletionItemKind.Operator,
    field: vscode.CompletionItemKind.Field,
    name: vscode.CompletionItemKind.Variable,
    tool: vscode.CompletionItemKind.Function,
    resource: vscode.CompletionItemKind.Reference,
    snippet: vscode.CompletionItemKind.Snippet,
  };
  return kinds[kind] ?? vscode.CompletionItemKind.Text;
}

function hoverProvider(host: PolicyHost): vscode.HoverProvider {
  return {
    provideHover: async (document, at) => {
      const kind = policyKind(document);
      const reached = host.reach(document.uri);
      if (kind === undefined || reached === undefined) return undefined;
      const { caller, workspace } = reached;
      const position = textPositionOf(at);
      const question = { workspace, text: document.getText(), kind, position };
      const { range, markdown } = await caller.call('policy/hover', question);
      if (markdown === undefined) return undefined;
      const contents = new vscode.MarkdownString(markdown);
      return new vscode.Hover(contents, range && rangeOf(range));
    },
  };
}

function renameProvider(host: PolicyHost): vscode.RenameProvider {
  async function ask(document: vscode.TextDocument, at: vscode.Position, newName?: string) {
    const reached = host.reach(document.uri);
    if (reached === undefined) throw new Error(notConnected());
    const { caller, workspace } = reached;
    const answer = await caller.call('policy/rename', {
      workspace,
      text: document.getText(),
      position: textPositionOf(at),
      ...(newName === undefined ? {} : { newName }),
    });
    // The editor shows the message of what is thrown here to whoever renames.
    if (answer.problem !== undefined) throw new Error(answer.problem);
    return answer;
  }
  return {
    prepareRename: async (document, position) => {
      const { range, name } = await ask(document, position);
      if (range === undefined) {
        throw new Error(vscode.l10n.t('Only rules, lists and roles can be renamed here.'));
      }
      return { range: rangeOf(range), placeholder: name ?? document.getText(rangeOf(range)) };
    },
    provideRenameEdits: async (document, position, newName) => {
      const { edits } = await ask(document, position, newName);
      return workspaceEditOf(document.uri, edits);
    },
  };
}

function notConnected(): string {
  return vscode.l10n.t('The enforcement host is not connected: start it and try again.');
}
