import { digestOf, exportOf, treeHash } from './forger.mjs';
import { everything, KEYS, signedCall } from './ledgers.mjs';

const HIDEABLE = [
  'actionHash',
  'artifact',
  'constraints',
  'context',
  'denied',
  'error',
  'human',
  'intent',
  'name',
  'payloadHash',
  'reason',
  'resource',
  'result',
  'resultHash',
  'usage',
  'workspace',
];

function valid([name, why], text, more = {}) {
  return { name: `valid-${name}`, why, text, verdict: 'VALID_UNANCHORED', ...more };
}

/** What of a ledger's first `size` records somebody else keeps. */
export function known({ log, leaves }, size) {
  const root = digestOf(treeHash(leaves.slice(0, size)));
  return { log, size, root, head: digestOf(leaves[size - 1]) };
}

export function validCases(notary) {
  const call = signedCall(notary);
  const all = everything(notary);
  const last = all.records.length - 1;
  const twice = signedCall(notary).checkpoint();
  const { log, head, size } = known(call, 6);
  const trustRoot = KEYS.first.kid;
  const anchored = { verdict: 'VALID_ANCHORED', trustRoot };
  return [
    valid(['call', 'one call, whole'], exportOf(call)),
    valid(['call-anchored', 'its root is known'], exportOf(call), {
      ...anchored,
      anchors: [known(call, 5)],
    }),
    valid(['call-head-known', 'the head behind the last checkpoint is known'], exportOf(call), {
      ...anchored,
      anchors: [{ log, head, size }],
    }),
    valid(
      ['older-state-known', 'an anchor of an earlier state confirms that much'],
      exportOf(call),
      {
        ...anchored,
        anchors: [known(call, 3)],
      },
    ),
    valid(['everything', 'every type of record, two keys'], exportOf(all), { trustRoot }),
    valid(['two-checkpoints', 'the last checkpoint signs the one before'], exportOf(twice)),
    valid(['redacted', 'all sealed members kept back'], exportOf(all, { redact: HIDEABLE })),
    valid(['redacted-some', 'hashes kept back'], exportOf(all, { redact: ['payloadHash'] })),
    valid(['part', 'from record 4 on'], exportOf(all, { from: 4 }), { trustRoot }),
    valid(['part-second-key', 'from record 9 on, of the second key'], exportOf(all, { from: 9 }), {
      ...anchored,
      anchors: [known(all, 9)],
    }),
    valid(['part-checkpoint', 'the last checkpoint alone'], exportOf(all, { from: last })),
    valid(['selection', 'decisions, each proven'], exportOf(all, { seqs: [8, 10] }), {
      ...anchored,
      anchors: [known(all, last)],
    }),
    valid(['selection-none', 'nothing matched'], exportOf(all, { seqs: [] })),
    valid(
      ['selection-redacted', 'of a selection something kept back'],
      exportOf(all, { seqs: [8, 10], redact: ['human', 'intent'] }),
    ),
    valid(['since', 'proves what was exported before'], exportOf(all, { since: 7 }), {
      ...anchored,
      anchors: [known(all, 7)],
    }),
    valid(
      ['selection-since', 'a selection that proves it as well'],
      exportOf(all, { seqs: [8], since: 7 }),
      {
        ...anchored,
        anchors: [{ log: all.log, size: 7, root: known(all, 7).root }],
      },
    ),
    valid(['genesis-only', 'the genesis and its checkpoint'], exportOf(shortest(notary))),
  ];
}

function shortest(notary) {
  const ledger = signedCall(notary).fork();
  ledger.records = ledger.records.slice(0, 1);
  return ledger.checkpoint();
}
