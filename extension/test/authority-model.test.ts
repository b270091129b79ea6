import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  authorityTree,
  delegationPath,
  scopeText,
  stopOf,
  unknownOutcomes,
  type AuthorityNode,
  type DelegationNode,
} from '../src/model/authority-tree.js';
import { budgetLevel, tightestBudget, usedPercent } from '../src/model/budget.js';
import {
  demoAuthority,
  demoBudget,
  demoDelegation,
  demoFolder,
  demoKey,
  demoReservation,
  demoRevocation,
} from './support/demo-authority.js';

const root = demoDelegation('root');
const child = demoDelegation('child', { parent: 'root', depth: 1 });
const grandchild = demoDelegation('grandchild', { parent: 'child', depth: 2 });

function folderWith(state: Parameters<typeof demoAuthority>[0]) {
  return demoFolder({ authority: demoAuthority(state) });
}

function group(nodes: readonly AuthorityNode[], id: string): readonly AuthorityNode[] {
  const found = nodes.find((node) => node.id === id);
  return found?.kind === 'group' ? found.nodes : [];
}

function idsOf(nodes: readonly AuthorityNode[]): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'group') return [node.id, ...idsOf(node.nodes)];
    return node.kind === 'delegation' ? [node.id, ...idsOf(node.children)] : [node.id];
  });
}

