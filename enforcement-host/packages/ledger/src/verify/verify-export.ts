import type { FileHandle } from 'node:fs/promises';

import { canonicalize } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import {
  exportManifestSchema,
  type ExportHeader,
  type ExportManifest,
} from '../export/export-format.js';
import type { LedgerHead } from '../ledger.js';
import { verifyConsistency, verifyInclusion } from '../merkle/proofs.js';
import { bytesOf, TreeFrontier } from '../merkle/tree.js';
import type { ChainState } from '../record/chain.js';
import { checkpointPayload, CheckpointVerifier } from '../record/checkpoint.js';
import {
  leafBytes,
  leafHash,
  parseEntry,
  seqOfLine,
  type ParsedEntry,
  type RawEntry,
} from '../record/line.js';
import { withDisclosures } from '../export/redaction.js';
import { openForReading } from '../store/file.js';
import { KeyChain } from './export-keys.js';
import { ExportLines } from './export-lines.js';
import { ExportReader, type ExportPart } from './export-reader.js';
import type { VerifyReport } from './verdict.js';
import {
  incomplete,
  invalid,
  Verification,
  type Conclusion,
  type Finding,
  type VerifyOptions,
} from './verification.js';

/**
 * Verifies an export, whole, a part or a selection of a ledger, with nothing but the file and what
 * is known from outside. Reads once; memory holds the ids of decisions, passes and intents.
 *
 * @throws LedgerError `LEDGER_UNREADABLE`; TypeError for an empty anchor; the signal's reason when
 * aborted. A finding about the content is never thrown.
 */
export async function verifyExport(
  file: string,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const handle = await openForReading(file);
  try {
    return await new ExportVerification(options).run(handle);
  } finally {
    await handle.close();
  }
}

type RecordPart = Extract<ExportPart, { readonly kind: 'record' }>;

/** The parts of an export that come before its records. */
interface Opened {
  readonly header: ExportHeader;
  readonly keys: KeyChain;
}

