import type { Match, PolicyRule } from '../document/rule.js';
import { listOf } from '../document/text.js';
import type { RuleInForce } from '../policy.js';
import type { Finding } from './finding.js';
import { globsCover } from './glob-relations.js';

interface OwnRule {
  readonly rule: PolicyRule;
  /** Position among the file's own rules. */
  readonly index: number;
}

/** Own rules that others leave without effect. */
export function shadowedRules(rules: readonly RuleInForce[]): readonly Finding[] {
  const enforced = rules.filter(({ rule }) => rule.shadow !== true).map(({ rule }) => rule);
  const covers = new Covers(
    enforced.filter(({ effect, when }) => effect !== 'allow' && when === undefined),
  );
  const own = rules.filter(({ origin }) => origin === 'file');
  return own.flatMap(({ rule }, index) => {
    if (rule.shadow === true) return [];
    const cover = covers.find(rule);
    return cover === undefined ? [] : [shadowed({ rule, index }, cover)];
  });
}

function shadowed({ rule, index }: OwnRule, cover: PolicyRule): Finding {
  const isSame = rule.effect === cover.effect;
  const what = `"${cover.id}" ${cover.effect === 'deny' ? 'denies' : 'asks an approver about'} all of this`;
  return {
    code: 'shadowed',
    severity: isSame ? 'info' : 'warning',
    message: isSame ? `adds nothing: ${what}` : `never decides: ${what}`,
    path: ['policies', index, 'id'],
  };
}

const MAX_COMPARISONS = 20_000;

/** Rules without conditions, by the tools that they name. */
class Covers {
  readonly #byTool = new Map<string, PolicyRule[]>();
  readonly #others: PolicyRule[] = [];
  readonly #order: ReadonlyMap<PolicyRule, number>;
  #left = MAX_COMPARISONS;

  constructor(rules: readonly PolicyRule[]) {
    this.#order = new Map(rules.map((rule, index) => [rule, index]));
    for (const rule of rules) {
      const tools = listOf(rule.match.tool ?? '*');
      const isExact = tools.every((tool) => !tool.includes('*'));
      if (!isExact) this.#others.push(rule);
      for (const tool of isExact ? tools : []) {
        const known = this.#byTool.get(tool);
        if (known === undefined) this.#byTool.set(tool, [rule]);
        else known.push(rule);
      }
    }
  }

  find(rule: PolicyRule): PolicyRule | undefined {
    const [tool = ''] = listOf(rule.match.tool ?? '');
    const candidates = [...(this.#byTool.get(tool) ?? []), ...this.#others];
    for (const candidate of candidates) {
      if (--this.#left < 0) return undefined;
      if (candidate === rule || !overrides(candidate, rule)) continue;
      if (candidate.effect !== rule.effect || !this.#isMutual(candidate, rule)) return candidate;
    }
    return undefined;
  }

  // Of two rules that cover each other, the earlier one stays.
  #isMutual(cover: PolicyRule, rule: PolicyRule): boolean {
    const isLater = (this.#order.get(cover) ?? 0) > (this.#order.get(rule) ?? 0);
    return isLater && rule.when === undefined && overrides(rule, cover);
  }
}

function overrides(cover: PolicyRule, rule: PolicyRule): boolean {
  const { effect, obligations } = rule;
  // A rule that asks leaves standing what else must be met: only a denial makes that idle.
  const isOverruled = cover.effect === 'deny' || (effect === 'allow' && obligations === undefined);
  return isOverruled && matchCovers(cover.match, rule.match);
}

/** True where every action that `narrow` matches surely is one that `wide` matches. */
export function matchCovers(wide: Match, narrow: Match): boolean {
  const { roles, ...globs } = wide;
  if (roles !== undefined) {
    const inner = narrow.roles;
    if (inner === undefined) return false;
    if (!listOf(inner).every((role) => listOf(roles).includes(role))) return false;
  }
  const keys = Object.keys(globs) as (keyof typeof globs)[];
  return keys.every((key) => {
    const outer = wide[key];
    const inner = narrow[key];
    return outer === undefined || (inner !== undefined && globsCover(listOf(outer), listOf(inner)));
  });
}

/** Own rules that say what an earlier rule says. */
export function sameRules(rules: readonly RuleInForce[]): readonly Finding[] {
  const first = new Map<string, string>();
  const given = rules.filter(({ origin }) => origin !== 'file');
  for (const { rule } of given) first.set(textOf(rule), rule.id);
  const own = rules.filter(({ origin }) => origin === 'file');
  return own.flatMap(({ rule }, index) => {
    const text = textOf(rule);
    const known = first.get(text);
    if (known === undefined) {
      first.set(text, rule.id);
      return [];
    }
    const message = `says the same as "${known}"`;
    return [{ code: 'same-rule', severity: 'warning', message, path: ['policies', index, 'id'] }];
  });
}

function textOf({ effect, shadow = false, match, when, obligations }: PolicyRule): string {
  const sorted = Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([effect, shadow, sorted, when, obligations]);
}
