import * as vscode from 'vscode';

export interface PolicySettings {
  /** Whether recent denials are shown on the rules that made them. */
  readonly showDenials: boolean;
  readonly codeLens: boolean;
  /** How far back "recent" goes. */
  readonly hours: number;
}

const MAX_HOURS = 31 * 24;

export function policySettings(): PolicySettings {
  const settings = vscode.workspace.getConfiguration('axtary.policy');
  const hours = settings.get<number>('activityHours', 24);
  return {
    showDenials: settings.get<boolean>('showDenials', true),
    codeLens: settings.get<boolean>('codeLens', true),
    hours: Math.min(MAX_HOURS, Math.max(1, hours)),
  };
}
