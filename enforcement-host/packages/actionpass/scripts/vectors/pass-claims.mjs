import { canonicalize, changed } from './jose.mjs';
import { V0, V1, holderKey } from './scene.mjs';

const APPROVAL = { id: 'apr_01', mode: 'human', approved_by: 'user:r@example.com' };

/** Signed as they should be, and no claims of a pass. */
export function passClaimsCases({ issue }) {
  return [
    ...CLAIMS.map(([what, comment, changes]) => ({
      name: `claims/${what}`,
      comment,
      token: issue(changed(V0, changes)),
      expect: 'PASS_MALFORMED',
    })),
    ...CLAIMS_V1.map(([what, comment, changes]) => ({
      name: `claims/${what}`,
      comment,
      token: issue(changed(V1, changes)),
      presentedBy: holderKey.kid,
      expect: 'PASS_MALFORMED',
    })),
    ...payloadCases().map(([what, comment, payload]) => ({
      name: `payload/${what}`,
      comment,
      token: issue(payload),
      expect: 'PASS_MALFORMED',
    })),
  ];
}

const CLAIMS = [
  ['jti-missing', 'Without jti it could be used again and not be revoked.', { jti: undefined }],
  ['jti-empty', 'An empty text names nothing.', { jti: '' }],
  ['ver-missing', 'The version is required.', { ver: undefined }],
  ['ver-unknown', 'A verifier refuses every version that it does not know.', { ver: 2 }],
  ['ver-as-text', 'A version is a number.', { ver: '0' }],
  ['unknown-member', 'Members are closed.', { admin: true }],
  ['aud-in-version-0', 'Version 0 has no audience.', { aud: ['https://tools.example'] }],
  ['cnf-in-version-0', 'Version 0 is bound to no key.', { cnf: { jkt: holderKey.kid } }],
  ['exp-missing', 'Every pass expires.', { exp: undefined }],
  ['exp-as-text', 'A NumericDate is a number (RFC 7519 section 2).', { exp: String(V0.exp) }],
  ['exp-negative', 'Not before 1970.', { exp: -1 }],
  ['exp-beyond-exact-numbers', '2 to the power of 53 is no exact integer.', { exp: 2 ** 53 }],
  ['iat-fraction', 'Times are whole seconds.', { iat: V0.iat + 0.5 }],
  ['iat-null', 'Absence is not null.', { iat: null }],
  [
    'hash-in-upper-case',
    'Digests are lower-case hex.',
    { action_hash: V0.action_hash.toUpperCase().replace('SHA', 'sha') },
  ],
  [
    'hash-of-another-algorithm',
    'Digests are SHA-256.',
    { payload_hash: `sha512:${'0'.repeat(128)}` },
  ],
  ['constraints-as-list', 'Constraints are an object.', { constraints: [] }],
  ['approval-without-digests', 'An approval says what it approves.', { approval: APPROVAL }],
  [
    'approval-of-unknown-mode',
    'By a human or by an override, and no other way.',
    {
      approval: {
        ...APPROVAL,
        mode: 'agent',
        approved_at: '2026-03-01T09:59:00.000Z',
        action_hash: V0.action_hash,
        payload_hash: V0.payload_hash,
      },
    },
  ],
];

const CLAIMS_V1 = [
  ['ver-next', 'The members of version 1 under a version that nobody knows.', { ver: 2 }],
  ['cnf-missing-in-version-1', 'Version 1 is bound to a key.', { cnf: undefined }],
  ['cnf-with-jwk', 'The thumbprint alone.', { cnf: { jkt: holderKey.kid, jwk: holderKey.jwk } }],
  [
    'cnf-jkt-too-short',
    'A SHA-256 thumbprint has 43 characters.',
    { cnf: { jkt: 'A'.repeat(42) } },
  ],
  [
    'aud-as-text',
    'Always a list, though RFC 7519 also has a text.',
    { aud: 'https://tools.example' },
  ],
  ['aud-empty', 'For nobody is not for everybody.', { aud: [] }],
  [
    'delegation-too-deep',
    'At most 16 delegations above it.',
    { delegation: { parent: 'dp_17', root: 'dp_01', depth: 17 } },
  ],
  [
    'delegation-without-root',
    'Revoking the first one must reach it.',
    { delegation: { parent: 'dp_01', depth: 0 } },
  ],
];

/** Texts that parsers read differently, or not at all. */
function payloadCases() {
  const text = canonicalize(V0);
  return [
    ['member-twice', 'exp is there twice.', text.replace('{', `{"exp":${V0.exp + 86_400},`)],
    [
      'escaped-member-twice',
      'The second exp is spelled with an escape.',
      text.replace('{', `{"\\u0065xp":${V0.exp + 86_400},`),
    ],
    [
      'lone-surrogate',
      'No Unicode text (RFC 7493 section 2.1).',
      text.replace('AXT-418', '\\ud800'),
    ],
    ['byte-order-mark', 'In front of the JSON text.', `\ufeff${text}`],
    ['trailing-text', 'A second value behind the first.', `${text}{}`],
    ['list', 'Claims are an object.', '[]'],
    ['null', 'Claims are an object.', 'null'],
    ['no-json', 'Claims are JSON.', 'pass'],
  ];
}