describe('authority tree', () => {
  it('is empty while nothing is known, and while nothing is there', () => {
    assert.deepEqual(authorityTree([]), []);
    assert.deepEqual(authorityTree([demoFolder()]), []);
    assert.deepEqual(authorityTree([folderWith({})]), []);
  });

  it('has a group for everything there is, and the stop before all of them', () => {
    const stop = demoRevocation({ kind: 'all' });
    const folder = folderWith({
      stopped: stop,
      keys: [demoKey('k')],
      revocations: [stop],
      budgets: [demoBudget()],
      reservations: [demoReservation()],
      delegations: [root],
    });
    assert.deepEqual(
      authorityTree([folder]).map(({ id }) => id),
      ['stopped', 'budgets', 'unknown', 'delegations', 'keys', 'revocations'],
    );
    assert.equal(stopOf([demoFolder(), folder]), stop);
    assert.equal(stopOf([demoFolder()]), undefined);
  });

  it('lists calls of unknown outcome, and not those that are in flight', () => {
    const reservations = [demoReservation({ id: 'int_2', state: 'reserved' }), demoReservation()];
    const [only, ...others] = unknownOutcomes([folderWith({ reservations })]);
    assert.equal(only?.reservation.id, 'int_1');
    assert.deepEqual(others, []);
  });

  it('puts a delegation below the one it was made from', () => {
    const nodes = group(
      authorityTree([folderWith({ delegations: [grandchild, root, child] })]),
      'delegations',
    ) as DelegationNode[];
    assert.deepEqual(
      nodes.map(({ delegation }) => delegation.jti),
      ['root'],
    );
    const below = nodes[0]?.children[0];
    assert.equal(below?.delegation.jti, 'child');
    assert.deepEqual(below.children[0]?.path, ['agent:root', 'agent:child', 'agent:grandchild']);
  });

  it('begins a tree of its own with a delegation whose parent is not listed', () => {
    const nodes = group(authorityTree([folderWith({ delegations: [grandchild] })]), 'delegations');
    assert.equal(nodes.length, 1);
  });

  it('shows the signing key first, and the newest revocation', () => {
    const keys = [demoKey('old', { state: 'retired' }), demoKey('new', { isSigning: true })];
    const revocations = [
      demoRevocation({ id: 'early', at: '2026-01-01T00:00:00.000Z' }),
      demoRevocation({ id: 'late', at: '2026-01-02T00:00:00.000Z' }),
    ];
    const tree = authorityTree([folderWith({ keys, revocations })]);
    assert.deepEqual(idsOf(group(tree, 'keys')), ['key/new', 'key/old']);
    assert.deepEqual(idsOf(group(tree, 'revocations')), ['revocation/late', 'revocation/early']);
  });

  it('has keys and revocations once for several folders, and budgets for each with its name', () => {
    const authority = demoAuthority({
      keys: [demoKey('k')],
      revocations: [demoRevocation()],
      budgets: [demoBudget()],
    });
    const tree = authorityTree([
      demoFolder({ folder: '/a', name: 'a', authority }),
      demoFolder({ folder: '/b', name: 'b', authority }),
    ]);
    assert.equal(group(tree, 'keys').length, 1);
    assert.equal(group(tree, 'revocations').length, 1);
    assert.deepEqual(
      group(tree, 'budgets').map((node) => node.kind === 'budget' && node.place),
      ['a', 'b'],
    );
    const [alone] = group(authorityTree([demoFolder({ authority })]), 'budgets');
    assert.equal(alone?.kind === 'budget' && alone.place, undefined);
  });

  it('gives every node an id of its own', () => {
    const budgets = [demoBudget(), demoBudget({ scope: { human: 'user:bob' } })];
    const authority = demoAuthority({
      budgets,
      reservations: [demoReservation()],
      delegations: [root, child, grandchild],
      keys: [demoKey('k')],
      revocations: [demoRevocation()],
    });
    const ids = idsOf(
      authorityTree([
        demoFolder({ folder: '/a', authority }),
        demoFolder({ folder: '/b', authority }),
      ]),
    );
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('path of a delegation', () => {
  it('goes from the root to its holder', () => {
    const all = [grandchild, child, root];
    assert.deepEqual(delegationPath(all, 'child'), ['agent:root', 'agent:child']);
    assert.deepEqual(delegationPath(all, 'root'), ['agent:root']);
    assert.deepEqual(delegationPath(all, 'unknown'), []);
  });

  it('begins where the chain is known, and ends in a ring', () => {
    assert.deepEqual(delegationPath([grandchild], 'grandchild'), ['agent:grandchild']);
    const ring = [demoDelegation('a', { parent: 'b' }), demoDelegation('b', { parent: 'a' })];
    assert.deepEqual(delegationPath(ring, 'a'), ['agent:b', 'agent:a']);
  });
});

describe('budgets', () => {
  it('are nearly spent from 80 % on and spent from 100 %, not a unit earlier', () => {
    const levels = [799, 800, 999, 1000, 1200].map((used) => budgetLevel({ used, max: 1000 }));
    assert.deepEqual(levels, ['open', 'near', 'near', 'spent', 'spent']);
    assert.equal(budgetLevel({ used: 0, max: 0 }), 'spent');
  });

  it('are spent exactly when all of them is used, however large', () => {
    const amount = fc.integer({ min: 1, max: 90_000_000_000_000 });
    fc.assert(
      fc.property(amount, amount, (used, max) => {
        assert.equal(budgetLevel({ used, max }) === 'spent', used >= max);
        assert.ok((usedPercent({ used, max }) * max) / 100 <= used * (1 + 1e-9));
      }),
    );
  });

  it('are represented by the one with the largest part used, if it is nearly spent', () => {
    const open = demoBudget({ rule: 'open', used: 799 });
    const near = demoBudget({ rule: 'near', used: 900, max: 1000 });
    const nearer = demoBudget({ rule: 'nearer', used: 95, max: 100 });
    assert.equal(tightestBudget([open, near, nearer])?.rule, 'nearer');
    assert.equal(tightestBudget([open]), undefined);
  });

  it('are not represented by a rate, which is full and empty all the time', () => {
    const rate = demoBudget({ meter: 'payments.rate.0', used: 5, max: 5 });
    assert.equal(tightestBudget([rate]), undefined);
    const confusing = demoBudget({ rule: 'a.rate.b', meter: 'a.rate.b.budget.0', used: 900 });
    assert.equal(tightestBudget([confusing]), confusing);
  });

  it('say whose count they are, in an order that does not change', () => {
    assert.equal(scopeText({ tool: 'pay', human: 'user:ada' }), 'human user:ada, tool pay');
    assert.equal(scopeText({}), '');
  });
});
