import path from 'node:path';

import * as vscode from 'vscode';

import { isRecordOf, type ExportDialogs, type ExportScope } from '../ledger/export-questions.js';
import { memberTexts } from '../ledger/member-texts.js';
import { numberText } from './format.js';

const { l10n } = vscode;

/** Asks in VS Code's own dialogs. */
export const exportDialogs: ExportDialogs = {
  async chooseScope(scopes, { hidesShown }) {
    const picked = await vscode.window.showQuickPick(
      scopes.map((scope) => ({ ...scopeText(scope), scope })),
      {
        title: title(),
        placeHolder: hidesShown
          ? l10n.t(
              'What is exported? (The live ledger is confined by more than time, type, agent and tool, which no export can prove.)',
            )
          : l10n.t('What is exported?'),
      },
    );
    return picked?.scope;
  },
  async askFirst(size) {
    const text = await vscode.window.showInputBox({
      title: title(),
      prompt: l10n.t('The first record of the export. All after it are in it too.'),
      validateInput: (value) =>
        isRecordOf(size, value)
          ? undefined
          : l10n.t('A whole number from 0 to {0}', numberText(size - 1)),
    });
    return text === undefined ? undefined : Number(text);
  },
  async chooseKeptBack() {
    const items = memberTexts(l10n).map(({ member, label, detail }) => ({
      label,
      description: member,
      detail,
    }));
    const picked = await vscode.window.showQuickPick(items, {
      title: title(),
      placeHolder: l10n.t('What is kept back? Nothing, unless you check it.'),
      canPickMany: true,
      matchOnDescription: true,
    });
    return picked?.map(({ description }) => description);
  },
  async chooseOpening() {
    const picked = await vscode.window.showQuickPick(
      [
        {
          label: l10n.t('Write the Export Only'),
          detail: l10n.t('This ledger can open what is kept back, as long as it is there.'),
          opening: 'none' as const,
        },
        {
          label: l10n.t('Also Write What Opens It…'),
          detail: l10n.t('A second file, for those alone who may see what is kept back.'),
          opening: 'file' as const,
        },
      ],
      { title: title(), placeHolder: l10n.t('Is what is kept back to be opened later?') },
    );
    return picked?.opening;
  },
  chooseFile: (folder) => chooseFile(title(), path.join(folder, 'axtary-ledger.jsonl')),
  chooseDisclosures: (file) => {
    const { dir, name } = path.parse(file);
    return chooseFile(
      l10n.t('Save What Opens the Export'),
      path.join(dir, `${name}-disclosures.jsonl`),
    );
  },
};

function title(): string {
  return l10n.t('Export Ledger');
}

function scopeText(scope: ExportScope): vscode.QuickPickItem {
  switch (scope) {
    case 'everything':
      return { label: l10n.t('Everything'), detail: l10n.t('Every record of the ledger.') };
    case 'from':
      return {
        label: l10n.t('From a Record On…'),
        detail: l10n.t('Every record from one on, and proof of what was before it.'),
      };
    case 'shown':
      return {
        label: l10n.t('What the Live Ledger Shows'),
        detail: l10n.t(
          'The records that its filter finds, each with a proof that it is in the ledger.',
        ),
      };
  }
}

async function chooseFile(heading: string, proposed: string): Promise<string | undefined> {
  const target = await vscode.window.showSaveDialog({
    title: heading,
    defaultUri: vscode.Uri.file(proposed),
    filters: { [l10n.t('Ledger export')]: ['jsonl'] },
  });
  return target?.fsPath;
}
