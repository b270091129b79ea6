import { fold, type FieldFact } from '../project-field.js';
import type { Projection } from '../project-action.js';
import { regoGlobs, type RegoGlobs } from './rego-globs.js';

/** A field's fact, and its texts as globs where rules use them so. */
export interface RegoField extends FieldFact {
  readonly patterns: RegoGlobs;
  readonly foldedPatterns: RegoGlobs;
}

/** The input of the Rego modules: an action as its projection. */
export interface RegoInput extends Omit<Projection, 'fields'> {
  readonly fields: Readonly<Record<string, RegoField>>;
}

/**
 * Adds to a projection what only Rego reads.
 *
 * @param globFields The fields that rules take globs from.
 */
export function regoInput(projection: Projection, globFields: ReadonlySet<string>): RegoInput {
  const fields = Object.entries(projection.fields).map(([field, fact]) => {
    const isAsked = globFields.has(field) && fact.globs;
    const patterns = regoGlobs(isAsked ? fact.texts : []);
    const foldedPatterns = regoGlobs(isAsked && fact.foldedGlobs ? fact.texts.map(fold) : []);
    return [field, { ...fact, patterns, foldedPatterns }] as const;
  });
  return { ...projection, fields: Object.fromEntries(fields) };
}
