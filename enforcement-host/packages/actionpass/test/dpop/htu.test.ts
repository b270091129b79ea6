import assert from 'node:assert/strict';

import fc from 'fast-check';

import { claimedHtu, requestHtu } from '../../src/dpop/htu.js';

const PLAIN = 'abcXYZ019-._~'.split('');
const SUB_DELIMITERS = "!$&'()*+,;=:@".split('');
/** Characters of a path segment, as they stand in a normalised URI. */
const character = fc.constantFrom(...PLAIN, ...SUB_DELIMITERS, '%2F', '%20', '%C3', '%3F', '%25');
const segment = fc
  .array(character, { maxLength: 6 })
  .map((characters) => characters.join(''))
  .filter((text) => text !== '.' && text !== '..');
const uri = fc
  .tuple(
    fc.constantFrom('http', 'https'),
    fc.constantFrom('tools.test', '127.0.0.1', '[::1]', 'a-b.example'),
    fc.constantFrom('', ':1', ':8443', ':65535'),
    fc.array(segment, { minLength: 1, maxLength: 4 }),
  )
  .map(([scheme, host, port, segments]) => ({
    scheme,
    host,
    port,
    path: `/${segments.join('/')}`,
  }));

/** Another spelling of one character, or of an escape. */
function respell(found: string): string {
  if (found.length === 3) return found.toLowerCase();
  const hex = found.charCodeAt(0).toString(16);
  return PLAIN.includes(found) ? `%${hex}` : found;
}

describe('the htu of a request', () => {
  for (const [given, expected] of [
    ['https://tools.test', 'https://tools.test/'],
    ['HTTP://TOOLS.test:80', 'http://tools.test/'],
    ['https://tools.test:443/a', 'https://tools.test/a'],
    ['https://tools.test:/a', 'https://tools.test/a'],
    ['https://tools.test:0443/a', 'https://tools.test/a'],
    ['https://tools.test:80/a', 'https://tools.test:80/a'],
    ['http://tools.test:443/a', 'http://tools.test:443/a'],
    ['http://[::1]:80/A', 'http://[::1]/A'],
    ['http://[FE80::1]/', 'http://[fe80::1]/'],
    ['https://tools.test/%7e%41%2d%2f%c3', 'https://tools.test/~A-%2F%C3'],
    ['https://tools.test/a|b\\c"{}', 'https://tools.test/a%7Cb%5Cc%22%7B%7D'],
    ['https://tools.test/a/./b/../c', 'https://tools.test/a/c'],
    ['https://tools.test/a/%2E%2e/b', 'https://tools.test/b'],
    ['https://tools.test/a/%2f../b', 'https://tools.test/a/%2F../b'],
    ['https://tools.test/../../a', 'https://tools.test/a'],
    ['https://tools.test/a/..', 'https://tools.test/'],
    ['https://tools.test/a/.', 'https://tools.test/a/'],
    ['https://tools.test/a//../b', 'https://tools.test/a/b'],
    ['https://tools.test/a//b', 'https://tools.test/a//b'],
    ['https://tools.test/...', 'https://tools.test/...'],
    ['https://tools.test?a=/../#b', 'https://tools.test/'],
    ['https://tools.test/a?b=%41', 'https://tools.test/a'],
    ['https://tools.test/a#?b', 'https://tools.test/a'],
  ] as const) {
    it(`of ${given} is ${expected}`, () => assert.equal(requestHtu(given), expected));
  }

  for (const broken of [
    'tools.test/a',
    '//tools.test/a',
    'https:/tools.test',
    'https:///a',
    'wss://tools.test/',
    'https://me@tools.test/',
    'https://tools.test:443x/',
    'https://tools.test:123456/',
    'https://[::1/',
    'https://::1/',
    'https://tools%2etest/',
    'https://tools.test\\@attacker.test/',
    'https://tools.test/%4',
    'https://tools.test/é',
    'https://tools.test/ ',
    ' https://tools.test/',
    'https://tools.test/\n',
    'https://tools.test/?é',
  ]) {
    it(`is refused of ${JSON.stringify(broken)}`, () => {
      assert.throws(() => requestHtu(broken), { code: 'DPOP_PROOF_INVALID' });
      assert.throws(() => claimedHtu(broken), { code: 'DPOP_PROOF_INVALID' });
    });
  }

  it('is its own, and stands in every spelling that RFC 3986 calls equivalent', () => {
    fc.assert(
      fc.property(uri, fc.boolean(), ({ scheme, host, port, path }, isLong) => {
        const normal = `${scheme}://${host}${port}${path}`;
        assert.equal(requestHtu(normal), normal);
        const dots = isLong ? '/./x/..' : '';
        const other = path.replace(/%[0-9A-F]{2}|[^%]/g, respell);
        const spelling = `${scheme.toUpperCase()}://${host.toUpperCase()}${port}${dots}${other}`;
        assert.equal(claimedHtu(spelling), normal);
      }),
      { numRuns: 2000 },
    );
  });

  it('tells apart what differs in any part', () => {
    fc.assert(
      fc.property(uri, uri, (a, b) => {
        const [left, right] = [a, b].map(({ scheme, host, port, path }) =>
          [scheme, host, port, path].join('\n'),
        );
        const [one, two] = [a, b].map(({ scheme, host, port, path }) =>
          requestHtu(`${scheme}://${host}${port}${path}`),
        );
        assert.equal(one === two, left === right);
      }),
      { numRuns: 2000 },
    );
  });

  it('is what fetch sends: the same as of the URL that the platform makes of it', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        assert.equal(requestHtu(new URL(url).href), requestHtu(url));
      }),
      { numRuns: 2000 },
    );
  });
});
