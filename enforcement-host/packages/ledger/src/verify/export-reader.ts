import type { RawEntry } from '../record/line.js';
import { readCanonical } from '../record/line.js';
import { isDisclosures } from '../store/lines.js';
import {
  headerLineSchema,
  inclusionLineSchema,
  keyLineSchema,
  manifestLineSchema,
  type ExportHeader,
} from '../export/export-format.js';
import type { Sha256 } from '@axtary/core/digest';
import { isManifest } from './export-lines.js';
import type { Finding } from './verification.js';

/** What the lines of an export say, one after the other. */
export type ExportPart =
  | { readonly kind: 'header'; readonly header: ExportHeader }
  | { readonly kind: 'key'; readonly line: string }
  | {
      readonly kind: 'record';
      readonly entry: RawEntry;
      readonly inclusion: readonly Sha256[] | undefined;
    }
  | { readonly kind: 'manifest'; readonly jws: string };

const KEY_START = Buffer.from('{"key":');
const INCLUSION_START = Buffer.from('{"inclusion":');

/** Puts the lines of an export together; what they mean is checked elsewhere. */
export class ExportReader {
  #isBegun = false;
  #inclusion: readonly Sha256[] | undefined;
  #disclosures: Buffer | undefined;

  /** Whether lines are waiting for their record. */
  get isWithin(): boolean {
    return this.#inclusion !== undefined || this.#disclosures !== undefined;
  }

  /** What the next line completes; `undefined` while more is needed. */
  take(line: Buffer): ExportPart | Finding | undefined {
    if (!this.#isBegun) return this.#header(line);
    if (isManifest(line)) return this.#manifest(line);
    if (startsWith(line, KEY_START)) return this.#key(line);
    if (startsWith(line, INCLUSION_START) && !this.isWithin) return this.#takeInclusion(line);
    if (isDisclosures(line) && this.#disclosures === undefined) {
      this.#disclosures = line;
      return undefined;
    }
    const part = {
      kind: 'record',
      entry: { line, disclosures: this.#disclosures },
      inclusion: this.#inclusion,
    } as const;
    this.#disclosures = undefined;
    this.#inclusion = undefined;
    return part;
  }

  #header(line: Buffer): ExportPart | Finding {
    const read = readCanonical(line);
    const parsed = 'code' in read ? undefined : headerLineSchema.safeParse(read.json);
    if (!parsed?.success) return malformed('the first line is not the header of an export');
    this.#isBegun = true;
    return { kind: 'header', header: parsed.data.export };
  }

  #key(line: Buffer): ExportPart | Finding {
    const read = readCanonical(line);
    const parsed = 'code' in read ? undefined : keyLineSchema.safeParse(read.json);
    if (!parsed?.success || this.isWithin) return malformed('a line is not a key');
    return { kind: 'key', line: parsed.data.key };
  }

  #takeInclusion(line: Buffer): Finding | undefined {
    const read = readCanonical(line);
    const parsed = 'code' in read ? undefined : inclusionLineSchema.safeParse(read.json);
    if (!parsed?.success) return malformed('a line is not an inclusion proof');
    this.#inclusion = parsed.data.inclusion;
    return undefined;
  }

  #manifest(line: Buffer): ExportPart | Finding {
    const read = readCanonical(line);
    const parsed = 'code' in read ? undefined : manifestLineSchema.safeParse(read.json);
    if (!parsed?.success || this.isWithin) return malformed('the last line is not a manifest');
    return { kind: 'manifest', jws: parsed.data.manifest };
  }
}

function startsWith(line: Buffer, start: Buffer): boolean {
  return line.subarray(0, start.length).equals(start);
}

function malformed(message: string): Finding {
  return { code: 'EXPORT_MALFORMED', message };
}
