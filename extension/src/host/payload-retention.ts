import { payloadRetentionSchema, type PayloadRetention } from '@axtary/protocol';
import * as vscode from 'vscode';

const DEFAULTS = { days: 180, megabytes: 1024 } as const;

/** How long payloads are kept, as the settings of this machine say; where they make no sense, as by default. */
export function payloadRetention(): PayloadRetention {
  const settings = vscode.workspace.getConfiguration('axtary.payloads');
  const parsed = payloadRetentionSchema.safeParse({
    days: settings.get<number>('retentionDays', DEFAULTS.days),
    megabytes: settings.get<number>('retentionMegabytes', DEFAULTS.megabytes),
  });
  return parsed.success ? parsed.data : DEFAULTS;
}
