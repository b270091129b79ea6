import { canonicalize } from '@axtary/core';
import { AuditLogger } from '@microsoft/agent-governance-sdk';

import { ENTRY } from '../record.js';
import type { Peer } from './peer.js';

const RECORDS = 50_000;

export const microsoft: Peer = {
  name: 'Microsoft SDK, AuditLogger',
  does: 'chain in memory, nothing on disk, no signature',
  checks: 'chain in memory',
  records: RECORDS,
  open: () => {
    // By itself it keeps 10,000, and each append beyond them copies those.
    const log = new AuditLogger({ maxEntries: RECORDS });
    const action = canonicalize(ENTRY);
    const entry = { agentId: ENTRY.body.trustedBy, action, decision: 'allow' } as const;
    return {
      append: () => log.log(entry),
      verify: () => {
        if (!log.verify()) throw new Error('the Microsoft SDK refuses its own log');
      },
    };
  },
};
