import { jwks } from './jose.mjs';
import { SCOPE } from './delegation-scene.mjs';
import { KEYS, holderKey, issuerKey, nextIssuerKey, revocation, strangerKey } from './scene.mjs';

/** Each link by itself, and whether the links make a chain. */
export function chainCases(scene) {
  return [
    ...lengthCases(scene),
    ...joinCases(scene),
    ...linkCases(scene),
    ...claimsCases(scene),
    ...audienceCases(),
    ...timeCases(scene),
    ...revocationCases(scene),
    ...holderCases(scene),
  ];
}

function lengthCases({ issueAll, chain }) {
  const six = issueAll(chain);
  return [
    {
      name: 'valid/root-alone',
      comment: 'A first delegation is a chain.',
      tokens: six.slice(0, 1),
      expect: 'valid',
    },
    {
      name: 'valid/four-below-the-root',
      comment: 'As many as a verifier takes that says nothing else.',
      tokens: six.slice(0, 5),
      expect: 'valid',
    },
    {
      name: 'depth/five-below-the-root',
      comment: 'One too many.',
      tokens: six,
      expect: 'DELEGATION_TOO_DEEP',
    },
    {
      name: 'valid/five-where-five-may-be',
      comment: 'The verifier takes more.',
      tokens: six,
      maxDepth: 5,
      expect: 'valid',
    },
    {
      name: 'depth/one-where-none-may-be',
      comment: 'The verifier takes a root alone.',
      maxDepth: 0,
      expect: 'DELEGATION_TOO_DEEP',
    },
    {
      name: 'depth/before-anything-is-read',
      comment: 'What is no delegation counts as well.',
      tokens: ['a', 'b', 'c', 'd', 'e', 'f'],
      expect: 'DELEGATION_TOO_DEEP',
    },
  ];
}

function joinCases({ issue, issueAll, chain }) {
  const [first, second, third] = issueAll(chain);
  const [root, child] = chain;
  const child2 = (changes) => issue({ ...child, delegation: { ...child.delegation, ...changes } });
  const otherRoot = { ...root, jti: 'dp_90', delegation: { ...root.delegation, root: 'dp_90' } };
  return [
    ['empty', 'No delegation delegates nothing.', []],
    ['root-left-out', 'It begins below its root.', [second]],
    ['link-left-out', 'A link between is not shown.', [first, third]],
    ['turned-round', 'From the leaf to the root.', [second, first]],
    ['link-twice', 'The same link again.', [first, second, second]],
    [
      'jti-of-the-root',
      'The child has the jti of its parent.',
      [first, issue({ ...child, jti: root.jti })],
    ],
    ['two-roots', 'The second has no parent.', [first, issue(otherRoot)]],
    ['other-root', 'The child names another root.', [first, child2({ root: 'dp_90' })]],
    ['other-parent', 'The child names another parent.', [first, child2({ parent: 'dp_90' })]],
    ['other-depth', 'The child says that it is deeper.', [first, child2({ depth: 2 })]],
    [
      'root-with-a-parent',
      'A first link that has one above it.',
      [issue({ ...root, delegation: { ...root.delegation, parent: 'dp_90' } })],
    ],
  ].map(([what, comment, tokens]) => ({
    name: `join/${what}`,
    comment,
    tokens,
    expect: 'DELEGATION_INVALID',
  }));
}

function linkCases({ issue, issueAll, chain }) {
  const [first, second] = issueAll(chain);
  const [, child] = chain;
  const rotated = issue(child, { header: { kid: nextIssuerKey.kid }, key: nextIssuerKey });
  const [header, payload] = second.split('.');
  return [
    {
      name: 'valid/links-signed-by-different-keys',
      comment: 'Keys are rotated while delegations live.',
      tokens: [first, rotated],
      keys: jwks(issuerKey, nextIssuerKey),
      expect: 'valid',
    },
    ...[
      ['PASS_KEY_UNKNOWN', 'key-unknown', 'Signed by a key that is not trusted.', rotated],
      [
        'PASS_KEY_UNKNOWN',
        'kid-missing',
        'It names no key.',
        issue(child, { header: { kid: undefined } }),
      ],
      [
        'PASS_SIGNATURE_INVALID',
        'forged',
        'Signed by a stranger.',
        issue(child, { key: strangerKey }),
      ],
      [
        'PASS_TYPE_MISMATCH',
        'pass',
        'A pass is no delegation.',
        issue(child, { header: { typ: 'actionpass+jwt' } }),
      ],
      ['PASS_ALG_NOT_ALLOWED', 'alg-none', 'Unsecured.', issue(child, { header: { alg: 'none' } })],
      ['PASS_MALFORMED', 'empty-signature', 'No signature.', `${header}.${payload}.`],
      [
        'PASS_ISSUER_MISMATCH',
        'other-issuer',
        'In the name of another issuer.',
        issue({ ...child, iss: 'https://other.example' }),
      ],
    ].map(([expect, what, comment, token]) => ({
      name: `link/${what}`,
      comment,
      tokens: [first, token],
      keys: KEYS,
      expect,
    })),
  ];
}

