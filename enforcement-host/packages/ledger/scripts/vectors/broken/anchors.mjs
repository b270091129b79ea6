import { exportOf } from '../forger.mjs';
import { everything, HASH, KEYS, OTHER_HASH, signedCall } from '../ledgers.mjs';
import { notary } from '../notary.mjs';
import { known } from '../valid.mjs';
import { invalid } from './cases.mjs';

const ledger = signedCall(notary);
const all = everything(notary);
const text = exportOf(ledger);
const { log } = ledger;
const anchors = (...states) => ({ anchors: states });
const late = known(all, 18);
export const ANCHOR_CASES = [
  invalid(['TRUST_ROOT_MISMATCH', 0, 'whole', 'another key than the trusted'], text, {
    trustRoot: KEYS.stranger.kid,
  }),
  invalid(['TRUST_ROOT_MISMATCH', 9, 'part', 'the same of a part'], exportOf(all, { from: 9 }), {
    trustRoot: KEYS.second.kid,
  }),
  invalid(
    ['ANCHOR_MISMATCH', 0, 'log', 'another ledger is known'],
    text,
    anchors({ log: `log_${'d'.repeat(22)}`, size: 3, head: HASH }),
  ),
  invalid(
    ['ANCHOR_MISMATCH', 2, 'head', 'another third record is known'],
    text,
    anchors({ log, size: 3, head: OTHER_HASH }),
  ),
  invalid(
    ['ANCHOR_MISMATCH', 2, 'root', 'other first records are known'],
    text,
    anchors({ log, size: 3, root: OTHER_HASH }),
  ),
  invalid(
    ['ANCHOR_MISMATCH', 5, 'last', 'another checkpoint is known'],
    text,
    anchors({ log, size: 6, head: OTHER_HASH }),
  ),
  invalid(
    ['ANCHOR_MISMATCH', 9, 'part', 'what comes before a part is known otherwise'],
    exportOf(all, { from: 9 }),
    anchors({ log, size: 9, root: OTHER_HASH }),
  ),
  invalid(
    ['ANCHOR_MISMATCH', 17, 'selection', 'the tree of a selection is known otherwise'],
    exportOf(all, { seqs: [8] }),
    anchors({ log, size: 17, root: OTHER_HASH }),
  ),
  invalid(
    ['ANCHOR_MISMATCH', 18, 'since', 'the earlier state is known otherwise'],
    exportOf(all, { seqs: [8], since: 7 }),
    anchors({ log, size: 7, root: OTHER_HASH }),
  ),
  invalid(
    ['TRUNCATED', 6, 'known', 'more records are known'],
    text,
    anchors({ log, size: late.size, head: late.head }),
  ),
  invalid(
    ['TRUNCATED', 18, 'selection', 'more records than the tree of a selection are known'],
    exportOf(all, { seqs: [8] }),
    anchors({ log, size: 19, head: HASH }),
  ),
];
