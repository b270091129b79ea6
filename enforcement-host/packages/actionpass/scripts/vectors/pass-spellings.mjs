import { withSpareBits } from './jose.mjs';
import { V0, issuerKey } from './scene.mjs';

/** Other texts for a pass that would be valid, and headers that say too much. */
export function passSpellingCases({ issue, pass }) {
  return [
    ...spellings(pass).map(([what, comment, token]) => ({
      name: `spelling/${what}`,
      comment,
      token,
      expect: 'PASS_MALFORMED',
    })),
    ...HEADERS.map(([what, comment, header]) => ({
      name: `header/${what}`,
      comment,
      token: issue(V0, { header }),
      expect: 'PASS_MALFORMED',
    })),
    ...TYPES.map(([what, comment, typ]) => ({
      name: `type/${what}`,
      comment,
      token: issue(V0, { header: { typ } }),
      expect: 'PASS_TYPE_MISMATCH',
    })),
  ];
}

function spellings(pass) {
  const [header, payload, signature] = pass.split('.');
  const serialised = { protected: header, payload, signature };
  return [
    ['two-parts', 'The signature is left out.', `${header}.${payload}`],
    ['four-parts', 'A part too many.', `${pass}.AAAA`],
    ['empty-signature', 'As an unsecured JWS has it.', `${header}.${payload}.`],
    ['empty', 'No text at all.', ''],
    ['padding', 'RFC 7515 section 2: no padding.', `${pass}==`],
    ['spare-bits', 'RFC 4648 section 3.5: bits that decoders ignore.', withSpareBits(pass)],
    ['white-space', 'A newline behind.', `${pass}\n`],
    [
      'other-alphabet',
      'base64, not base64url.',
      `${header}.${payload}.${signature.slice(0, -2)}+/`,
    ],
    ['json-serialisation', 'RFC 7515 section 7.2.2.', JSON.stringify(serialised)],
  ];
}

const HEADERS = [
  ['jwk', 'A key that it brings along.', { jwk: issuerKey.jwk }],
  ['jku', 'A place to fetch keys from.', { jku: 'https://axtary.example/keys' }],
  ['x5c', 'A certificate that it brings along.', { x5c: ['MIIB'] }],
  ['crit', 'Extensions that it asks for.', { crit: ['exp'], exp: V0.exp }],
  ['b64', 'RFC 7797: another signing input.', { b64: false, crit: ['b64'] }],
  ['cty', 'There are no members but alg, kid and typ.', { cty: 'JWT' }],
  [
    'member-twice',
    'alg is there twice.',
    `{"alg":"none","alg":"ES256","kid":"${issuerKey.kid}","typ":"actionpass+jwt"}`,
  ],
  ['list', 'A header is an object.', '[]'],
  ['no-json', 'A header is JSON.', 'ES256'],
];

const TYPES = [
  ['missing', 'The type is required.', undefined],
  ['generic', 'Any JWT is not a pass.', 'JWT'],
  ['delegation', 'Another artifact of the same issuer.', 'axtary-delegation+jwt'],
  ['upper-case', 'One spelling.', 'ActionPass+JWT'],
  ['with-prefix', 'One spelling, though RFC 7515 allows it.', 'application/actionpass+jwt'],
];
