import * as vscode from 'vscode';

import type { App } from './app.js';
import { liveLedgerArgument } from './live-ledger/argument.js';

type Command = (app: App, argument: never) => Promise<void> | void;

/**
 * The palette's commands. Anyone in the editor can execute them, agents too: they open, show and
 * ask, but none of them approves a call, trusts a policy, revokes or resumes: that takes a person's
 * answer, for revocations in a modal dialog.
 */
const COMMANDS: Readonly<Record<string, Command>> = {
  'axtary.initPolicy': (app) => app.policy.init(),
  'axtary.reviewPolicy': (app, folder: unknown) =>
    app.policy.review(typeof folder === 'string' ? folder : undefined),
  'axtary.trustPolicy': (app) => app.policy.confirm(),
  'axtary.startHost': (app) => {
    app.start();
  },
  'axtary.restartHost': (app) => app.restart(),
  'axtary.stopHost': (app) => app.stop(),
  'axtary.enrol': (app) => app.enrol(),
  'axtary.reviewNext': (app) => app.review(),
  'axtary.reviewApproval': (app, approval: Parameters<App['review']>[0]) => app.review(approval),
  'axtary.openLedgerRecord': (app, node: Parameters<App['openRecord']>[0]) => app.openRecord(node),
  'axtary.loadMoreLedger': (app, folder: string) => app.ledger.loadMore(folder),
  'axtary.showLiveLedger': (app) => app.live.show(),
  'axtary.showInLiveLedger': (app, node: unknown) => {
    const { choice, seq } = liveLedgerArgument(node);
    return app.live.show(choice, seq);
  },
  'axtary.acceptLedger': (app, folder: unknown) =>
    app.acceptLedger(typeof folder === 'string' ? folder : undefined),
  'axtary.createRule': (app, decision: unknown) => app.tools.createRule(decision),
  'axtary.simulate': (app, subject: unknown) => app.tools.simulate(subject),
  'axtary.newDraftPolicy': (app) => app.tools.newDraft(),
  'axtary.showRuleInLedger': (app, rule: unknown) => app.tools.showInLedger(rule),
  'axtary.clearLedgerFilter': (app) => {
    app.tools.clearLedgerFilter();
  },
  'axtary.rotatePassKey': (app) => app.authority.rotateKey(),
  'axtary.revoke': (app, node: unknown) => app.authority.revoke(node),
  'axtary.stopEverything': (app) => app.authority.stopEverything(),
  'axtary.resume': (app) => app.authority.resume(),
  'axtary.liftRevocation': (app, node: unknown) => app.authority.lift(node),
  'axtary.showBudgets': (app) => app.showBudgets(),
  'axtary.reconcile': (app, node: unknown) => app.authority.reconcile(node),
  'axtary.copyPassKeys': (app) => app.authority.copyKeys(),
  'axtary.exportLedger': (app) => app.ledger.exportLedger(),
  'axtary.verifyExport': (app, file: unknown) =>
    app.ledger.verifyExport(file instanceof vscode.Uri ? file : undefined),
};

export function registerCommands(
  app: () => Promise<App>,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const registrations = Object.entries(COMMANDS).map(([name, command]) =>
    vscode.commands.registerCommand(name, async (argument: never) => {
      try {
        await command(await app(), argument);
      } catch (error) {
        report(error, log);
      }
    }),
  );
  const showLog = vscode.commands.registerCommand('axtary.showLog', () => {
    log.show();
  });
  return vscode.Disposable.from(...registrations, showLog);
}

function report(error: unknown, log: vscode.LogOutputChannel): void {
  log.error(error instanceof Error ? error : String(error));
  const message = error instanceof Error ? error.message : String(error);
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window
    .showErrorMessage(vscode.l10n.t('Axtary: {0}', message), showLog)
    .then((chosen) => {
      if (chosen === showLog) log.show();
    });
}
