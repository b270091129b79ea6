import { sha256Schema } from '@axtary/core';
import { z } from 'zod';

// An export is one file, one JSON value a line, each line in the form of RFC 8785:
//   {"export":{…}}                    what is in it, see `exportHeaderSchema`
//   {"key":"{…}"}                     the line of the genesis, then of each `key_epoch`
//   {"inclusion":["sha256:…",…]}      only in a selection: the proof of the record after it
//   {"disclosures":[[…],…]}           what is disclosed of the record after it
//   {"body":{…},…,"v":1}              the record's line, exactly as in the ledger
//   …                                 the last record is a checkpoint
//   {"manifest":"<compact JWS>"}      signed by the key of that checkpoint's epoch

const log = z.string().regex(/^log_[A-Za-z0-9_-]{22}$/);
const count = z.int().nonnegative();
const names = z.array(z.string().min(1).max(256)).max(1000);

/** Which records were selected, and which sealed members kept back: what is missing on purpose. */
const selectionSchema = z.strictObject({
  /** Record types. */
  types: names.exactOptional(),
  /** RFC 3339, UTC: from this moment on, and before that one. */
  since: z.string().max(64).exactOptional(),
  until: z.string().max(64).exactOptional(),
  agents: names.exactOptional(),
  tools: names.exactOptional(),
});
export type ExportSelection = z.infer<typeof selectionSchema>;

/** The first line of an export. */
export const exportHeaderSchema = z.strictObject({
  format: z.literal(1),
  log,
  /** First record; everything from it to the end is here unless there is a selection. */
  from: count,
  /** Records of the tree that the last record, a checkpoint, signs, and its root. */
  size: count,
  root: sha256Schema,
  /** `prev` of the first record, and the frontier of the tree before it; absent in a selection. */
  prev: sha256Schema.exactOptional(),
  tree: z
    .strictObject({ size: count, nodes: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(64) })
    .exactOptional(),
  select: selectionSchema.exactOptional(),
  /** Names of sealed members that were kept back, such as `payloadHash` or `decision.context`. */
  redact: names.exactOptional(),
});
export type ExportHeader = z.infer<typeof exportHeaderSchema>;

/** What the manifest signs; RFC 8785 form. */
export const exportManifestSchema = z.strictObject({
  log,
  /** As in the header. */
  size: count,
  root: sha256Schema,
  /** Leaf hash of that checkpoint's record. */
  head: sha256Schema,
  /** Records in the file. */
  records: count,
  /** Sealed members that are not disclosed. */
  hidden: count,
  /** SHA-256 of all bytes before the manifest's line. */
  content: sha256Schema,
  /** When and by what it was made. */
  created: z.iso.datetime({ precision: 3 }),
  software: z.string().min(1).max(512),
  /** That an earlier state of the ledger is the beginning of this one (RFC 6962 section 2.1.2). */
  consistency: z
    .strictObject({ size: count, root: sha256Schema, proof: z.array(sha256Schema).max(64) })
    .exactOptional(),
});
export type ExportManifest = z.infer<typeof exportManifestSchema>;

export const headerLineSchema = z.strictObject({ export: exportHeaderSchema });
export const keyLineSchema = z.strictObject({ key: z.string().max(16_384) });
export const inclusionLineSchema = z.strictObject({ inclusion: z.array(sha256Schema).max(64) });
export const manifestLineSchema = z.strictObject({ manifest: z.string().max(16_384) });
