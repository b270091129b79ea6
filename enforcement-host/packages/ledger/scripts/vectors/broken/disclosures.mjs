import { canonicalize, changed as alter } from '../../../../actionpass/scripts/vectors/jose.mjs';

import { disclosureDigest, exportOf, Forger } from '../forger.mjs';
import { decision, HASH, KEYS, signedCall } from '../ledgers.mjs';
import { notary } from '../notary.mjs';
import { invalid, withRecord } from './cases.mjs';

const of = ([code, name, why], disclosures) =>
  invalid(
    [code, 1, name, why],
    withRecord(notary, (line) => line, disclosures),
  );
const other = (text) => ({ name: 'x', text });
export const DISCLOSURE_CASES = [
  of(['DISCLOSURE_MISMATCH', 'value', 'another value than was sealed'], (all) =>
    all.map(({ name, text }) => ({ name, text: text.replace('user:ada', 'user:eve') })),
  ),
  of(['DISCLOSURE_MISMATCH', 'salt', 'another salt'], ([{ name, text }, ...rest]) => [
    { name, text: `["${'A'.repeat(22)}"${text.slice(25)}` },
    ...rest,
  ]),
  of(['DISCLOSURE_MISMATCH', 'stranger', 'a disclosure that opens nothing'], (all) => [
    ...all,
    other(canonicalize(['A'.repeat(22), 'intent', {}])),
  ]),
  sealedOtherwise(notary),
  openMember(notary),
  of(['MALFORMED', 'disclosure', 'not salt, name and value'], (all) => [
    ...all,
    other(canonicalize(['A'.repeat(22), 'intent'])),
  ]),
  of(['MALFORMED', 'disclosure-salt', 'a salt that is not 128 bits'], (all) => [
    ...all,
    other(canonicalize(['A'.repeat(21), 'intent', {}])),
  ]),
  of(['MALFORMED', 'disclosure-twice', 'a disclosure twice'], (all) => [...all, all[0]]),
  of(['NOT_CANONICAL', 'disclosure', 'a disclosure with a space'], (all) =>
    all.map(({ name, text }) => ({ name, text: text.replace(',', ', ') })),
  ),
  invalid(
    ['DISCLOSURE_MISMATCH', 1, 'order', 'digests that are not sorted'],
    withRecord(notary, (line) => {
      const record = JSON.parse(line);
      record.body._sd.reverse();
      return canonicalize(record);
    }),
  ),
  missingMember(notary),
  undeclared(notary),
];

function sealedOtherwise(notary) {
  const text = canonicalize(['A'.repeat(22), 'verdict', 'allow']);
  const ledger = new Forger(notary, KEYS.first).genesis();
  const hidden = { verdict: undefined, actionHash: undefined, payloadHash: undefined };
  const open = alter(decision('dec_1'), hidden);
  ledger.add('decision', { ...open, _sd: [disclosureDigest(text)] });
  ledger.records[1].disclosures = [{ name: 'verdict', text }];
  return invalid(
    ['DISCLOSURE_MISMATCH', 1, 'member', 'seals what must be seen'],
    exportOf(ledger.checkpoint()),
  );
}

function openMember(notary) {
  return invalid(
    ['DISCLOSURE_MISMATCH', 1, 'open', 'a member in the open that must be sealed'],
    withRecord(notary, (line) => {
      const record = JSON.parse(line);
      record.body.actionHash = HASH;
      return canonicalize(record);
    }),
  );
}

function missingMember(notary) {
  const ledger = new Forger(notary, KEYS.first)
    .genesis()
    .add('policy_change', { policyHash: HASH, trustedBy: 'ada' });
  return invalid(
    ['SCHEMA_MISMATCH', 1, 'no-member', 'a sealed member that is neither there nor kept back'],
    exportOf(ledger.checkpoint()),
  );
}

function undeclared(notary) {
  const ledger = signedCall(notary);
  const text = exportOf(ledger, { redact: ['human'], header: { redact: undefined } });
  return invalid(
    [
      'REDACTION_UNDECLARED',
      6,
      'header',
      'a member is missing and the header does not say that any is',
    ],
    text,
  );
}
