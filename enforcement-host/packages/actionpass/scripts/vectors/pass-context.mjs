import { jwks, otherSignature } from './jose.mjs';
import {
  AUDIENCE,
  ISSUER,
  KEYS,
  NOW,
  V0,
  V1,
  holderKey,
  issuerKey,
  nextIssuerKey,
  revocation,
  strangerKey,
} from './scene.mjs';

const UNDER = { parent: 'dp_02', root: 'dp_01', depth: 1 };

/** Who issued it, for whom, when, who holds it, what was revoked, and whether it was used. */
export function passContextCases(scene) {
  return [
    ...issuerCases(scene),
    ...audienceCases(scene),
    ...timeCases(scene),
    ...holderCases(scene),
    ...revocationCases(scene),
    ...useCases(scene),
    ...orderCases(scene),
  ];
}

function issuerCases({ issue }) {
  const rotated = issue(V0, { header: { kid: nextIssuerKey.kid }, key: nextIssuerKey });
  return [
    {
      name: 'valid/second-key-of-the-set',
      comment: 'The kid chooses among the keys that are trusted.',
      token: rotated,
      keys: jwks(issuerKey, nextIssuerKey),
      expect: 'valid',
    },
    {
      name: 'issuer/other',
      comment: 'Signed by a trusted key, in the name of another issuer.',
      token: issue({ ...V0, iss: 'https://other.example' }),
      expect: 'PASS_ISSUER_MISMATCH',
    },
    {
      name: 'issuer/trailing-slash',
      comment: 'Issuers are compared character by character.',
      issuer: `${ISSUER}/`,
      expect: 'PASS_ISSUER_MISMATCH',
    },
  ];
}

function audienceCases({ issue, boundPass }) {
  const presentedBy = holderKey.kid;
  const token = issue({ ...V1, aud: [AUDIENCE, 'https://mirror.example'] });
  return [
    {
      name: 'valid/audience-listed',
      comment: 'The verifier is one of those that the pass names.',
      token,
      audience: 'https://mirror.example',
      presentedBy,
      expect: 'valid',
    },
    {
      name: 'valid/no-audience-claim',
      comment: 'Without aud, whoever trusts the issuer may accept it.',
      token: boundPass,
      audience: AUDIENCE,
      presentedBy,
      expect: 'valid',
    },
    {
      name: 'audience/other',
      comment: 'The verifier is none of those that the pass names.',
      token,
      audience: 'https://tools.example/',
      presentedBy,
      expect: 'PASS_AUDIENCE_MISMATCH',
    },
    {
      name: 'audience/verifier-without-a-name',
      comment: 'A verifier that does not say who it is accepts no pass with an audience.',
      token,
      presentedBy,
      expect: 'PASS_AUDIENCE_MISMATCH',
    },
  ];
}

function timeCases({ issue }) {
  return [
    {
      name: 'valid/last-second',
      comment: 'One second before exp.',
      now: V0.exp - 1,
      expect: 'valid',
    },
    {
      name: 'time/at-exp',
      comment: 'RFC 7519 section 4.1.4: refused on or after exp.',
      now: V0.exp,
      expect: 'PASS_EXPIRED',
    },
    {
      name: 'time/long-after-exp',
      comment: 'There is no tolerance behind exp.',
      now: V0.exp + 86_400,
      expect: 'PASS_EXPIRED',
    },
    {
      name: 'time/never-valid',
      comment: 'exp lies before iat.',
      token: issue({ ...V0, exp: NOW - 1 }),
      expect: 'PASS_EXPIRED',
    },
    {
      name: 'valid/clock-five-seconds-behind',
      comment: 'iat may lie five seconds ahead of the clock of the verifier.',
      now: V0.iat - 5,
      expect: 'valid',
    },
    {
      name: 'time/six-seconds-early',
      comment: 'iat lies further ahead than the tolerance.',
      now: V0.iat - 6,
      expect: 'PASS_NOT_YET_VALID',
    },
  ];
}

function holderCases({ issue, boundPass }) {
  return [
    {
      name: 'valid/version-1',
      comment: 'Binds the key of its holder, whose proof of possession was verified.',
      token: boundPass,
      presentedBy: holderKey.kid,
      expect: 'valid',
    },
    {
      name: 'valid/version-1-under-a-delegation',
      comment: 'The chain itself is for whoever has it: see delegations.json.',
      token: issue({ ...V1, delegation: UNDER }),
      presentedBy: holderKey.kid,
      expect: 'valid',
    },
    {
      name: 'valid/version-0-with-a-proof',
      comment: 'A pass that is bound to no key may be presented by any.',
      presentedBy: strangerKey.kid,
      expect: 'valid',
    },
    {
      name: 'valid/version-1-with-a-status',
      comment: 'draft-ietf-oauth-status-list section 6.2; a list of revocations says more.',
      token: issue({
        ...V1,
        status: { status_list: { idx: 7, uri: 'https://issuer.example/status/1' } },
      }),
      presentedBy: holderKey.kid,
      expect: 'valid',
    },
    {
      name: 'holder/no-proof',
      comment: 'A bound pass is worth nothing without a proof (RFC 9449 section 6).',
      token: boundPass,
      expect: 'DPOP_PROOF_MISSING',
    },
    {
      name: 'holder/other-key',
      comment: 'The proof was by another key than that of cnf.jkt.',
      token: boundPass,
      presentedBy: strangerKey.kid,
      expect: 'DPOP_KEY_MISMATCH',
    },
  ];
}

