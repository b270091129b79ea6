import { appendFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalize, isJsonObject, type JsonObject } from '@axtary/core';

import type {
  LedgerRecord,
  OpenedEntry,
  RawEntry,
  SegmentFile,
  SegmentSource,
} from '../../src/index.js';
import { GENESIS_PREV } from '../../src/record/chain.js';
import { leafHash, toRecord, writeLine } from '../../src/record/line.js';
import { recordSchema, type RecordContent } from '../../src/record/records.js';

const LOG = `log_${'l'.repeat(22)}`;
const BOOT = `boot_${'b'.repeat(22)}`;
const SALT = 's'.repeat(22);

/** A ledger in files, sealed ones and the one that grows, written without any of the writer. */
export class LedgerFiles implements SegmentSource {
  readonly folder: string;
  readonly records: LedgerRecord[] = [];
  readonly leaves: string[] = [];
  /** How often a record was read: what is not read again costs nothing. */
  reads = 0;
  readonly #log: string;
  readonly #sealed: SegmentFile[] = [];
  #first = 0;
  #head: string = GENESIS_PREV;
  #now = Date.parse('2026-01-02T03:04:05.678Z');

  constructor(folder: string, log = LOG) {
    this.folder = folder;
    this.#log = log;
  }

  get active(): string {
    return join(this.folder, 'ledger.jsonl');
  }

  get index(): string {
    return join(this.folder, 'ledger.jsonl.index');
  }

  /** Appends to the growing file. */
  async append(contents: readonly RecordContent[]): Promise<void> {
    let text = '';
    for (const content of contents) text += this.#linesOf(content);
    await mkdir(this.folder, { recursive: true });
    await appendFile(this.active, text);
  }

  /** Gives the growing file its sealed name. */
  async seal(): Promise<void> {
    const file = join(this.folder, `${String(this.#first).padStart(16, '0')}.jsonl`);
    await rename(this.active, file);
    const { size: bytes } = await stat(file);
    const count = this.records.length - this.#first;
    this.#sealed.push({ first: this.#first, count, file, sealed: true, bytes });
    this.#first = this.records.length;
    await writeFile(this.active, '');
  }

  get sealed(): readonly SegmentFile[] {
    return this.#sealed;
  }

  async list(): Promise<readonly SegmentFile[]> {
    const { size: bytes } = await stat(this.active);
    const count = this.records.length - this.#first;
    const { active: file } = this;
    return [...this.#sealed, { first: this.#first, count, file, sealed: false, bytes }];
  }

  read({ line, disclosures }: RawEntry): OpenedEntry {
    this.reads++;
    const value = parsed(line);
    const { action } = value['body'] as JsonObject;
    if (disclosures && isJsonObject(action)) {
      const { disclosures: all } = parsed(disclosures) as {
        disclosures: [string, string, never][];
      };
      for (const [, name, member] of all) Object.assign(action, { [name]: member });
      Reflect.deleteProperty(action, '_sd');
    }
    return { record: recordSchema.parse(value), line: line.toString('utf8') };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  #linesOf(content: RecordContent): string {
    const seq = this.records.length;
    // Sometimes backwards: a wall clock is set.
    this.#now += (seq % 7 === 3 ? -1 : 1) * ((seq * 7919) % 5000);
    const ts = new Date(this.#now).toISOString();
    const prev = this.#head as `sha256:${string}`;
    const place = { log: this.#log, seq, prev, ts, boot: BOOT, mono: seq };
    const { body, disclosures } = sealed(content);
    const line = writeLine(place, content.type, canonicalize(body));
    this.#head = leafHash(line);
    this.leaves.push(this.#head);
    this.records.push(toRecord(place, content));
    return `${disclosures}${line}\n`;
  }
}

function parsed(bytes: Buffer): JsonObject {
  return JSON.parse(bytes.toString('utf8')) as JsonObject;
}

/** As the ledger's writer seals members, but for the digests: nobody looks at them here. */
function sealed({ body }: RecordContent): { body: object; disclosures: string } {
  if (!('action' in body) || !body.action) return { body, disclosures: '' };
  const { intent, ...action } = body.action;
  const disclosures = canonicalize({ disclosures: [[SALT, 'intent', intent]] });
  const digest = 'needle-in-a-digest';
  return {
    body: { ...body, action: { ...action, _sd: [digest] } },
    disclosures: `${disclosures}\n`,
  };
}
