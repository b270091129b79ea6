import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import {
  verifyExport,
  type IncompleteCode,
  type InvalidCode,
  type KnownState,
  type VerifyVerdict,
} from '../src/index.js';

interface Case {
  readonly file: string;
  readonly why: string;
  readonly verdict: VerifyVerdict;
  readonly code?: string;
  readonly seq?: number;
  readonly trustRoot?: string;
  readonly anchors?: readonly KnownState[];
}

const FOLDER = new URL('../vectors/', import.meta.url);
const CASES = JSON.parse(await readFile(new URL('exports.json', FOLDER), 'utf8')) as Case[];

// Every reason that verification has; the compiler knows if one is missing here. `false`: only a
// ledger can be so, not an export.
const CODES: Readonly<Record<InvalidCode | IncompleteCode, boolean>> = {
  ANCHOR_MISMATCH: true,
  BINDING_MISMATCH: true,
  CHECKPOINT_INVALID: true,
  CLOCK_UNRECORDED: true,
  CONSISTENCY_INVALID: true,
  DECISION_MISSING: true,
  DECISION_NOT_ALLOW: true,
  DECISION_REPEATED: true,
  DISCLOSURE_MISMATCH: true,
  DISCLOSURE_MISSING: false,
  EMPTY: true,
  EXPORT_MALFORMED: true,
  GENESIS_MISPLACED: true,
  INCLUSION_INVALID: true,
  INTENT_MISSING: true,
  INTENT_REPEATED: true,
  KEYS_INVALID: true,
  KEY_EPOCH_INVALID: true,
  LINE_TOO_LONG: true,
  LOG_MISMATCH: true,
  MALFORMED: true,
  MANIFEST_INVALID: true,
  MANIFEST_MISMATCH: true,
  MANIFEST_MISSING: true,
  NOT_CANONICAL: true,
  OUTCOME_NOT_UNKNOWN: true,
  OUTCOME_REPEATED: true,
  PASS_MISSING: true,
  PASS_REPEATED: true,
  PASS_REUSED: true,
  PREV_MISMATCH: true,
  REDACTION_UNDECLARED: true,
  SCHEMA_MISMATCH: true,
  SEQ_MISMATCH: true,
  TIME_REVERSED: true,
  TORN_TAIL: true,
  TRUNCATED: true,
  TRUST_ROOT_MISMATCH: true,
};

describe('published exports', () => {
  it('have every code that an export can have', () => {
    const expected = Object.entries(CODES).flatMap(([code, isOfExports]) =>
      isOfExports ? [code] : [],
    );
    const codes = new Set(CASES.flatMap(({ code }) => code ?? []));
    assert.deepEqual([...codes].sort(), expected);
  });

  it('are what they are made from', () => {
    const script = fileURLToPath(new URL('../scripts/vectors.mjs', import.meta.url));
    execFileSync(process.execPath, [script], { stdio: 'pipe' });
  });

  for (const { file, why, verdict, code, seq, trustRoot, anchors } of CASES) {
    it(`${file}: ${why}`, async () => {
      const report = await verifyExport(fileURLToPath(new URL(file, FOLDER)), {
        ...(trustRoot !== undefined && { trustRoot }),
        ...(anchors && { anchors }),
      });
      const found = [report.verdict, report.code, report.seq];
      assert.deepEqual(found, [verdict, code, seq], report.message);
    });
  }
});
