import { verdictSchema, type Clock, type JsonValue } from '@axtary/core';
import type { LedgerRecord, Projection, RecordOf } from '@axtary/ledger';
import {
  ruleDenialSchema,
  type PolicyActivity,
  type RuleActivity,
  type RuleDenial,
} from '@axtary/protocol';
import { z } from 'zod';

import { titleOfDecision } from './ledger-items.js';

/** Decisions that are remembered; the ledger has them all. */
const MAX_DECISIONS = 20_000;
const MAX_DENIALS = 200;
const MAX_MESSAGE = 512;

const rememberedSchema = z.strictObject({
  seq: z.int(),
  /** RFC 3339, UTC. */
  time: z.string(),
  verdict: verdictSchema,
  rules: z.array(z.string()).readonly(),
  /** Rules that are only tried out and would have determined the decision. */
  shadowed: z.array(z.string()).readonly(),
  title: z.string(),
});
type Remembered = Readonly<z.infer<typeof rememberedSchema>>;

/** Decisions that are saved, so that what is saved stays small. */
const MAX_SAVED = 4000;

const savedSchema = z.strictObject({
  decisions: z.array(rememberedSchema),
  denials: z.array(ruleDenialSchema),
  isWhole: z.boolean(),
});

/** What rules did lately: an index in memory, filled by a ledger's records in their order. */
export class RuleActivityIndex implements Projection {
  readonly name = 'activity/1';
  readonly #clock: Clock;
  #decisions: Remembered[] = [];
  #denials: RuleDenial[] = [];
  /** Each list of rules once: there are few, and many decisions. */
  readonly #lists = new Map<string, readonly string[]>();
  #isWhole = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(record: LedgerRecord): void {
    if (record.type !== 'decision') return;
    const { body, seq, ts } = record;
    const rules = body.reasons.map(({ rule }) => rule);
    const shadowed = (body.shadow?.reasons ?? [])
      .map(({ rule }) => rule)
      .filter((rule) => !rules.includes(rule));
    this.#decisions.push({
      seq,
      time: ts,
      verdict: body.verdict,
      rules: this.#shared(rules),
      shadowed: this.#shared(shadowed),
      title: titleOfDecision(body),
    });
    if (body.verdict === 'deny') this.#noteDenial(record);
    if (this.#decisions.length < MAX_DECISIONS * 2) return;
    this.#decisions = this.#decisions.slice(-MAX_DECISIONS);
    this.#isWhole = false;
  }

  save(): JsonValue {
    const decisions = this.#decisions.slice(-MAX_SAVED);
    const isWhole = this.#isWhole && decisions.length === this.#decisions.length;
    return { decisions, denials: this.#denials, isWhole };
  }

  restore(saved: JsonValue | undefined): void {
    const { decisions, denials, isWhole } =
      saved === undefined
        ? { decisions: [], denials: [], isWhole: true }
        : savedSchema.parse(saved);
    this.#decisions = decisions;
    this.#denials = denials;
    this.#isWhole = isWhole;
  }

  /** What happened in the last hours, as far as it is remembered; `since` says how far. */
  since(hours: number): PolicyActivity {
    const start = new Date(this.#clock.now().getTime() - hours * 3_600_000).toISOString();
    const oldest = this.#decisions[0]?.time ?? start;
    const since = !this.#isWhole && oldest > start ? oldest : start;
    const counts = new Counts();
    for (const decision of this.#decisions) if (decision.time >= since) counts.add(decision);
    const denials = this.#denials.filter(({ time }) => time >= since).reverse();
    return { since, rules: counts.all(), denials };
  }

  #noteDenial({ seq, ts, body }: RecordOf<'decision'>): void {
    const { action } = body;
    if (!action) return;
    const { tool, resource } = action.capability;
    const denials = body.reasons.map(({ rule, message }) => ({
      seq,
      time: ts,
      rule,
      tool,
      resource,
      agent: action.actor.agent,
      message: message.slice(0, MAX_MESSAGE),
    }));
    this.#denials = [...this.#denials, ...denials].slice(-MAX_DENIALS);
  }

  #shared(rules: readonly string[]): readonly string[] {
    const key = rules.join('\n');
    const known = this.#lists.get(key);
    if (known) return known;
    if (this.#lists.size >= MAX_DECISIONS) this.#lists.clear();
    this.#lists.set(key, rules);
    return rules;
  }
}

interface Counted {
  matches: number;
  denied: number;
  asked: number;
  shadowed: number;
  lastDenied?: RuleActivity['lastDenied'];
}

class Counts {
  readonly #byRule = new Map<string, Counted>();

  add({ rules, shadowed, verdict, seq, time, title }: Remembered): void {
    for (const rule of rules) {
      const counted = this.#of(rule);
      counted.matches++;
      if (verdict === 'step_up') counted.asked++;
      if (verdict !== 'deny') continue;
      counted.denied++;
      counted.lastDenied = { seq, time, title };
    }
    for (const rule of shadowed) this.#of(rule).shadowed++;
  }

  all(): RuleActivity[] {
    return [...this.#byRule].map(([rule, counted]) => ({ rule, ...counted }));
  }

  #of(rule: string): Counted {
    const known = this.#byRule.get(rule);
    if (known) return known;
    const counted = { matches: 0, denied: 0, asked: 0, shadowed: 0 };
    this.#byRule.set(rule, counted);
    return counted;
  }
}