function revocationCases({ issue }) {
  const delegated = { token: issue({ ...V1, delegation: UNDER }), presentedBy: holderKey.kid };
  const refusals = [
    ['pass', V0.jti, 'The pass itself.'],
    ['agent', V0.sub, 'All passes of its agent.'],
    ['task', V0.task, 'All passes of its task.'],
    ['key', issuerKey.kid, 'All passes that were signed by this key.'],
    [
      'all',
      '2026-03-01T10:00:00.000Z',
      'All passes that were issued up to a time: its own second.',
    ],
  ].map(([kind, value, comment]) => ({
    name: `revocation/${kind}`,
    comment,
    revocations: [revocation(kind, value)],
    expect: 'PASS_REVOKED',
  }));
  return [
    ...refusals,
    {
      name: 'revocation/delegation-above',
      comment: 'The delegation that the pass was issued under.',
      ...delegated,
      revocations: [revocation('delegation', UNDER.parent)],
      expect: 'PASS_REVOKED',
    },
    {
      name: 'revocation/delegation-root',
      comment: 'The first delegation of its chain.',
      ...delegated,
      revocations: [revocation('delegation', UNDER.root)],
      expect: 'PASS_REVOKED',
    },
    {
      name: 'valid/others-revoked',
      comment: 'Each names something else, or the right value with the wrong kind.',
      revocations: [
        revocation('pass', 'ap_02'),
        revocation('agent', V0.task),
        revocation('task', V0.sub),
        revocation('key', strangerKey.kid),
        revocation('delegation', V0.jti.replace('ap', 'dp')),
        revocation('all', '2026-03-01T09:59:59.999Z'),
      ],
      expect: 'valid',
    },
  ];
}

function useCases({ pass, issue }) {
  return [
    {
      name: 'valid/another-pass-was-used',
      comment: 'Use goes by iss and jti.',
      alreadyUsed: [issue({ ...V0, jti: 'ap_02' })],
      expect: 'valid',
    },
    {
      name: 'use/twice',
      comment: 'A pass is used once.',
      alreadyUsed: [pass],
      expect: 'PASS_REPLAYED',
    },
    {
      name: 'use/other-signature',
      comment: 'The same pass, whose signature is spelled (r, n - s) this time.',
      token: otherSignature(pass),
      alreadyUsed: [pass],
      expect: 'PASS_REPLAYED',
    },
    {
      name: 'use/issued-anew-under-the-same-jti',
      comment: 'Other claims do not make another pass.',
      token: issue({ ...V0, exp: V0.exp + 60 }),
      alreadyUsed: [pass],
      expect: 'PASS_REPLAYED',
    },
  ];
}

/** Two things are wrong: the code is that of the first check. */
function orderCases({ issue, boundPass }) {
  const stranger = issue(V0, { key: strangerKey });
  return [
    {
      name: 'order/signature-before-expiry',
      comment: 'Signed by somebody else, and expired.',
      token: stranger,
      now: V0.exp,
      expect: 'PASS_SIGNATURE_INVALID',
    },
    {
      name: 'order/issuer-before-expiry',
      comment: 'Of another issuer, and expired.',
      issuer: 'https://other.example',
      now: V0.exp,
      expect: 'PASS_ISSUER_MISMATCH',
    },
    {
      name: 'order/expiry-before-revocation',
      comment: 'Expired, and revoked.',
      now: V0.exp,
      revocations: [revocation('pass', V0.jti)],
      expect: 'PASS_EXPIRED',
    },
    {
      name: 'order/revocation-before-holder',
      comment: 'Revoked, and presented by nobody.',
      token: boundPass,
      revocations: [revocation('pass', V1.jti)],
      expect: 'PASS_REVOKED',
    },
    {
      name: 'order/type-before-key',
      comment: 'A type of another artifact, and a key that nobody knows.',
      token: issue(V0, { header: { typ: 'JWT', kid: strangerKey.kid }, key: strangerKey }),
      keys: KEYS,
      expect: 'PASS_TYPE_MISMATCH',
    },
  ];
}
