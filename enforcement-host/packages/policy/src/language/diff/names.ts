import type { Condition } from '../../document/condition.js';
import { OPERATORS } from '../../document/condition.js';
import type { PolicyRule } from '../../document/rule.js';
import { listOf, type Scalar } from '../../document/text.js';
import type { Policy, PolicyServer } from '../../policy.js';
import { listsOf } from '../../presets/lists.js';
import { counted } from '../words.js';
import { areRetyped, worstOf, type ChangeDirection, type PolicyChange } from './change.js';

/** Lists, roles and servers that changed. */
export function namesChanged(before: Policy | undefined, after: Policy): readonly PolicyChange[] {
  const rules = [...(before?.rules ?? []), ...after.rules]
    .filter(({ rule }) => rule.shadow !== true)
    .map(({ rule }) => rule);
  const lists = { old: before && listsOf(before.document), now: listsOf(after.document) };
  const roles = { old: before?.document.roles, now: after.document.roles };
  return [
    ...entries('list', lists, (name, change) =>
      worstOf(
        rules.flatMap((rule) => usesOfList(rule, name)).map((use) => directionOf(use, change)),
      ),
    ),
    ...entries('role', roles, (name, change) =>
      worstOf(
        rules.flatMap((rule) => usesOfRole(rule, name)).map((use) => directionOf(use, change)),
      ),
    ),
    ...serverChanges(before?.servers ?? new Map(), after.servers),
  ];
}

interface Change {
  readonly added: number;
  readonly removed: number;
  /** Whether values of another type are now compared: then others cannot be decided any more. */
  readonly isRetyped: boolean;
}

/** What more entries of a list or role do where it is used, and what fewer do. */
interface Use {
  readonly more: ChangeDirection;
  readonly fewer: ChangeDirection;
}

type Members = Readonly<Record<string, readonly Scalar[]>>;

interface Sides {
  readonly old: Members | undefined;
  readonly now: Members;
}

function entries(
  kind: 'list' | 'role',
  { old = {}, now }: Sides,
  judge: (name: string, change: Change) => ChangeDirection,
): readonly PolicyChange[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const before = membersOf(old, name);
    const after = membersOf(now, name);
    const change = {
      added: (after ?? []).filter((each) => before?.includes(each) !== true).length,
      removed: (before ?? []).filter((each) => after?.includes(each) !== true).length,
      isRetyped: areRetyped(before ?? [], after ?? []),
    };
    const isSame =
      change.added + change.removed === 0 && (before === undefined) === (after === undefined);
    if (isSame) return [];
    return [
      {
        kind,
        name,
        direction: judge(name, change),
        path: [`${kind}s`, name],
        details: detailsOf(change),
        ...(before !== undefined && { before: counted(before.length, 'entry') }),
        ...(after !== undefined && { after: counted(after.length, 'entry') }),
      },
    ];
  });
}

function membersOf(members: Members, name: string): readonly Scalar[] | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function detailsOf({ added, removed }: Change): readonly string[] {
  return [
    ...(added === 0 ? [] : [`${added} added`]),
    ...(removed === 0 ? [] : [`${removed} removed`]),
  ];
}

function directionOf(use: Use, { added, removed, isRetyped }: Change): ChangeDirection {
  return worstOf([
    added > 0 ? use.more : 'neutral',
    removed > 0 ? use.fewer : 'neutral',
    isRetyped ? 'unclear' : 'neutral',
  ]);
}

function usesOfList(rule: PolicyRule, name: string): readonly Use[] {
  const conditions = (rule.when ?? []).flatMap((condition) => polarities(condition, name, true));
  const uses = conditions.map((isPositive) => effectOf(rule, isPositive));
  const limits = Object.values(rule.obligations?.fields ?? {});
  const inLimits = limits.flatMap((limit) => polarities(limit, name, true));
  return [...uses, ...inLimits.map((isPositive) => (isPositive ? LOOSENING : flipped(LOOSENING)))];
}

const LOOSENING: Use = { more: 'loosens', fewer: 'tightens' };

function effectOf({ effect, obligations }: PolicyRule, isPositive: boolean): Use {
  const use = reachOf(effect, obligations !== undefined);
  return isPositive ? use : flipped(use);
}

// Where a rule that asks holds more often, something denied may become possible; where one that
// binds holds less often, what other rules permit is bound less.
function reachOf(effect: PolicyRule['effect'], isBinding: boolean): Use {
  if (effect === 'step_up') return { more: 'unclear', fewer: 'unclear' };
  if (effect === 'deny') return flipped(LOOSENING);
  return isBinding ? { more: 'loosens', fewer: 'unclear' } : LOOSENING;
}

function flipped({ more, fewer }: Use): Use {
  return { more: fewer, fewer: more };
}

/** For each mention of a list: whether more entries make the condition hold more often. */
function polarities(condition: Condition, name: string, isPositive: boolean): readonly boolean[] {
  const { any = [], all = [], not } = condition;
  const own = OPERATORS.flatMap((operator) => {
    const isMention = operator.endsWith('Field') && condition[operator] === `lists.${name}`;
    return isMention ? [(operator !== 'notEqualsField') === isPositive] : [];
  });
  const inner = [...any, ...all].flatMap((each) => polarities(each, name, isPositive));
  return not === undefined
    ? [...own, ...inner]
    : [...own, ...inner, ...polarities(not, name, !isPositive)];
}

function usesOfRole(rule: PolicyRule, name: string): readonly Use[] {
  const isMatched = listOf(rule.match.roles ?? []).includes(name);
  const approves = rule.obligations?.approverRoles?.includes(name) === true;
  return [...(isMatched ? [effectOf(rule, true)] : []), ...(approves ? [LOOSENING] : [])];
}

type Servers = ReadonlyMap<string, PolicyServer>;

// A server is a command that will be run, or an address that will be sent to.
function serverChanges(old: Servers, now: Servers): readonly PolicyChange[] {
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names.flatMap((name) => {
    const [before, after] = [old.get(name), now.get(name)];
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    return [
      {
        kind: 'server',
        name,
        direction: after === undefined ? 'unclear' : 'loosens',
        path: ['servers', name],
        details: [],
        ...(before && { before: serverWords(before) }),
        ...(after && { after: serverWords(after) }),
      },
    ];
  });
}

function serverWords(server: PolicyServer): string {
  return server.transport === 'http'
    ? `sends to ${server.url}`
    : `runs ${[server.command, ...server.args].join(' ')}`;
}
