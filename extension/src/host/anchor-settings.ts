import { anchorDescriptionSchema, type AnchorDescription } from '@axtary/protocol';

const MAX_ANCHORS = 16;

/** What the setting of anchors says. */
export interface AnchorSettings {
  readonly anchors: AnchorDescription[];
  /** Why entries are left out, such as `2: expected an absolute path (out)`; entries count from 1. */
  readonly problems: readonly string[];
}

/** Reads the setting `axtary.ledger.anchors`; an entry that makes no sense does not cost the others. */
export function parseAnchorSettings(value: unknown): AnchorSettings {
  if (!Array.isArray(value)) return { anchors: [], problems: ['it is no list'] };
  const anchors: AnchorDescription[] = [];
  const problems: string[] = [];
  for (const [n, entry] of value.entries()) {
    const { data, error } = anchorDescriptionSchema.safeParse(entry);
    if (data !== undefined && anchors.length < MAX_ANCHORS) anchors.push(data);
    else problems.push(`${n + 1}: ${error ? problemOf(error) : `more than ${MAX_ANCHORS}`}`);
  }
  return { anchors, problems };
}

function problemOf({
  issues: [issue],
}: {
  readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[];
}): string {
  const where = issue?.path.map(String).join('.') ?? '';
  return where === '' ? (issue?.message ?? '') : `${issue?.message ?? ''} (${where})`;
}
