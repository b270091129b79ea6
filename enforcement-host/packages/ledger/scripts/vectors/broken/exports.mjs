import { canonicalize } from '../../../../actionpass/scripts/vectors/jose.mjs';

import { exportOf } from '../forger.mjs';
import { call, everything, OTHER_HASH, signedCall } from '../ledgers.mjs';
import { notary } from '../notary.mjs';
import { changed, incomplete, invalid } from './cases.mjs';

const ledger = signedCall(notary);
const all = everything(notary);
const good = exportOf(ledger);
const lines = good.split('\n').slice(0, -1);
const upTo = (count) =>
  lines
    .slice(0, count)
    .map((line) => `${line}\n`)
    .join('');
const part = (changes) => exportOf(all, { from: 9, header: changes });
const selection = exportOf(all, { seqs: [8, 10] });
export const EXPORT_CASES = [
  invalid(
    ['EXPORT_MALFORMED', 0, 'header', 'no header'],
    exportOf(ledger, { lines: (text) => text.slice(1) }),
  ),
  invalid(
    ['EXPORT_MALFORMED', 0, 'header-member', 'a member of the header that is not listed'],
    exportOf(ledger, { header: { more: 1 } }),
  ),
  invalid(
    ['EXPORT_MALFORMED', 0, 'format', 'another format'],
    exportOf(ledger, { header: { format: 2 } }),
  ),
  invalid(['EXPORT_MALFORMED', 6, 'twice', 'a second manifest'], `${good}${lines.at(-1)}\n`),
  invalid(
    ['EXPORT_MALFORMED', 6, 'more-lines', 'lines after the manifest'],
    `${good}${lines.at(-2)}\n`,
  ),
  invalid(['EXPORT_MALFORMED', 6, 'more-bytes', 'bytes after the manifest'], `${good}x`),
  invalid(
    ['EXPORT_MALFORMED', 6, 'more-records', 'a record after the last checkpoint'],
    exportOf(ledger, { lines: (text) => [...text, call(notary).records[1].line] }),
  ),
  invalid(
    ['EXPORT_MALFORMED', 1, 'late-key', 'a key after the first record'],
    exportOf(ledger, {
      lines: ([header, key, genesis, ...rest]) => [header, key, genesis, key, ...rest],
    }),
  ),
  invalid(
    ['EXPORT_MALFORMED', 9, 'no-tree', 'a part that does not say where it begins'],
    part({ tree: undefined, prev: undefined }),
  ),
  invalid(
    ['EXPORT_MALFORMED', 9, 'tree', 'a tree of another size'],
    part({ tree: { size: 8, nodes: ['0'.repeat(64)] } }),
  ),
  invalid(
    ['CHECKPOINT_INVALID', 17, 'part-tree', 'another tree of the same size'],
    part({ tree: { size: 9, nodes: ['0'.repeat(64), '1'.repeat(64)] } }),
  ),
  invalid(
    ['PREV_MISMATCH', 9, 'part', 'the first record does not follow what the header says'],
    part({ prev: OTHER_HASH }),
  ),
  invalid(
    ['SEQ_MISMATCH', 9, 'part', 'begins before it says'],
    exportOf(all, { from: 8, header: headerOf(all, 9) }),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 5, 'header-root', 'the header names another root'],
    exportOf(ledger, { header: { root: OTHER_HASH } }),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 6, 'header-size', 'the header names more records than there are'],
    exportOf(ledger, { header: { size: 6 } }),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 4, 'header-less', 'the header names fewer records than there are'],
    exportOf(ledger, { header: { size: 4 } }),
  ),
  ...['content', 'head', 'root'].map((name) =>
    invalid(
      ['MANIFEST_MISMATCH', 6, name, `the manifest is of another ${name}`],
      exportOf(ledger, { manifest: { [name]: OTHER_HASH } }),
    ),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 6, 'log', 'the manifest is of another ledger'],
    exportOf(ledger, { manifest: { log: `log_${'d'.repeat(22)}` } }),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 6, 'records', 'the manifest counts other records'],
    exportOf(ledger, { manifest: { records: 5 } }),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 6, 'size', 'the manifest names another size'],
    exportOf(ledger, { manifest: { size: 4 } }),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 6, 'changed-header', 'the header was changed afterwards'],
    changed(good, 0, (line) => line.replace(',"root"', ',"redact":["human"],"root"')),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 6, 'swapped', 'the manifest of another export of the same ledger'],
    `${upTo(lines.length - 1)}${exportOf(ledger, { redact: ['human'] })
      .split('\n')
      .at(-2)}\n`,
  ),
  invalid(
    ['MANIFEST_MISMATCH', 6, 'hidden-later', 'a disclosure was taken out afterwards'],
    changed(good, 3, (line) =>
      canonicalize({ disclosures: JSON.parse(line).disclosures.slice(1) }),
    ),
  ),
  invalid(
    ['MANIFEST_MISMATCH', 11, 'left-out', 'a selected record was taken out afterwards'],
    selection
      .split('\n')
      .filter((_, n) => n < 3 || n > 5)
      .join('\n'),
    { seq: 18 },
  ),
  invalid(
    ['REDACTION_UNDECLARED', 6, 'count', 'fewer members are missing than were kept back'],
    exportOf(ledger, { redact: ['human'], manifest: { hidden: 2 } }),
  ),
  invalid(
    ['INCLUSION_INVALID', 8, 'none', 'a selected record without its proof'],
    exportOf(all, {
      seqs: [8, 10],
      lines: (text) => text.filter((line, n) => !(n === 3 && line.startsWith('{"inclusion"'))),
    }),
  ),
  invalid(
    ['INCLUSION_INVALID', 8, 'other', 'the proof of another record'],
    exportOf(all, { seqs: [8, 10], lines: (text) => text.with(3, text[6]) }),
  ),
  invalid(
    ['INCLUSION_INVALID', 8, 'record', 'a record that is not in the ledger'],
    exportOf(all, {
      seqs: [8],
      lines: (text) => text.with(5, text[5].replace('a rule', 'no rule')),
    }),
  ),
  invalid(
    ['SEQ_MISMATCH', 11, 'selection', 'selected records in another order'],
    exportOf(all, {
      seqs: [8, 10],
      lines: (text) => [
        ...text.slice(0, 3),
        ...text.slice(6, 9),
        ...text.slice(3, 6),
        ...text.slice(9),
      ],
    }),
  ),
  invalid(
    ['CHECKPOINT_INVALID', 17, 'selection', 'the checkpoint of a selection signs another root'],
    exportOf(all, { seqs: [], header: { root: OTHER_HASH } }),
  ),
  invalid(
    ['CONSISTENCY_INVALID', 18, 'root', 'an earlier root that never was'],
    exportOf(all, { manifest: { consistency: { size: 7, root: OTHER_HASH, proof: [] } } }),
  ),
  invalid(
    ['CONSISTENCY_INVALID', 18, 'proof', 'a proof with a node more'],
    exportOf(all, {
      manifest: {
        consistency: { ...consistencyOf(all), proof: [...consistencyOf(all).proof, OTHER_HASH] },
      },
    }),
  ),
  incomplete(['EMPTY', 0, 'file', 'nothing'], ''),
  incomplete(['MANIFEST_MISSING', 0, 'header', 'the header alone'], upTo(1)),
  incomplete(['MANIFEST_MISSING', 3, 'cut', 'cut in the middle, between two lines'], upTo(7)),
  incomplete(['MANIFEST_MISSING', 6, 'end', 'everything but the manifest'], upTo(lines.length - 1)),
  incomplete(
    ['TORN_TAIL', 2, 'cut', 'cut in the middle of a line'],
    `${upTo(5)}${lines[5].slice(0, 20)}`,
  ),
  incomplete(['TORN_TAIL', 6, 'end', 'without its last newline'], good.slice(0, -1)),
];

function headerOf(ledger, from) {
  return JSON.parse(exportOf(ledger, { from }).split('\n')[0]).export;
}

function consistencyOf(ledger) {
  const manifest = JSON.parse(exportOf(ledger, { since: 7 }).split('\n').at(-2)).manifest;
  return JSON.parse(Buffer.from(manifest.split('.')[1], 'base64url')).consistency;
}
