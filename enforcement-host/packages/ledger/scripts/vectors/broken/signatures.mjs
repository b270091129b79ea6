import { canonicalize } from '../../../../actionpass/scripts/vectors/jose.mjs';

import { exportOf, Forger } from '../forger.mjs';
import { call, decision, everything, KEYS, OTHER_HASH, signedCall } from '../ledgers.mjs';
import { notary } from '../notary.mjs';
import { invalid } from './cases.mjs';

const checkpoint = ([name, why], wrong) =>
  invalid(['CHECKPOINT_INVALID', 5, name, why], exportOf(call(notary).checkpoint(wrong)));
const epoch = ([name, why], wrong) => ({
  name,
  why,
  ledger: new Forger(notary, KEYS.first).genesis().keyEpoch(KEYS.second, wrong).checkpoint(),
});
const epochs = [
  epoch(['old', 'the old key did not sign the new one'], { old: KEYS.stranger }),
  epoch(['new', 'the new key did not sign itself'], { fresh: KEYS.first }),
  epoch(['number', 'not the next epoch'], { epoch: 2 }),
  epoch(['place', 'signed for another place'], { payload: { seq: 7 } }),
];
const noKey = new Forger(notary, KEYS.first)
  .add('genesis', {
    software: 'vectors 1',
    checkpointKey: { ...KEYS.first.jwk, x: 'A'.repeat(43), y: 'A'.repeat(43) },
  })
  .add('decision', decision('dec_1'))
  .checkpoint();
const goodKeys = everything(notary);
export const SIGNATURE_CASES = [
  checkpoint(['key', 'signed by another key'], { key: KEYS.stranger }),
  checkpoint(['typ', 'signed as another artifact'], { typ: 'axtary-export+jwt' }),
  checkpoint(['root', 'signs other records'], { payload: { root: OTHER_HASH } }),
  checkpoint(['seq', 'signs another place'], { payload: { seq: 4 } }),
  checkpoint(['member', 'signs a member more'], { payload: { more: 1 } }),
  checkpoint(['padding', 'base64url with padding'], { jws: (jws) => jws.replace('.', '=.') }),
  checkpoint(['spelling', 'another spelling of the same signature bytes'], { jws: respelled }),
  checkpoint(['signature', 'no signature'], {
    jws: (jws) => `${jws.slice(0, -86)}${'A'.repeat(86)}`,
  }),
  invalid(
    ['CHECKPOINT_INVALID', 3, 'old-key', 'signed by the key of the epoch before'],
    oldKey(notary),
  ),
  invalid(
    ['KEYS_INVALID', 0, 'no-point', 'the genesis names no point of the curve'],
    exportOf(noKey),
  ),
  ...epochs.map(({ name, why, ledger }) =>
    invalid(['KEYS_INVALID', 0, `epoch-${name}`, why], exportOf(ledger)),
  ),
  ...epochs.map(({ name, why, ledger }) =>
    invalid(
      ['KEY_EPOCH_INVALID', 1, `epoch-${name}`, `${why}, and it is left out of the keys`],
      exportOf(ledger, { keys: ([genesis]) => [genesis], signer: KEYS.first }),
    ),
  ),
  invalid(
    ['KEYS_INVALID', 0, 'other', 'a key of another ledger'],
    exportOf(signedCall(notary), {
      keys: () => [
        canonicalize({ key: new Forger(notary, KEYS.first, 'c').genesis().records[0].line }),
      ],
    }),
  ),
  invalid(
    ['KEYS_INVALID', 0, 'genesis', 'another genesis of the same ledger among the keys'],
    exportOf(signedCall(notary), { keys: ([key]) => [key.replace('vectors 1', 'vectors 2')] }),
  ),
  invalid(
    ['KEYS_INVALID', 17, 'forked', 'a second key that the records do not name'],
    forkedKeys(notary),
  ),
  invalid(
    ['KEYS_INVALID', 0, 'none', 'no key at all'],
    exportOf(signedCall(notary), { keys: () => [] }),
  ),
  invalid(
    ['KEYS_INVALID', 5, 'none-selection', 'a selection without a key'],
    exportOf(signedCall(notary), { seqs: [], keys: () => [] }),
  ),
  invalid(
    ['MANIFEST_INVALID', 6, 'key', 'the manifest is signed by another key'],
    exportOf(signedCall(notary), { signer: KEYS.stranger }),
  ),
  invalid(
    ['MANIFEST_INVALID', 18, 'old-key', 'the manifest is signed by the key before'],
    exportOf(goodKeys, { signer: KEYS.first }),
  ),
  invalid(
    ['MANIFEST_INVALID', 6, 'typ', 'signed as another artifact'],
    exportOf(signedCall(notary), { typ: 'axtary-checkpoint+jwt' }),
  ),
  invalid(
    ['MANIFEST_INVALID', 6, 'member', 'a member that is not listed'],
    exportOf(signedCall(notary), { manifest: { more: 1 } }),
  ),
  invalid(
    ['MANIFEST_INVALID', 6, 'spelling', 'another spelling of the signature'],
    exportOf(signedCall(notary), { jws: respelled }),
  ),
];

function respelled(jws) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${jws.slice(0, -1)}${alphabet[alphabet.indexOf(jws.at(-1)) + 1]}`;
}

function oldKey(notary) {
  const ledger = new Forger(notary, KEYS.first).genesis().keyEpoch(KEYS.second);
  return exportOf(ledger.add('decision', decision('dec_1')).checkpoint({ key: KEYS.first }));
}

function forkedKeys(notary) {
  const ledger = everything(notary);
  const fork = ledger.fork();
  fork.records = fork.records.slice(0, 7);
  fork.key = KEYS.first;
  fork.epoch = 0;
  fork.keyEpoch(KEYS.stranger);
  const keys = ([genesis]) => [genesis, canonicalize({ key: fork.records[7].line })];
  return exportOf(ledger, { keys, signer: KEYS.stranger });
}
