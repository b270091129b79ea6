import { open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { messageOf } from '@axtary/core';
import { newId } from '@axtary/core/digest';

import { brokenAt, LedgerError } from '../errors.js';
import { openForReading, syncFolder } from '../store/file.js';
import type { LedgerHead } from '../ledger.js';
import { scanLedger } from '../store/scan.js';

const CHUNK_BYTES = 1024 * 1024;

/** What an export holds: `size` and `head` are those of the exported prefix. */
export interface ExportReport extends LedgerHead {
  readonly bytes: number;
  /** Records that came after the last checkpoint, and so are not in the export. */
  readonly omitted: number;
}

/**
 * Copies a ledger up to and including its last checkpoint. The ledger may be in use. `out` appears
 * whole or not at all, durable and readable by this account only; what was there is replaced.
 *
 * @throws LedgerError `LEDGER_NOT_CHECKPOINTED`, `LEDGER_CHAIN_BROKEN` (with `seq`),
 * `LEDGER_UNREADABLE`, `LEDGER_WRITE_FAILED`; TypeError if `out` is the ledger itself.
 */
export async function exportLedger(path: string, out: string): Promise<ExportReport> {
  const source = await openForReading(path);
  try {
    await assertOther(source, out);
    const report = await signedPrefix(source);
    await writeWhole(source, report.bytes, out);
    return report;
  } finally {
    await source.close();
  }
}

async function assertOther(source: FileHandle, out: string): Promise<void> {
  const [from, to] = await Promise.all([source.stat(), stat(out).catch(() => undefined)]);
  if (to?.ino === from.ino && to.dev === from.dev) {
    throw new TypeError('expected the export to go to another file than the ledger');
  }
}

async function signedPrefix(source: FileHandle): Promise<ExportReport> {
  const { size: end } = await source.stat();
  let signed: (LedgerHead & { readonly bytes: number }) | undefined;
  const { chain, fault } = await scanLedger<never>(source, {
    end,
    onRecord: (record, at) => {
      if (record.type === 'checkpoint') {
        signed = { log: at.chain.log, size: at.chain.size, head: at.chain.head, bytes: at.bytes };
      }
      return undefined;
    },
  });
  if (fault) throw brokenAt(fault);
  if (signed === undefined) {
    const message = 'the ledger has no signed checkpoint yet: make one, then export';
    throw new LedgerError('LEDGER_NOT_CHECKPOINTED', message);
  }
  return { ...signed, omitted: chain.size - signed.size };
}

async function writeWhole(source: FileHandle, bytes: number, out: string): Promise<void> {
  const draft = `${out}.${newId('tmp')}`;
  try {
    const target = await open(draft, 'wx', 0o600);
    try {
      await copy(source, target, bytes);
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(draft, out);
    await syncFolder(dirname(out));
  } catch (cause) {
    await unlink(draft).catch(() => undefined);
    const message = `${basename(out)} cannot be written: ${messageOf(cause)}`;
    throw new LedgerError('LEDGER_WRITE_FAILED', message, { cause });
  }
}

async function copy(source: FileHandle, target: FileHandle, bytes: number): Promise<void> {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes));
  for (let at = 0; at < bytes;) {
    const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, bytes - at), at);
    if (bytesRead === 0) throw new Error('the ledger became shorter while it was copied');
    await target.writeFile(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
}
