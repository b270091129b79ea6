import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

import { canonicalize, messageOf, type Clock } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';
import { replaceFileWith } from '@axtary/core/durable-files';

import { LedgerError } from '../errors.js';
import type { LedgerHead } from '../ledger.js';
import { consistencyProof, inclusionProof, subtreeHashes } from '../merkle/proofs.js';
import { digestOf, HASH_BYTES } from '../merkle/tree.js';
import { readLedgerEntries, wholeRecord, type LedgerFileEntry } from '../store/read-ledger.js';
import { ledgerFiles } from '../store/segments.js';
import { KeyChain } from '../verify/export-keys.js';
import { CheckpointVerifier } from '../record/checkpoint.js';
import type { ExportHeader, ExportManifest, ExportSelection } from './export-format.js';
import { LineWriter } from './line-writer.js';
import { openingLine, Redaction } from './redaction.js';
import { Selection } from './selection.js';
import { frontierAt, surveyLedger, type LedgerSurvey } from './survey.js';

export interface AttestOptions {
  /** First record; 0 by default. With `select`, records before it are left out as well. */
  readonly from?: number;
  /** Only these records, each with a proof that it is in the ledger. */
  readonly select?: ExportSelection;
  /** Sealed members to keep back; see `redactableMembers`. */
  readonly redact?: readonly string[];
  /**
   * File for what opens the members that were kept back, one `openingLine` a record. It is written
   * as `out` is, and is for those alone who may see them.
   */
  readonly disclosures?: string;
  /** An earlier state to prove the beginning of this one: such as that of the export before. */
  readonly since?: { readonly size: number; readonly root: Sha256 };
  /** Signs with the key of the ledger's last epoch. */
  readonly sign: (payloadText: string) => string | Promise<string>;
  readonly software: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly records: number; readonly total: number }) => void;
}

/** What an export holds: `size` and `head` are those of the ledger up to its last checkpoint. */
export interface AttestReport extends LedgerHead {
  /** The tree that the last checkpoint signs: what `since` of a later export takes. */
  readonly tree: { readonly size: number; readonly root: Sha256 };
  /** Records in the file. */
  readonly records: number;
  readonly bytes: number;
  /** Sealed members that were kept back. */
  readonly hidden: number;
  /** Records that came after the last checkpoint, and so are not in the export. */
  readonly omitted: number;
}

/**
 * Exports a ledger up to and including its last checkpoint, whole, from a record on, or a selection
 * of it, and signs what was exported. The ledger may be in use. `out` appears whole or not at all,
 * durable and readable by this account only; what was there is replaced.
 *
 * @throws LedgerError `LEDGER_NOT_CHECKPOINTED`, `LEDGER_CHAIN_BROKEN` (with `seq`),
 * `LEDGER_UNREADABLE`, `LEDGER_WRITE_FAILED`, `LEDGER_CHECKPOINT_FAILED` if the key is not the one
 * that signed the checkpoint; TypeError if a file to write is one of the ledger or both are the same,
 * or an option is not of this ledger; the signal's reason when aborted.
 */
export async function attestLedger(
  path: string,
  out: string,
  options: AttestOptions,
): Promise<AttestReport> {
  const { disclosures } = options;
  await assertOther(path, out);
  if (disclosures !== undefined) {
    await assertOther(path, disclosures);
    if (resolve(disclosures) === resolve(out)) {
      throw new TypeError('expected the disclosures to go to another file than the export');
    }
  }
  const survey = await surveyLedger(path, { signal: options.signal });
  const size = survey.checkpoint.seq;
  if (options.from !== undefined && options.from > size) {
    throw new TypeError(`expected a first record up to ${size}, got ${options.from}`);
  }
  try {
    return await replaceFileWith(out, {
      write: (target) => {
        const file = new LineWriter(target);
        const write = (opening?: LineWriter): Promise<AttestReport> =>
          new ExportWriter({ file, opening, survey, options }).write(path);
        if (disclosures === undefined) return write();
        return replaceFileWith(disclosures, {
          write: (opening) => write(new LineWriter(opening)),
        });
      },
    });
  } catch (cause) {
    if (cause instanceof LedgerError || cause instanceof TypeError) throw cause;
    options.signal?.throwIfAborted();
    const message = `${basename(out)} cannot be written: ${messageOf(cause)}`;
    throw new LedgerError('LEDGER_WRITE_FAILED', message, { cause });
  }
}

async function assertOther(path: string, out: string): Promise<void> {
  const to = await stat(out).catch(() => undefined);
  for (const file of await ledgerFiles(path)) {
    const from = await stat(file).catch(() => undefined);
    if (to && to.ino === from?.ino && to.dev === from.dev) {
      throw new TypeError('expected another file to write to than the ledger');
    }
  }
}

interface Writing {
  readonly file: LineWriter;
  /** Takes what opens the members that are kept back. */
  readonly opening: LineWriter | undefined;
  readonly survey: LedgerSurvey;
  readonly options: AttestOptions;
}

class ExportWriter {
  readonly #file: LineWriter;
  readonly #opening: LineWriter | undefined;
  readonly #survey: LedgerSurvey;
  readonly #options: AttestOptions;
  readonly #redaction: Redaction;
  #records = 0;
  #hidden = 0;

