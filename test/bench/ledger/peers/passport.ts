import { createHash } from 'node:crypto';

import { canonicalize } from '@axtary/core';
import {
  createReceiptV1,
  generateKeyPair,
  verifyReceiptV1,
  type ReceiptV1,
} from 'agent-passport-system';

import { ENTRY } from '../record.js';
import type { Peer, PeerLog } from './peer.js';

type Fields = Parameters<typeof createReceiptV1>[0];

/** Receipts of `agent-passport-system`, each with the id of the one before. */
export const passport: Peer = {
  name: 'agent-passport-system, receipts',
  does: 'Ed25519 and a link each, in memory, nothing on disk',
  checks: 'signatures in memory; the caller compares the links',
  records: 500,
  open: receipts,
};

function receipts(): PeerLog {
  const { publicKey, privateKey } = generateKeyPair();
  const signer = { signer: ENTRY.body.trustedBy, key_id: 'key-1', private_key: privateKey };
  const fields = fieldsOf(signer.signer);
  const log: ReceiptV1[] = [];
  const append = (): void => {
    const prev = log.at(-1)?.receipt_id;
    const issued_at = new Date().toISOString();
    log.push(createReceiptV1({ ...fields, issued_at, ...(prev && { prev }) }, [signer]));
  };
  const verify = (): void => {
    let prev: string | undefined;
    for (const receipt of log) {
      const { valid, errors } = verifyReceiptV1(receipt, () => publicKey);
      if (!valid || receipt.prev !== prev) {
        throw new Error(`agent-passport-system refuses its own receipt: ${errors.join(', ')}`);
      }
      prev = receipt.receipt_id;
    }
  };
  return { append, verify };
}

function fieldsOf(issuer: string): Omit<Fields, 'issued_at'> {
  return {
    profile: 'aps-receipt-v1',
    receipt_type: ENTRY.type,
    issuer,
    subject_agent: 'agent:worker',
    action_ref: createHash('sha256').update(canonicalize(ENTRY)).digest('hex'),
    delegation_ref: 'delegation-1',
    evidence_refs: [],
    result: ENTRY.body,
  };
}
