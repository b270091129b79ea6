import type { Reason, Verdict } from '@axtary/core';

import {
  cautionOf,
  metersOf,
  type Meter,
  type NormalRule,
  type NormalTest,
} from '../normal/normal-form.js';
import { compileGlobs, compileTest, inOneSpelling, type Test } from './condition.js';

/** A rule ready to be asked, of an action with its tool and resource. */
export interface CompiledRule {
  readonly reason: Reason;
  /** It holds where all of these do. */
  readonly conditions: readonly Test[];
  readonly requirements: readonly CompiledRequirement[];
  readonly approvals: NormalRule['approvals'];
  readonly passTtlSeconds: number | undefined;
  readonly requiresTests: boolean;
  /** What executing adds to. */
  readonly meters: readonly Meter[];
  /** Those whose counts the rule needs: its own, and those that its conditions ask about. */
  readonly metersRead: readonly Meter[];
}

export interface CompiledRequirement {
  readonly reason: Reason;
  readonly isMet: Test;
}

/** The rules about a tool and a resource, each list by id. */
export interface Candidates extends Readonly<Record<Verdict, readonly CompiledRule[]>> {
  /** Whether a rule that permits binds what it permits: then all that hold must be known. */
  readonly binds: boolean;
  /** The meters that any of the rules needs the counts of, each once. */
  readonly meters: readonly Meter[];
}

/** A rule and how it names tools and resources: by a list without stars, by globs, or not at all. */
interface IndexedRule {
  readonly id: string;
  readonly effect: Verdict;
  readonly compiled: CompiledRule;
  readonly tools: Names;
  readonly resources: Names;
}

interface Names {
  readonly exact: readonly string[] | undefined;
  readonly globs: readonly string[];
  readonly matches: (name: string) => boolean;
}

/** Rules of one tool, or of any, found by their resources. */
class ResourceIndex {
  readonly #byResource = new Map<string, IndexedRule[]>();
  /** By the length and the text of what stands before a glob's first star. */
  readonly #byPrefix = new Map<number, Map<string, IndexedRule[]>>();
  readonly #about: IndexedRule[] = [];
  readonly #all: IndexedRule[] = [];