  constructor({ file, opening, survey, options }: Writing) {
    this.#file = file;
    this.#opening = opening;
    this.#survey = survey;
    this.#options = options;
    this.#redaction = new Redaction(options.redact ?? []);
  }

  async write(path: string): Promise<AttestReport> {
    const { log, checkpoint, root, head, omitted, keys } = this.#survey;
    await this.#file.line(canonicalize({ export: this.#header() }));
    for (const key of keys) await this.#file.line(canonicalize({ key }));
    await this.#writeRecords(path);
    await this.#file.flush();
    await this.#file.line(canonicalize({ manifest: await this.#manifest() }));
    await this.#file.flush();
    await this.#opening?.flush();
    return {
      log,
      size: checkpoint.seq + 1,
      head,
      tree: { size: checkpoint.seq, root },
      records: this.#records,
      bytes: this.#file.bytes,
      hidden: this.#hidden,
      omitted,
    };
  }

  #header(): ExportHeader {
    const { from = 0, select, redact = [] } = this.#options;
    const { log, checkpoint, root, leaves } = this.#survey;
    const isPart = from > 0 && !select;
    const before = leaves.subarray((from - 1) * HASH_BYTES, from * HASH_BYTES);
    return {
      format: 1,
      log,
      from,
      size: checkpoint.seq,
      root,
      ...(isPart && { prev: digestOf(before), tree: treeState(leaves, from) }),
      ...(select && { select }),
      ...(redact.length > 0 && { redact: [...redact] }),
    };
  }

  async #writeRecords(path: string): Promise<void> {
    const { from = 0, select, signal, onProgress } = this.#options;
    const { checkpoint } = this.#survey;
    const total = checkpoint.seq + 1;
    const selection = select && new Selection(select);
    for await (const entry of readLedgerEntries(path, { from, to: total, signal })) {
      if (entry.seq % 10_000 === 0) onProgress?.({ records: entry.seq, total });
      if (selection && entry.seq < checkpoint.seq) {
        if (!selection.has(wholeRecord(entry))) continue;
        await this.#file.line(canonicalize({ inclusion: await this.#inclusionOf(entry.seq) }));
      }
      await this.#record(entry);
    }
  }

  async #record({ seq, raw }: LedgerFileEntry): Promise<void> {
    const { disclosures, keptBack } = this.#redaction.apply(raw);
    if (disclosures !== undefined) await this.#file.line(disclosures);
    await this.#file.line(raw.line);
    if (keptBack.length > 0) await this.#opening?.line(openingLine(seq, keptBack));
    this.#hidden += keptBack.length;
    this.#records++;
  }

  async #inclusionOf(seq: number): Promise<readonly string[]> {
    const proof = await inclusionProof(seq, this.#survey.checkpoint.seq, this.#subtrees);
    return proof.map(digestOf);
  }

  readonly #subtrees = subtreeHashes((start, end) =>
    this.#survey.leaves.subarray(start * HASH_BYTES, end * HASH_BYTES),
  );

  async #manifest(): Promise<string> {
    const { log, checkpoint, root, head, keys } = this.#survey;
    const { clock, software, sign } = this.#options;
    const consistency = await this.#consistency();
    const manifest: ExportManifest = {
      log,
      size: checkpoint.seq,
      root,
      head,
      records: this.#records,
      hidden: this.#hidden,
      content: this.#file.digest,
      created: clock.now().toISOString(),
      software,
      ...(consistency && { consistency }),
    };
    const payloadText = canonicalize(manifest);
    const jws = await sign(payloadText);
    assertSigned(jws, payloadText, { log, keys });
    return jws;
  }

  async #consistency(): Promise<ExportManifest['consistency']> {
    const { since } = this.#options;
    if (!since) return undefined;
    const { checkpoint, leaves } = this.#survey;
    const { size, root } = since;
    const isOurs = size <= checkpoint.seq && digestOf(frontierAt(leaves, size).root()) === root;
    if (!isOurs) throw new TypeError(`this ledger never had the root ${root} at ${size} records`);
    const proof = await consistencyProof(size, checkpoint.seq, this.#subtrees);
    return { size, root, proof: proof.map(digestOf) };
  }
}

function treeState(leaves: Buffer, size: number): NonNullable<ExportHeader['tree']> {
  const { nodes } = frontierAt(leaves, size).toJSON();
  return { size, nodes: [...nodes] };
}

/** The manifest counts only by the key that signed the checkpoint at the end of the export. */
function assertSigned(
  jws: string,
  payloadText: string,
  { log, keys }: Pick<LedgerSurvey, 'log' | 'keys'>,
): void {
  const chain = new KeyChain(log);
  for (const key of keys) chain.add(key);
  const signing = chain.before(Number.POSITIVE_INFINITY);
  const problem = signing
    ? new CheckpointVerifier(signing.key).problemOf('export', jws, payloadText)
    : 'the ledger names no key';
  if (problem === undefined) return;
  const message = `the export could not be signed by the key of its last checkpoint: ${problem}`;
  throw new LedgerError('LEDGER_CHECKPOINT_FAILED', message);
}
