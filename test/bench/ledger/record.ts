import type { LedgerEntry } from '@axtary/ledger';

/** A record of usual length; the ledger seals some of its members. */
export const ENTRY = {
  type: 'policy_change',
  body: {
    workspace: '/home/ada/shop',
    policyHash: `sha256:${'3'.repeat(64)}`,
    trustedBy: 'user:ada@example.com',
  },
} as const satisfies LedgerEntry;