class ExportVerification {
  readonly #options: VerifyOptions;
  readonly #lines = new ExportLines();
  readonly #reader = new ExportReader();
  #opened: Opened | undefined;
  #verification: Verification;
  #hasRecords = false;
  /** Sequence number after the last record. */
  #next = 0;
  /** The checkpoint that ends the export, once it was verified to be one. */
  #end: LedgerHead | undefined;
  #manifest: ExportManifest | undefined;
  /** Sealed members that were kept back and are open now. */
  #openedSince = 0;

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#verification = new Verification(options);
  }

  async run(handle: FileHandle): Promise<VerifyReport> {
    const { size: totalBytes } = await handle.stat();
    for await (const lines of this.#lines.read(handle, this.#options.signal)) {
      for (const { bytes, offset } of lines) {
        const finding = this.#take(bytes);
        if (finding) return this.#report(invalid({ ...finding, seq: this.#next }));
        this.#verification.progress(offset, totalBytes);
      }
    }
    return this.#report(this.#conclude());
  }

  #report(conclusion: Conclusion): VerifyReport {
    return this.#verification.report(conclusion, this.#end);
  }

  #take(line: Buffer): Finding | undefined {
    if (this.#manifest) return malformed('there are lines after the manifest');
    const part = this.#reader.take(line);
    if (part === undefined) return undefined;
    if ('code' in part) return part;
    switch (part.kind) {
      case 'header':
        this.#opened = { header: part.header, keys: new KeyChain(part.header.log) };
        return undefined;
      case 'key':
        return this.#takeKey(part.line);
      case 'record':
        return this.#takeRecord(part);
      case 'manifest':
        return this.#takeManifest(part.jws);
    }
  }

  #takeKey(line: string): Finding | undefined {
    if (this.#hasRecords) return malformed('a key comes after the records');
    const problem = this.#opened?.keys.add(line);
    return problem === undefined ? undefined : { code: 'KEYS_INVALID', message: problem };
  }

  #begin({ header, keys }: Opened): Finding | undefined {
    this.#hasRecords = true;
    this.#next = header.from;
    const isPart = header.from > 0 || header.select !== undefined;
    const from = isPart ? stateBefore(header, keys) : undefined;
    if (isPart && !from) return malformed('the header does not say where the records begin');
    const options = { mayHide: true, ...(from && { from }) };
    this.#verification = new Verification(this.#options, options, isPart);
    const { known } = this.#verification;
    return (
      this.#verification.takeGenesisKey(keys.genesisKid) ??
      known.checkLog(header.log) ??
      (from && header.select === undefined
        ? known.check(from.size, from.head, () => this.#verification.chain.root())
        : undefined)
    );
  }

  #takeRecord({ entry, inclusion }: RecordPart): Finding | undefined {
    const opened = this.#opened;
    if (!opened) return malformed('the first line is not the header of an export');
    const problem = this.#hasRecords ? undefined : this.#begin(opened);
    if (problem) return problem;
    if (this.#end) return malformed('there are records after the last checkpoint');
    const whole = this.#open(entry);
    return opened.header.select === undefined
      ? this.#takeNext(whole, opened)
      : this.#takeSelected({ entry: whole, inclusion }, opened);
  }

  /** A record with what was disclosed of it since the export was made. */
  #open(entry: RawEntry): RawEntry {
    const more = this.#options.opened?.get(seqOfLine(entry.line)) ?? [];
    this.#openedSince += more.length;
    return withDisclosures(entry, more);
  }

  /** The next record of a chain that is whole from `from` on. */
  #takeNext(raw: RawEntry, opened: Opened): Finding | undefined {
    const { chain } = this.#verification;
    const root = chain.size === opened.header.size ? chain.root() : undefined;
    const entry = chain.accept(raw);
    if ('code' in entry) return entry;
    if (entry.record.seq === 0 && entry.line !== opened.keys.genesisLine) {
      return { code: 'KEYS_INVALID', message: 'the genesis among the keys is another' };
    }
    const finding =
      this.#verification.note(entry) ??
      this.#verification.compare() ??
      (root && this.#takeLast(entry, opened, root));
    if (!finding) this.#next = chain.size;
    return finding;
  }

  /** The record after which nothing comes; `root` is that of the records before it. */
  #takeLast({ record }: ParsedEntry, { header, keys }: Opened, root: Sha256): Finding | undefined {
    const { chain } = this.#verification;
    if (record.type !== 'checkpoint' || root !== header.root) {
      return { code: 'MANIFEST_MISMATCH', message: 'the header is not that of these records' };
    }
    this.#end = { log: chain.log, size: chain.size, head: chain.head };
    const signing = keys.before(chain.size);
    const kid = signing && new CheckpointVerifier(signing.key).kid;
    if (kid === chain.checkpointKid) return undefined;
    return { code: 'KEYS_INVALID', message: 'the last of the keys is not that of the records' };
  }

  /** One of the records that were selected; the last is the checkpoint that signs the tree. */
  #takeSelected(
    { entry: raw, inclusion }: Pick<RecordPart, 'entry' | 'inclusion'>,
    { header, keys }: Opened,
  ): Finding | undefined {
    const entry = parseEntry(raw);
    if ('code' in entry) return entry;
    const { log, seq } = entry.record;
    if (log !== header.log) {
      return { code: 'LOG_MISMATCH', message: 'the record belongs to another ledger' };
    }
    if (seq < this.#next) {
      return { code: 'SEQ_MISMATCH', message: `${seq} is not after the record before it` };
    }
    this.#next = seq;
    const finding =
      seq === header.size
        ? this.#takeEnd(entry, keys, header)
        : (this.#checkInclusion(entry, inclusion, header) ?? this.#verification.note(entry));
    if (!finding) this.#next = seq + 1;
    return finding;
  }

  #checkInclusion(
    { record, line }: ParsedEntry,
    inclusion: readonly Sha256[] | undefined,
    { size, root }: ExportHeader,
  ): Finding | undefined {
    const isIncluded = verifyInclusion({
      index: record.seq,
      size,
      leaf: leafBytes(line),
      proof: (inclusion ?? []).map(bytesOf),
      root: bytesOf(root),
    });
    if (isIncluded) return undefined;
    return { code: 'INCLUSION_INVALID', message: 'the proof of the record does not hold' };
  }

  #takeEnd(entry: ParsedEntry, keys: KeyChain, { size, root }: ExportHeader): Finding | undefined {
    const { record, line } = entry;
    const signing = keys.before(size);
    if (!signing) return { code: 'KEYS_INVALID', message: 'there is no key' };
    if (record.type !== 'checkpoint') {
      return { code: 'CHECKPOINT_INVALID', message: 'the last record is not a checkpoint' };
    }
    const verifier = new CheckpointVerifier(signing.key);
    const payload = checkpointPayload(record, root);
    const problem = verifier.problemOf('checkpoint', record.body.jws, payload);
    if (problem !== undefined) return { code: 'CHECKPOINT_INVALID', message: problem };
    const head = leafHash(line);
    this.#end = { log: record.log, size: size + 1, head };
    return (
      this.#verification.note(entry) ??
      this.#verification.known.check(size, record.prev, () => root) ??
      this.#verification.known.checkHead(size + 1, head)
    );
  }

  #takeManifest(jws: string): Finding | undefined {
    const opened = this.#opened;
    const signing = opened?.keys.before(opened.header.size + 1);
    if (!opened || !signing) return { code: 'KEYS_INVALID', message: 'there is no key' };
    const read = new CheckpointVerifier(signing.key).read('export', jws);
    if ('problem' in read) return { code: 'MANIFEST_INVALID', message: read.problem };
    const manifest = parseManifest(read.payload);
    if (!manifest) return { code: 'MANIFEST_INVALID', message: 'what it signs is no manifest' };
    this.#manifest = manifest;
    return this.#compareManifest(manifest, opened.header);
  }

  #compareManifest(manifest: ExportManifest, header: ExportHeader): Finding | undefined {
    const end = this.#end;
    const { records } = this.#verification;
    const hidden = this.#verification.hidden + this.#openedSince;
    if (!end) {
      const message = 'the manifest comes before the checkpoint that the header names';
      return { code: 'MANIFEST_MISMATCH', message };
    }
    const isSame =
      manifest.content === this.#lines.content() &&
      manifest.log === header.log &&
      manifest.size === header.size &&
      manifest.root === header.root &&
      manifest.head === end.head &&
      manifest.records === records;
    if (!isSame) {
      return { code: 'MANIFEST_MISMATCH', message: 'the manifest is that of other content' };
    }
    if (manifest.hidden !== hidden || (hidden > 0 && !header.redact)) {
      const message = `${hidden} sealed members are missing, ${manifest.hidden} were kept back`;
      return { code: 'REDACTION_UNDECLARED', message };
    }
    return this.#checkConsistency(manifest, header);
  }

  /** What was known of the ledger before the records that are here is the beginning of them. */
  #checkConsistency(
    { consistency }: ExportManifest,
    { size, root }: ExportHeader,
  ): Finding | undefined {
    if (!consistency) return undefined;
    const holds = verifyConsistency({
      first: consistency.size,
      firstRoot: bytesOf(consistency.root),
      second: size,
      secondRoot: bytesOf(root),
      proof: consistency.proof.map(bytesOf),
    });
    if (!holds) {
      return {
        code: 'CONSISTENCY_INVALID',
        message: 'the proof of the earlier state does not hold',
      };
    }
    return this.#verification.known.checkRoot(consistency.size, consistency.root);
  }

  #conclude(): Conclusion {
    const { rest } = this.#lines;
    if (this.#manifest && rest.length > 0) {
      const finding = malformed('there are bytes after the manifest');
      return invalid({ ...finding, seq: this.#next });
    }
    if (this.#lines.isEndless) {
      const message = 'a line is longer than any line of an export';
      return invalid({ code: 'LINE_TOO_LONG', seq: this.#next, message });
    }
    const size = this.#end?.size ?? this.#next;
    if (this.#opened === undefined && rest.length === 0) {
      return incomplete('EMPTY', 0, 'the file has no lines');
    }
    if (!this.#manifest) {
      const message = `the file ends before its manifest, after ${this.#next} records`;
      return incomplete(rest.length > 0 ? 'TORN_TAIL' : 'MANIFEST_MISSING', this.#next, message);
    }
    return this.#verification.truncation(size) ?? this.#verification.validity(size, 0);
  }
}

/** Where the chain of a part of a ledger begins; not checked: the next checkpoint confirms it. */
function stateBefore(header: ExportHeader, keys: KeyChain): ChainState | undefined {
  const { log, from, prev, select } = header;
  const tree = header.tree ? TreeFrontier.from(header.tree) : undefined;
  const signing = keys.before(from);
  const state = { log, last: undefined, unsigned: 0, signing };
  if (select) return { ...state, size: from, head: NO_HEAD, tree: new TreeFrontier() };
  if (prev === undefined || tree?.size !== from) return undefined;
  return { ...state, size: from, head: prev, tree };
}

const NO_HEAD: Sha256 = `sha256:${'0'.repeat(64)}`;

function parseManifest(payload: Buffer): ExportManifest | undefined {
  const text = payload.toString('utf8');
  try {
    const json: unknown = JSON.parse(text);
    const { data } = exportManifestSchema.safeParse(json);
    // Decoding forgives bytes that are no UTF-8; what is signed are the bytes.
    return data && Buffer.from(canonicalize(data)).equals(payload) ? data : undefined;
  } catch {
    return undefined;
  }
}

function malformed(message: string): Finding {
  return { code: 'EXPORT_MALFORMED', message };
}
