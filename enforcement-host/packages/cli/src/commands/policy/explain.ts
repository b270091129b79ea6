import {
  createPolicy,
  describeRule,
  describeTest,
  PACK_NAMES,
  rulePlaces,
  type NormalRule,
  type Policy,
  type PolicyRule,
  type RuleInForce,
} from '@axtary/policy';

import type { CliContext } from '../../context.js';
import { CliError } from '../../errors.js';
import { printable, type Terminal } from '../../terminal.js';
import { exampleOf } from './example.js';
import { loadPolicy } from './load-policy.js';
import { VERDICT_COLOURS } from './trace.js';

export interface ExplainOptions {
  readonly policy: string;
  readonly rule?: string;
  readonly json: boolean;
}

interface Explained {
  readonly rule: PolicyRule;
  readonly normal: NormalRule;
  readonly words: string;
  readonly from: string;
}

/** Says in words what one rule does, or all that are in force. */
export async function explain(
  { policy: file, rule: id, json }: ExplainOptions,
  context: CliContext,
): Promise<void> {
  const policy = await loadPolicy(file, context);
  const rules = explainedRules(policy, file);
  const chosen = id === undefined ? rules : rules.filter(({ rule }) => rule.id === id);
  if (chosen.length === 0 && id !== undefined) {
    const message = `${file} has no rule "${id}": "axtary policy explain" lists those it has`;
    throw new CliError('CLI_USAGE', message);
  }
  const { terminal } = context;
  if (json) {
    const example = ({ normal }: Explained): unknown => exampleOf(normal, policy);
    terminal.printJson(chosen.map((each) => ({ ...each, example: example(each) })));
    return;
  }
  if (id === undefined) for (const each of chosen) printShort(each, terminal);
  else for (const each of chosen) printLong(each, policy, terminal);
}

function explainedRules(policy: Policy, file: string): readonly Explained[] {
  const packs = packsOf(policy);
  const lines = new Map(
    rulePlaces(policy.text).map(({ id, idRange }) => [id, idRange.start.line + 1] as const),
  );
  return policy.rules.flatMap(({ rule, origin }, at) => {
    const normal = policy.normalRules[at];
    if (normal === undefined) return [];
    const place = `${file}:${lines.get(rule.id) ?? 1}`;
    const from = fromOf(origin, { policy, place, pack: packs.get(rule.id) });
    return [{ rule, normal, words: describeRule(rule, policy.document), from }];
  });
}

interface Sources {
  readonly policy: Policy;
  readonly place: string;
  readonly pack: string | undefined;
}

function fromOf(origin: RuleInForce['origin'], { policy, place, pack }: Sources): string {
  if (origin === 'preset') return `preset ${policy.document.preset}`;
  return origin === 'pack' ? `pack ${pack ?? ''}` : place;
}

function packsOf({ document }: Policy): ReadonlyMap<string, string> {
  const named = PACK_NAMES.filter((name) => document.packs.includes(name));
  return new Map(
    named.flatMap((name) => {
      const { rules } = createPolicy({ version: 1, preset: 'none', packs: [name] });
      return rules.map(({ rule }) => [rule.id, name] as const);
    }),
  );
}

function printShort({ rule, words, from }: Explained, terminal: Terminal): void {
  const effect = terminal.paint(VERDICT_COLOURS[rule.effect], rule.effect);
  terminal.print(`${printable(rule.id)}  ${effect}  (${printable(from)})`);
  terminal.print(`  ${printable(words)}`);
}

function printLong(explained: Explained, policy: Policy, terminal: Terminal): void {
  const { rule, normal } = explained;
  printShort(explained, terminal);
  if (rule.description !== undefined) terminal.print(`  "${printable(rule.description)}"`);
  terminal.print('\nHolds where all of this does:');
  for (const test of [...normal.match, ...normal.when]) {
    terminal.print(`  - ${printable(describeTest(test))}`);
  }
  const undecided = rule.effect === 'allow' ? 'does not hold' : 'holds';
  terminal.print(`  What cannot be decided ${undecided} in a rule with effect ${rule.effect}.`);
  if (normal.requirements.length > 0) terminal.print('\nThen it requires, or else denies:');
  for (const { obligation, test } of normal.requirements) {
    terminal.print(`  - ${obligation}: ${printable(describeTest(test))}`);
  }
  terminal.print('\nNormal form:');
  const { match, when, requirements } = normal;
  terminal.print(printable(JSON.stringify({ match, when, requirements })));
  const example = exampleOf(normal, policy);
  if (example === undefined) return;
  terminal.print('\nAn action for which it holds (for "axtary policy simulate"):');
  terminal.print(printable(JSON.stringify(example)));
}
