import { exportOf, Forger } from '../forger.mjs';
import { after, decision, KEYS, OTHER_HASH, signedCall } from '../ledgers.mjs';
import { notary } from '../notary.mjs';
import { changed, invalid } from './cases.mjs';

const good = exportOf(signedCall(notary));
// The lines: header, key, genesis, then disclosures and record by turns.
const lines = good.split('\n').slice(0, -1);
const other = exportOf(signedCall(notary, 'c')).split('\n');
const without = (from, count, ...more) => `${lines.toSpliced(from, count, ...more).join('\n')}\n`;
const place = (changes) => exportOf(after(notary, ['decision', decision('dec_1'), changes]));
export const CHAIN_CASES = [
  invalid(['SEQ_MISMATCH', 1, 'deleted', 'record 1 was taken out'], without(3, 2)),
  invalid(
    ['SEQ_MISMATCH', 2, 'repeated', 'record 1 is there twice'],
    without(5, 0, lines[3], lines[4]),
  ),
  invalid(
    ['SEQ_MISMATCH', 1, 'swapped', 'records 1 and 2 changed places'],
    without(3, 4, lines[5], lines[6], lines[3], lines[4]),
  ),
  invalid(['SEQ_MISMATCH', 1, 'signed', 'signed all the same'], place({ seq: 2 })),
  invalid(
    ['LOG_MISMATCH', 2, 'spliced', 'record 2 of another ledger of the same key'],
    without(5, 2, other[5], other[6]),
  ),
  invalid(
    ['LOG_MISMATCH', 1, 'signed', 'signed all the same'],
    place({ log: `log_${'d'.repeat(22)}` }),
  ),
  invalid(
    ['PREV_MISMATCH', 2, 'changed', 'record 1 was changed'],
    changed(good, 4, (line) => line.replace('a rule', 'no rule')),
  ),
  invalid(['PREV_MISMATCH', 1, 'signed', 'signed all the same'], place({ prev: OTHER_HASH })),
  invalid(
    ['GENESIS_MISPLACED', 1, 'second', 'a second genesis'],
    exportOf(new Forger(notary, KEYS.first).genesis().genesis().checkpoint(), {
      keys: ([key]) => [key],
    }),
  ),
  invalid(
    ['TIME_REVERSED', 2, 'mono', 'the monotonic clock of one process went back'],
    exportOf(
      after(
        notary,
        ['decision', decision('dec_1'), { mono: 5000 }],
        ['decision', decision('dec_2')],
      ),
    ),
  ),
  invalid(
    ['CLOCK_UNRECORDED', 2, 'ts', 'time went back and nothing says so'],
    exportOf(
      after(
        notary,
        ['decision', decision('dec_1'), { ts: '2026-01-02T04:00:00.000Z' }],
        ['decision', decision('dec_2')],
      ),
    ),
  ),
  invalid(
    ['CLOCK_UNRECORDED', 2, 'boot', 'time went back between two processes and nothing says so'],
    exportOf(
      after(
        notary,
        ['decision', decision('dec_1'), { ts: '2026-01-02T04:00:00.000Z' }],
        ['decision', decision('dec_2'), { boot: `boot_${'z'.repeat(22)}`, mono: 0 }],
      ),
    ),
  ),
  invalid(
    ['CLOCK_UNRECORDED', 2, 'said', 'what is said of the clock is not of the record before'],
    exportOf(
      after(
        notary,
        ['decision', decision('dec_1'), { ts: '2026-01-02T04:00:00.000Z' }],
        ['clock_anomaly', { kind: 'backwards', before: '2026-01-02T03:59:00.000Z', byMs: 1 }],
      ),
    ),
  ),
];