function claimsCases({ issue, chain }) {
  const [root] = chain;
  const scoped = (changes) => ({ ...root, scope: { ...SCOPE, ...changes } });
  const [, calls] = SCOPE.budgets;
  return [
    ['claims/ver-0', 'There is no version 0 of delegations.', { ...root, ver: 0 }],
    ['claims/unknown-member', 'Members are closed.', { ...root, admin: true }],
    ['claims/scope-unknown-member', 'Members are closed.', scoped({ networks: ['*'] })],
    ['claims/cnf-missing', 'A delegation is held by a key.', { ...root, cnf: {} }],
    ['claims/tools-empty', 'A scope without tools.', scoped({ tools: [] })],
    [
      'claims/payloads-empty',
      'No payload is said by leaving it out of scope.',
      scoped({ payloads: [] }),
    ],
    [
      'claims/budget-negative',
      'A limit is not below zero.',
      scoped({ budgets: [{ ...calls, max: -1 }] }),
    ],
    ['scope/budget-twice', 'Two budgets have the same id.', scoped({ budgets: [calls, calls] })],
    ['scope/glob-malformed', 'A brace that is not closed.', scoped({ tools: ['slack.{a'] })],
  ].map(([name, comment, claims]) => ({
    name,
    comment,
    tokens: [issue(claims)],
    expect: 'PASS_MALFORMED',
  }));
}

function audienceCases() {
  return [
    {
      name: 'audience/other',
      comment: 'The verifier is none of those that the chain names.',
      audience: 'https://other.example',
      expect: 'PASS_AUDIENCE_MISMATCH',
    },
    {
      name: 'audience/verifier-without-a-name',
      comment: 'A verifier that does not say who it is.',
      audience: undefined,
      expect: 'PASS_AUDIENCE_MISMATCH',
    },
  ];
}

function timeCases({ issueAll, chain: [root, child, grandchild] }) {
  const short = { ...child, exp: root.iat + 60 };
  return [
    {
      name: 'time/root-expired',
      comment: 'On or after exp.',
      now: root.exp,
      expect: 'PASS_EXPIRED',
    },
    {
      name: 'time/link-expired',
      comment: 'The root lives on; what is below it has ended.',
      tokens: issueAll([root, short, { ...grandchild, exp: short.exp }]),
      now: short.exp,
      expect: 'PASS_EXPIRED',
    },
    {
      name: 'time/six-seconds-early',
      comment: 'iat lies further ahead than the tolerance of five seconds.',
      now: root.iat - 6,
      expect: 'PASS_NOT_YET_VALID',
    },
  ];
}

function revocationCases({ issueAll, chain }) {
  const tokens = issueAll(chain.slice(0, 3));
  const [root, child, grandchild] = chain;
  return [
    ['root', 'delegation', root.jti],
    ['link-between', 'delegation', child.jti],
    ['leaf', 'delegation', grandchild.jti],
    ['agent-above', 'agent', root.sub],
    ['key', 'key', issuerKey.kid],
  ].map(([what, kind, value]) => ({
    name: `revocation/${what}`,
    comment: 'What is revoked takes along all that is below it.',
    tokens,
    revocations: [revocation(kind, value)],
    expect: 'PASS_REVOKED',
  }));
}

function holderCases({ issue, chain: [root, child] }) {
  return [
    {
      name: 'valid/presented-by-the-holder-of-the-leaf',
      comment: 'The links above may be held by others.',
      tokens: [issue({ ...root, cnf: { jkt: strangerKey.kid } }), issue(child)],
      presentedBy: holderKey.kid,
      expect: 'valid',
    },
    {
      name: 'holder/of-a-link-above',
      comment: 'The leaf is bound to another key than that of the proof.',
      tokens: [issue({ ...root, cnf: { jkt: strangerKey.kid } }), issue(child)],
      presentedBy: strangerKey.kid,
      expect: 'DPOP_KEY_MISMATCH',
    },
  ];
}
