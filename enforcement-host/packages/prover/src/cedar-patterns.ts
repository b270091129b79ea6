import {
  cedarSubject,
  fold,
  patternPolicies,
  segmentNeeds,
  type CedarPolicies,
  type CedarProgram,
  type FieldFact,
  type MatchedPatterns,
  type Pattern,
  type SegmentNeeds,
} from '@axtary/policy';

import { type Cedar, CedarSlot, messagesOf } from './cedar-slots.js';

const MAX_REMEMBERED = 4096;

/** Asks Cedar which patterns the texts of an action match: one request for each distinct text. */
export class PatternMatcher {
  readonly #cedar: Cedar;
  readonly #ownFields: ReadonlySet<string>;
  readonly #givenFields: ReadonlySet<string>;
  readonly #given: readonly Pattern[];
  readonly #own: Asker;
  #lastGiven: { readonly key: string; readonly asker: Asker } | undefined;

  constructor(cedar: Cedar, { vocabulary, patterns: own, segments }: CedarProgram) {
    const { patterns } = vocabulary;
    this.#cedar = cedar;
    this.#given = patterns.filter(({ globs }) => 'other' in globs);
    this.#givenFields = fieldsOf(this.#given);
    this.#ownFields = fieldsOf(patterns.filter(({ globs }) => !('other' in globs)));
    this.#own = new Asker(cedar, own, segments);
  }

  /** By field: the patterns that any, and that every text of it matches. */
  match(facts: Readonly<Record<string, FieldFact>>): ReadonlyMap<string, MatchedPatterns> {
    const given = this.#givenAsker(facts);
    const fields = new Set([...this.#ownFields, ...this.#givenFields]);
    const matched = [...fields].map((field) => {
      const patterns = [...new Set(facts[field]?.texts)].map((text) => [
        ...(this.#ownFields.has(field) ? this.#own.ask(text) : []),
        ...(this.#givenFields.has(field) ? given.ask(text) : []),
      ]);
      return [field, { any: unionOf(patterns), every: intersectionOf(patterns) }] as const;
    });
    return new Map(matched);
  }

  // Globs that the action brings are patterns of this action only; a session repeats them.
  #givenAsker(facts: Readonly<Record<string, FieldFact>>): Asker {
    const patterns = this.#given.flatMap((pattern) => {
      const fact = 'other' in pattern.globs ? facts[pattern.globs.other] : undefined;
      const isKnown = pattern.folded ? fact?.foldedGlobs : fact?.globs;
      if (fact === undefined || isKnown !== true || fact.texts.length === 0) return [];
      return [{ ...pattern, globs: fact.texts }];
    });
    const key = JSON.stringify(patterns.map(({ id, globs }) => [id, globs]));
    if (this.#lastGiven?.key === key) return this.#lastGiven.asker;
    const globs = patterns.flatMap((each) => (each.folded ? each.globs.map(fold) : each.globs));
    const asker = new Asker(this.#cedar, patternPolicies(patterns), segmentNeeds(globs));
    this.#lastGiven = { key, asker };
    return asker;
  }
}

class Asker {
  readonly #cedar: Cedar;
  readonly #slot: CedarSlot | undefined;
  readonly #needs: SegmentNeeds;
  readonly #known = new Map<string, readonly string[]>();

  constructor(cedar: Cedar, policies: CedarPolicies, needs: SegmentNeeds) {
    this.#cedar = cedar;
    this.#slot = Object.keys(policies).length === 0 ? undefined : new CedarSlot(cedar, policies);
    this.#needs = needs;
  }

  ask(text: string): readonly string[] {
    if (this.#slot === undefined) return [];
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const patterns = this.#askCedar(text, this.#slot);
    if (this.#known.size === MAX_REMEMBERED) this.#known.clear();
    this.#known.set(text, patterns);
    return patterns;
  }

  #askCedar(text: string, slot: CedarSlot): readonly string[] {
    const answer = this.#cedar.statefulIsAuthorized({
      principal: { type: 'Agent', id: 'prover' },
      action: { type: 'Action', id: 'match' },
      resource: { type: 'Resource', id: 'text' },
      context: {
        exact: cedarSubject(text, this.#needs),
        folded: cedarSubject(fold(text), this.#needs),
      },
      preparsedPolicySetId: slot.take(),
      entities: [],
    });
    if (answer.type === 'failure') throw new Error(messagesOf(answer.errors));
    const { errors, reason } = answer.response.diagnostics;
    if (errors.length > 0) throw new Error(messagesOf(errors.map(({ error }) => error)));
    return reason;
  }
}

function fieldsOf(patterns: readonly Pattern[]): ReadonlySet<string> {
  return new Set(patterns.flatMap(({ fields }) => [...fields]));
}

function unionOf(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}

function intersectionOf([
  first = [],
  ...others
]: readonly (readonly string[])[]): readonly string[] {
  return first.filter((each) => others.every((list) => list.includes(each)));
}
