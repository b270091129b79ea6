import type { PolicySymbol } from '@axtary/protocol';
import * as vscode from 'vscode';

import { rangeOf } from '../language/convert.js';
import { testSymbols } from './test-symbols.js';

/** Brings the items of one file of tests in step with what is in it. */
export function fillTestFile(
  controller: vscode.TestController,
  uri: vscode.Uri,
  symbols: readonly PolicySymbol[],
): void {
  const file = controller.items.get(uri.toString()) ?? createFile(controller, uri);
  const tests = testSymbols(symbols).map(({ id, name, range }) => {
    const item = file.children.get(id) ?? controller.createTestItem(id, name, uri);
    item.label = name;
    item.range = rangeOf(range);
    return item;
  });
  file.children.replace(tests);
}

function createFile(controller: vscode.TestController, uri: vscode.Uri): vscode.TestItem {
  const label = vscode.workspace.asRelativePath(uri);
  const file = controller.createTestItem(uri.toString(), label, uri);
  file.canResolveChildren = true;
  controller.items.add(file);
  return file;
}
