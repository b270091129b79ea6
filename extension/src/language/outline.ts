import type { PolicyAnalysis, PolicySymbol, TextRange } from '@axtary/protocol';
import * as vscode from 'vscode';

import { POLICY_SELECTOR, TESTS_SELECTOR } from '../policy/policy-file.js';
import type { PolicyAnalyses } from './analyses.js';
import { rangeOf, workspaceEditOf } from './convert.js';
import { DENIED } from './diagnostics.js';

/** Quick fixes and the outline: parts of the analysis that is there already. */
export function registerOutline(analyses: PolicyAnalyses): vscode.Disposable {
  const { languages } = vscode;
  const both = [...POLICY_SELECTOR, ...TESTS_SELECTOR];
  return vscode.Disposable.from(
    languages.registerDocumentSymbolProvider(
      both,
      {
        provideDocumentSymbols: async (document) =>
          (await analyses.of(document))?.symbols.map(symbolOf),
      },
      { label: 'Axtary' },
    ),
    languages.registerCodeActionsProvider(both, fixProvider(analyses), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    languages.registerDocumentLinkProvider([...TESTS_SELECTOR], { provideDocumentLinks }),
  );
}

interface Symbol {
  readonly name: string;
  readonly detail: string;
  readonly kind: string;
  readonly range: TextRange;
  readonly nameRange: TextRange;
}

function symbolOf(symbol: PolicySymbol): vscode.DocumentSymbol {
  const section = oneSymbol(symbol);
  section.children = symbol.children.map(oneSymbol);
  return section;
}

function oneSymbol({ name, detail, kind, range, nameRange }: Symbol): vscode.DocumentSymbol {
  const kinds: Readonly<Record<string, vscode.SymbolKind>> = {
    section: vscode.SymbolKind.Namespace,
    rule: vscode.SymbolKind.Function,
    server: vscode.SymbolKind.Module,
    list: vscode.SymbolKind.Array,
    role: vscode.SymbolKind.Interface,
    test: vscode.SymbolKind.Method,
  };
  const symbolKind = kinds[kind] ?? vscode.SymbolKind.Property;
  // The editor refuses a symbol without a name.
  return new vscode.DocumentSymbol(
    name === '' ? '-' : name,
    detail,
    symbolKind,
    rangeOf(range),
    rangeOf(nameRange),
  );
}

function fixProvider(analyses: PolicyAnalyses): vscode.CodeActionProvider {
  return {
    provideCodeActions: async (document, range, { diagnostics }) => {
      const analysis = await analyses.of(document);
      const fixes = analysis === undefined ? [] : fixesAt(document, range, analysis);
      for (const fix of fixes) fix.diagnostics = diagnostics.filter(isFixedBy(fix));
      return [...fixes, ...diagnostics.flatMap(denialActions)];
    },
  };
}

class Fix extends vscode.CodeAction {
  declare at: vscode.Range;
  declare code: string;
}

function fixesAt(
  { uri }: vscode.TextDocument,
  range: vscode.Range,
  { issues }: PolicyAnalysis,
): Fix[] {
  const here = issues.filter((issue) => rangeOf(issue.range).intersection(range) !== undefined);
  return here.flatMap(({ fixes = [], range: at, code }) =>
    fixes.map(({ title, edits }) => {
      const fix = new Fix(title, vscode.CodeActionKind.QuickFix);
      fix.edit = workspaceEditOf(uri, edits);
      fix.isPreferred = fixes.length === 1;
      fix.at = rangeOf(at);
      fix.code = code;
      return fix;
    }),
  );
}

function isFixedBy({ at, code }: Fix): (diagnostic: vscode.Diagnostic) => boolean {
  return (diagnostic) => diagnostic.code === code && diagnostic.range.isEqual(at);
}

/** From a denial that is shown on its rule to the record of it. */
function denialActions(diagnostic: vscode.Diagnostic): vscode.CodeAction[] {
  const record = diagnostic.relatedInformation?.[0]?.location.uri;
  if (diagnostic.code !== DENIED || record === undefined) return [];
  const title = vscode.l10n.t('Open the ledger record of the last denial');
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { command: 'vscode.open', title, arguments: [record] };
  action.diagnostics = [diagnostic];
  return [action];
}

const POLICY_OF_TESTS = /^policy[ \t]*:[ \t]*["']?([^"'#\s][^"'#\r\n]*?)["']?[ \t]*(?:#.*)?$/m;

/** The policy that a file of tests is about. */
function provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
  const match = POLICY_OF_TESTS.exec(document.getText());
  const name = match?.[1];
  if (match === null || name === undefined) return [];
  const start = match.index + match[0].indexOf(name, 'policy'.length);
  const range = new vscode.Range(
    document.positionAt(start),
    document.positionAt(start + name.length),
  );
  const target = vscode.Uri.joinPath(document.uri, '..', name);
  return [new vscode.DocumentLink(range, target)];
}
