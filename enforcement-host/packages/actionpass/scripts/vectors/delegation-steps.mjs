import { OTHER_HASH, SCOPE } from './delegation-scene.mjs';
import { changed, sha256 } from './jose.mjs';
import { AUDIENCE, NOW } from './scene.mjs';

const WIDENED = 'DELEGATION_WIDENED';
const [SPEND, CALLS] = SCOPE.budgets;

/** One step down: a root that has something on every axis, and a child that differs on one. */
export function stepCases({ issue, issueAll, chain }) {
  const [root, child] = chain;
  const step = (changes, parent = root) => issueAll([parent, changed(child, changes)]);
  const scoped = (changes) => step({ scope: changed(SCOPE, changes) });
  const constrained = (changes) => scoped({ constraints: changed(SCOPE.constraints, changes) });
  return [
    ...narrower({ step, scoped, constrained }),
    ...widerTerms(step),
    ...widerScopes({ scoped, constrained }),
    ...hopCases({ issue, step, root, child }),
  ];
}

function narrower({ step, scoped, constrained }) {
  return [
    ['exp', 'It ends before its parent.', step({ exp: NOW + 60 })],
    ['aud', 'For a part of the audience.', step({ aud: [AUDIENCE] })],
    ['runtime', 'A sub-agent may run elsewhere.', step({ runtime: 'other' })],
    ['tools', 'One of the tools that a glob covers.', scoped({ tools: ['slack.post'] })],
    ['resources', 'A longer prefix.', scoped({ resources: ['repo:example/web-app/**'] })],
    ['payloads', 'A part of the payloads.', scoped({ payloads: [OTHER_HASH] })],
    ['maximum', 'A lower max….', constrained({ maxFilesChanged: 3 })],
    ['blocked', 'More is blocked.', constrained({ blockedPaths: ['infra/**', '.env*'] })],
    ['constraint-more', 'Every constraint restricts.', constrained({ requiresTests: true })],
    ['budget', 'A lower limit.', scoped({ budgets: [{ ...SPEND, max: 1 }, CALLS] })],
    [
      'budget-more',
      'Every budget restricts.',
      scoped({ budgets: [...SCOPE.budgets, { id: 'own', max: 1 }] }),
    ],
  ].map(([what, comment, tokens]) => ({
    name: `valid/narrower-${what}`,
    comment,
    tokens,
    expect: 'valid',
  }));
}

function wider([name, comment, tokens]) {
  return { name: `wider/${name}`, comment, tokens, expect: WIDENED };
}

function widerTerms(step) {
  return [
    ['human', 'For another human owner.', step({ human: 'user:other@example.com' })],
    ['tenant', 'For another tenant.', step({ tenant: 'org:other' })],
    ['task', 'For another task.', step({ task: 'AXT-419' })],
    ['exp', 'It outlives its parent.', step({ exp: NOW + 3601 })],
    [
      'aud',
      'For somebody that its parent is not for.',
      step({ aud: [AUDIENCE, 'https://x.example'] }),
    ],
    ['aud-missing', 'For everybody.', step({ aud: undefined })],
  ].map(wider);
}

function widerScopes({ scoped, constrained }) {
  return [
    ['tools', 'A tool that no glob covers.', scoped({ tools: ['github.repos.delete'] })],
    ['tools-glob', 'A glob that covers more.', scoped({ tools: ['**'] })],
    ['resources', 'Another owner.', scoped({ resources: ['repo:other/**'] })],
    ['payloads', 'A payload that is not listed.', scoped({ payloads: [sha256('[]')] })],
    ['payloads-missing', 'Any payload.', scoped({ payloads: undefined })],
    ['constraint-missing', 'A constraint is left out.', constrained({ baseBranch: undefined })],
    [
      'constraint-other',
      'A constraint says something else.',
      constrained({ baseBranch: 'release' }),
    ],
    ['maximum', 'A higher max….', constrained({ maxFilesChanged: 21 })],
    [
      'maximum-as-text',
      'A number and a text do not compare.',
      constrained({ maxFilesChanged: '3' }),
    ],
    ['blocked', 'Less is blocked.', constrained({ blockedPaths: [] })],
    ['budget', 'A higher limit.', scoped({ budgets: [SPEND, { ...CALLS, max: 11 }] })],
    ['budget-missing', 'A budget is left out.', scoped({ budgets: [CALLS] })],
    [
      'budget-currency',
      'The same number of something else.',
      scoped({ budgets: [{ ...SPEND, currency: 'USD' }, CALLS] }),
    ],
    [
      'budget-field',
      'It sums another field.',
      scoped({ budgets: [{ ...SPEND, field: 'payload.tipMinor' }, CALLS] }),
    ],
  ].map(wider);
}

function hopCases({ issue, step, root, child }) {
  const spent = { ...root, delegation: { ...root.delegation, hops: 0 } };
  const hops = (count) => step({ delegation: { ...child.delegation, hops: count } });
  return [
    ['hops-kept', 'As many hops as its parent.', hops(5)],
    ['hops-skipped', 'Exactly one fewer, so that the depth can be read off.', hops(3)],
    [
      'hops-spent',
      'Its parent may not be handed on.',
      [issue(spent), issue({ ...child, delegation: { ...child.delegation, hops: 0 } })],
    ],
  ].map(wider);
}
