import * as vscode from 'vscode';

export interface Pickable {
  readonly value: string;
  readonly label: string;
  readonly description: string;
}

export interface PickOrTypeOptions {
  readonly title: string;
  readonly placeholder: string;
  readonly items: readonly Pickable[];
}

interface Item extends vscode.QuickPickItem {
  readonly value: string;
}

/** A list to pick from that also takes what was typed. `undefined`: it was closed. */
export function pickOrType(options: PickOrTypeOptions): Promise<string | undefined> {
  const input = vscode.window.createQuickPick<Item>();
  input.title = options.title;
  input.placeholder = options.placeholder;
  input.matchOnDescription = true;
  input.items = itemsFor(options.items, '');
  input.onDidChangeValue((text) => {
    input.items = itemsFor(options.items, text.trim());
  });
  return new Promise((resolve) => {
    input.onDidAccept(() => {
      const [picked] = input.selectedItems;
      if (picked === undefined) return;
      resolve(picked.value);
      input.hide();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

function itemsFor(items: readonly Pickable[], typed: string): Item[] {
  const known: Item[] = items.map((item) => ({ ...item }));
  if (typed === '' || items.some(({ value }) => value === typed)) return known;
  const label = vscode.l10n.t('Use “{0}”', typed);
  return [...known, { label, value: typed, alwaysShow: true }];
}
