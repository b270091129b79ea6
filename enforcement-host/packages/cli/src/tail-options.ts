import type { LedgerFormatName } from '@axtary/ledger';

/** Who can be sent records as they come. */
export const TAIL_KINDS = ['file', 'otlp', 'syslog'] as const;
export type TailKind = (typeof TAIL_KINDS)[number];

export interface LedgerTailOptions {
  readonly to: TailKind;
  readonly ledger: string;
  readonly format?: LedgerFormatName;
  readonly file?: string;
  readonly address?: string;
  readonly url?: string;
  readonly bearerFile?: string;
  readonly gzip: boolean;
  readonly once: boolean;
  readonly from?: number;
  readonly cursor?: string;
}
