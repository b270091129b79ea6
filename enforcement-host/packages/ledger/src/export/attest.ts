import { stat, type FileHandle } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

import { canonicalize, messageOf, type Clock } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import { LedgerError } from '../errors.js';
import type { LedgerHead } from '../ledger.js';
import { consistencyProof, inclusionProof, subtreeHashes } from '../merkle/proofs.js';
import { digestOf, HASH_BYTES } from '../merkle/tree.js';
import { readLedgerEntries, wholeRecord, type LedgerFileEntry } from '../store/read-ledger.js';
import { writeWhole } from '../store/replace-file.js';
import { ledgerFiles } from '../store/segments.js';
import { KeyChain } from '../verify/export-keys.js';
import { CheckpointVerifier } from '../record/checkpoint.js';
import type { ExportHeader, ExportManifest, ExportSelection } from './export-format.js';
import { Redaction } from './redaction.js';
import { Selection } from './selection.js';
import { frontierAt, surveyLedger, type LedgerSurvey } from './survey.js';

export interface AttestOptions {
  /** First record; 0 by default. With `select`, records before it are left out as well. */
  readonly from?: number;
  /** Only these records, each with a proof that it is in the ledger. */
  readonly select?: ExportSelection;
  /** Sealed members to keep back; see `redactableMembers`. */
  readonly redact?: readonly string[];
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
 * that signed the checkpoint; TypeError if `out` is a file of the ledger, or an option is not of
 * this ledger; the signal's reason when aborted.
 */
export async function attestLedger(
  path: string,
  out: string,
  options: AttestOptions,
): Promise<AttestReport> {
  await assertOther(path, out);
  const survey = await surveyLedger(path, { signal: options.signal });
  const size = survey.checkpoint.seq;
  if (options.from !== undefined && options.from > size) {
    throw new TypeError(`expected a first record up to ${size}, got ${options.from}`);
  }
  try {
    return await writeWhole(out, (target) => new ExportWriter(target, survey, options).write(path));
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
      throw new TypeError('expected the export to go to another file than the ledger');
    }
  }
}

const CHUNK_UNITS = 1024 * 1024;

class ExportWriter {
  readonly #target: FileHandle;
  readonly #survey: LedgerSurvey;
  readonly #options: AttestOptions;
  readonly #content = createHash('sha256');
  readonly #redaction: Redaction;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #bytes = 0;
  #records = 0;
  #hidden = 0;

  constructor(target: FileHandle, survey: LedgerSurvey, options: AttestOptions) {
    this.#target = target;
    this.#survey = survey;
    this.#options = options;
    this.#redaction = new Redaction(options.redact ?? []);
  }

  async write(path: string): Promise<AttestReport> {
    const { log, checkpoint, root, head, omitted, keys } = this.#survey;
    await this.#line(canonicalize({ export: this.#header() }));
    for (const key of keys) await this.#line(canonicalize({ key }));
    await this.#writeRecords(path);
    await this.#flush();
    await this.#line(canonicalize({ manifest: await this.#manifest() }));
    await this.#flush();
    return {
      log,
      size: checkpoint.seq + 1,
      head,
      tree: { size: checkpoint.seq, root },
      records: this.#records,
      bytes: this.#bytes,
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
        await this.#line(canonicalize({ inclusion: await this.#inclusionOf(entry.seq) }));
      }
      await this.#record(entry);
    }
  }

  async #record({ raw }: LedgerFileEntry): Promise<void> {
    const { disclosures, hidden } = this.#redaction.apply(raw);
    if (disclosures !== undefined) await this.#line(disclosures);
    await this.#line(raw.line);
    this.#hidden += hidden;
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
      content: `sha256:${this.#content.copy().digest('hex')}`,
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

  async #line(line: string | Buffer): Promise<void> {
    const bytes = typeof line === 'string' ? Buffer.from(line) : line;
    this.#waiting.push(bytes, NEWLINE);
    this.#waitingBytes += bytes.length + 1;
    if (this.#waitingBytes >= CHUNK_UNITS) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#content.update(bytes);
    this.#bytes += bytes.length;
    await this.#target.writeFile(bytes);
  }
}

const NEWLINE = Buffer.from('\n');

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
