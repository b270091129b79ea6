import assert from 'node:assert/strict';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { verifyExport, VERDICT_EXIT_CODES, type VerifyReport } from '../../src/index.js';
import { exportTo, writeFullLedger, type ExportOptions } from '../export/exports.js';
import { inFolder, linesOf, newSigner, writeLines } from '../support.js';

const signer = newSigner();
const FORMS: Readonly<Record<string, ExportOptions>> = {
  whole: {},
  part: { from: 5 },
  selection: { select: { types: ['decision', 'intent'] } },
  redacted: { redact: ['payloadHash', 'human', 'reason'] },
};

function assertFound(report: VerifyReport, what: string): void {
  const isFound = report.verdict === 'INVALID' || report.verdict === 'INCOMPLETE';
  assert.ok(isFound, `${what}: ${report.verdict}`);
}

async function inForm(
  form: ExportOptions,
  use: (file: string, lines: string[]) => Promise<void>,
  calls = 2,
): Promise<void> {
  await inFolder(async (folder) => {
    await writeFullLedger(folder, signer, calls);
    const file = await exportTo(folder, signer, form);
    assert.equal((await verifyExport(file)).verdict, 'VALID_UNANCHORED');
    await use(file, await linesOf(file));
  });
}

for (const [name, form] of Object.entries(FORMS)) {
  describe(`an export (${name}) that was changed`, () => {
    it('by a line that was deleted, repeated, swapped with the next or emptied is found', () =>
      inForm(form, async (file, lines) => {
        const changed = `${file}.changed`;
        for (const [n, line] of lines.entries()) {
          const cases: [string, string[]][] = [
            ['deleted', lines.toSpliced(n, 1)],
            ['repeated', lines.toSpliced(n, 0, line)],
            ['emptied', lines.with(n, '')],
          ];
          const next = lines[n + 1];
          if (next !== undefined) cases.push(['swapped', lines.with(n, next).with(n + 1, line)]);
          for (const [what, text] of cases) {
            await writeLines(changed, text);
            assertFound(await verifyExport(changed), `line ${n} ${what}`);
          }
        }
      }));

    it('by cutting it after any line, or in any line, is incomplete and never valid', () =>
      inForm(form, async (file, lines) => {
        const changed = `${file}.changed`;
        for (let n = 0; n < lines.length; n++) {
          await writeLines(changed, lines.slice(0, n));
          const report = await verifyExport(changed);
          assert.equal(report.verdict, 'INCOMPLETE', `${n} lines: ${report.message}`);
          assert.equal(VERDICT_EXIT_CODES[report.verdict], 4);
          const half = lines.slice(0, n + 1).join('\n');
          await writeFile(changed, half.slice(0, half.length - (lines[n]?.length ?? 0) / 2));
          assert.equal((await verifyExport(changed)).code, 'TORN_TAIL');
        }
      }));

    it('by lines of another ledger of the same key is found', () =>
      inForm(form, async (file, lines) => {
        await inForm(form, async (_, others) => {
          assert.equal(others.length, lines.length);
          const changed = `${file}.changed`;
          for (const [n, other] of others.entries()) {
            for (const text of [
              lines.with(n, other),
              lines.toSpliced(n, 0, other),
              [...lines.slice(0, n + 1), ...others.slice(n + 1)],
            ]) {
              if (n === lines.length - 1 && text.join() === lines.join()) continue;
              await writeLines(changed, text);
              assertFound(await verifyExport(changed), `line ${n}`);
            }
          }
        });
      }));

    it('in any byte, by one bit, is found', () =>
      inForm(
        form,
        async (file) => {
          const bytes = await readFile(file);
          const handle = await open(file, 'r+');
          for (const [at, byte] of bytes.entries()) {
            await handle.write(Uint8Array.of(byte ^ (1 << (at % 8))), 0, 1, at);
            assertFound(await verifyExport(file), `bit ${at % 8} of byte ${at}`);
            await handle.write(Uint8Array.of(byte), 0, 1, at);
          }
          await handle.close();
        },
        1,
      )).timeout(120_000);
  });
}

describe('two exports of one ledger', () => {
  it('cannot be put together', () =>
    inFolder(async (folder) => {
      await writeFullLedger(folder, signer);
      const one = await linesOf(await exportTo(folder, signer));
      const other = await linesOf(await exportTo(folder, signer, { redact: ['human'] }));
      const changed = join(folder, 'changed.jsonl');
      for (let n = 1; n < one.length; n++) {
        await writeLines(changed, [...one.slice(0, n), ...other.slice(n)]);
        assertFound(await verifyExport(changed), `cut at line ${n}`);
      }
    }));
});