  add(rule: IndexedRule): void {
    const { exact, globs } = rule.resources;
    this.#all.push(rule);
    if (exact === undefined && globs.length === 0) this.#about.push(rule);
    for (const name of exact ?? []) addTo(this.#byResource, name, rule);
    if (exact !== undefined) return;
    for (const prefix of new Set(globs.map(prefixOf))) this.#addPrefix(prefix, rule);
  }

  about(tool: string, resource: string): readonly IndexedRule[] {
    // A resource in an unclear spelling may be any: rules that restrict are about it.
    const isClear = inOneSpelling(resource) !== undefined;
    const all = isClear ? this.#couldBeAbout(resource) : this.#all;
    return all.filter(({ effect, tools, resources }) => {
      if (!tools.matches(tool)) return false;
      return resources === ANY || (isClear ? resources.matches(resource) : cautionOf(effect));
    });
  }

  #couldBeAbout(resource: string): readonly IndexedRule[] {
    const found = new Set([...(this.#byResource.get(resource) ?? []), ...this.#about]);
    for (const [length, byPrefix] of this.#byPrefix) {
      for (const rule of byPrefix.get(resource.slice(0, length)) ?? []) found.add(rule);
    }
    return [...found];
  }

  #addPrefix(prefix: string, rule: IndexedRule): void {
    const byPrefix = this.#byPrefix.get(prefix.length) ?? new Map<string, IndexedRule[]>();
    this.#byPrefix.set(prefix.length, byPrefix);
    addTo(byPrefix, prefix, rule);
  }
}

// What is remembered: enough for what a session does again and again, bounded for who varies it.
const MAX_REMEMBERED_RULES = 200_000;
const MAX_REMEMBERED_LENGTH = 512;

/**
 * The rules of a policy, found by what they could match. Their order does not matter. What a tool
 * and a resource come to is remembered, as it depends on nothing else.
 */
export class RuleIndex {
  readonly #byTool = new Map<string, ResourceIndex>();
  readonly #anyTool = new ResourceIndex();
  readonly #remembered = new Map<string, Map<string, Candidates>>();
  #size = 0;

  constructor(rules: readonly NormalRule[]) {
    for (const rule of rules) {
      const indexed = indexRule(rule);
      for (const index of this.#indexesFor(indexed)) index.add(indexed);
    }
  }

  about(tool: string, resource: string): Candidates {
    return this.#remembered.get(tool)?.get(resource) ?? this.#find(tool, resource);
  }

  #find(tool: string, resource: string): Candidates {
    const indexed = [
      ...(this.#byTool.get(tool)?.about(tool, resource) ?? []),
      ...this.#anyTool.about(tool, resource),
    ];
    const candidates = toCandidates(indexed);
    if (tool.length + resource.length <= MAX_REMEMBERED_LENGTH) {
      this.#remember({ tool, resource, candidates }, indexed.length + 1);
    }
    return candidates;
  }

  #remember({ tool, resource, candidates }: Remembered, size: number): void {
    this.#size += size;
    if (this.#size > MAX_REMEMBERED_RULES) {
      this.#remembered.clear();
      this.#size = size;
    }
    const ofTool = this.#remembered.get(tool) ?? new Map<string, Candidates>();
    this.#remembered.set(tool, ofTool.set(resource, candidates));
  }

  #indexesFor({ tools }: IndexedRule): readonly ResourceIndex[] {
    return (
      tools.exact?.map((tool) => {
        const index = this.#byTool.get(tool) ?? new ResourceIndex();
        this.#byTool.set(tool, index);
        return index;
      }) ?? [this.#anyTool]
    );
  }
}

interface Remembered {
  readonly tool: string;
  readonly resource: string;
  readonly candidates: Candidates;
}

function toCandidates(rules: readonly IndexedRule[]): Candidates {
  const sorted = rules.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const of = (effect: Verdict) =>
    sorted.filter((rule) => rule.effect === effect).map(({ compiled }) => compiled);
  const [deny, step_up, allow] = [of('deny'), of('step_up'), of('allow')];
  const binds = [...step_up, ...allow].some(isBinding);
  return { deny, step_up, allow, binds, meters: eachOnce([...step_up, ...allow, ...deny]) };
}

function eachOnce(rules: readonly CompiledRule[]): readonly Meter[] {
  const meters = rules.flatMap(({ metersRead }) => metersRead);
  return [...new Map(meters.map((meter) => [meter.id, meter])).values()];
}

function isBinding({ passTtlSeconds, requirements, approvals }: CompiledRule): boolean {
  return passTtlSeconds !== undefined || approvals !== undefined || requirements.length > 0;
}

function indexRule(rule: NormalRule): IndexedRule {
  const { id, effect, match } = rule;
  const isIndexed = (test: NormalTest) =>
    isAbout(test, 'capability.tool') || isAbout(test, 'capability.resource');
  return {
    id,
    effect,
    tools: namesOf(match, 'capability.tool'),
    resources: namesOf(match, 'capability.resource'),
    compiled: compileRule(rule, [...match.filter((test) => !isIndexed(test)), ...rule.when]),
  };
}

const ANY: Names = { exact: undefined, globs: [], matches: () => true };

function namesOf(match: readonly NormalTest[], field: string): Names {
  const test = match.find((one) => isAbout(one, field));
  if (test?.op !== 'matches') return ANY;
  const isExact = test.globs.every((name) => !name.includes('*'));
  const globs = compileGlobs(test.globs);
  return {
    exact: isExact ? [...new Set(test.globs)] : undefined,
    globs: test.globs,
    matches: (name) => globs.some((glob) => glob(name)),
  };
}

function isAbout(test: NormalTest, field: string): boolean {
  return test.op === 'matches' && test.field === field;
}

function compileRule(rule: NormalRule, conditions: readonly NormalTest[]): CompiledRule {
  const { id, effect, message, requirements, approvals, passTtlSeconds } = rule;
  const caution = cautionOf(effect);
  const meters = requirements.flatMap(({ test }) => metersOf(test));
  return {
    reason: Object.freeze({ rule: id, effect, message }),
    conditions: conditions.map((test) => compileTest(test, caution)),
    requirements: requirements.map(({ obligation, words, test }) => ({
      reason: Object.freeze({
        rule: id,
        effect: 'deny' as const,
        message: `rule ${id} requires ${words}`,
        obligation,
      }),
      isMet: compileTest(test, false),
    })),
    approvals,
    passTtlSeconds,
    requiresTests: requirements.some(({ obligation }) => obligation === 'requiresTests'),
    meters,
    metersRead: [...meters, ...conditions.flatMap(metersOf)],
  };
}

function addTo(map: Map<string, IndexedRule[]>, name: string, rule: IndexedRule): void {
  const rules = map.get(name) ?? [];
  map.set(name, rules);
  rules.push(rule);
}

function prefixOf(glob: string): string {
  return glob.slice(0, (glob + '*').indexOf('*'));
}
