import path from 'node:path';

import { newId } from '@axtary/core/digest';
import { AuditLogger } from 'aquaman-core/audit';

import { ENTRY } from '../record.js';
import type { Peer } from './peer.js';

export const aquaman: Peer = {
  name: 'aquaman-core, AuditLogger',
  does: 'chain, written twice without a sync, no signature',
  checks: 'chain, read from its file',
  records: 10_000,
  open: (folder) => {
    const log = new AuditLogger({ logDir: path.join(folder, newId('aquaman')) });
    return {
      append: () => log.logToolCall('session-1', 'agent:worker', ENTRY.type, ENTRY.body),
      verify: async () => {
        const { valid, errors } = await log.verifyIntegrity();
        if (!valid) throw new Error(`aquaman-core refuses its own log: ${errors[0]}`);
      },
    };
  },
};
