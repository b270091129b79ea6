import { invalidProof } from './claims.js';

// scheme://authority path ? query # fragment (RFC 3986 appendix B), visible ASCII only. No user.
const HTTP_URI = /^(https?):\/\/([^/?#@]+)(\/[^?#]*)?(\?[^#]*)?(#.*)?$/i;
const AUTHORITY = /^([A-Za-z0-9\-._~!$&'()*+,;=]+|\[[0-9A-Fa-f:.]+\])(?::(\d{0,5}))?$/;
const INVISIBLE = /[^\u0021-\u007e]/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;
/** Escapes, and characters that a path holds only as escapes. */
const ESCAPE = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~/:@!$&'()*+,;=]/g;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * The `htu` of a request: its target URI without query and fragment, normalised by syntax and
 * scheme as RFC 9449 section 4.3 asks (RFC 3986 sections 6.2.2 and 6.2.3):
 *
 * - scheme and host in lower case; no port where it is the scheme's own; `/` for an empty path;
 * - escapes of unreserved characters decoded, others with upper-case digits; characters that a URI
 *   must not hold, escaped;
 * - dot segments removed, after that.
 *
 * Nothing else counts as equal: the case of a path, a trailing slash and the spelling of an IP
 * address or of a host name with and without its last dot make another URI.
 *
 * @throws VerificationError `DPOP_PROOF_INVALID` for what is not an absolute http or https URI of
 * visible ASCII without a user.
 */
export function requestHtu(uri: string): string {
  return normalise(uri).htu;
}

/**
 * A claimed `htu`, normalised the same way.
 *
 * @throws VerificationError `DPOP_PROOF_INVALID` also where it has a query or a fragment.
 */
export function claimedHtu(uri: string): string {
  const { htu, hasMore } = normalise(uri);
  if (hasMore) throw invalidProof('htu has a query or a fragment');
  return htu;
}

function normalise(uri: string): { readonly htu: string; readonly hasMore: boolean } {
  const [, rawScheme, authority, path, query, fragment] = HTTP_URI.exec(uri) ?? [];
  const [, host, rawPort] = AUTHORITY.exec(authority ?? '') ?? [];
  if (rawScheme === undefined || host === undefined || !isSpelled(uri)) {
    throw invalidProof('not an http or https URI');
  }
  const scheme = rawScheme.toLowerCase();
  const port = normalisePort(scheme, rawPort);
  return {
    htu: `${scheme}://${host.toLowerCase()}${port}${normalisePath(path ?? '/')}`,
    hasMore: query !== undefined || fragment !== undefined,
  };
}

function isSpelled(uri: string): boolean {
  return !INVISIBLE.test(uri) && !BROKEN_ESCAPE.test(uri);
}

function normalisePort(scheme: string, port: string | undefined): string {
  if (port === undefined || port === '') return '';
  const number = String(Number(port));
  return number === DEFAULT_PORTS[scheme] ? '' : `:${number}`;
}

function normalisePath(path: string): string {
  return removeDotSegments(path.replace(ESCAPE, normaliseEscape));
}

function normaliseEscape(found: string): string {
  const isEscape = found.length === 3;
  const code = isEscape ? Number.parseInt(found.slice(1), 16) : found.charCodeAt(0);
  const character = String.fromCharCode(code);
  if (UNRESERVED.test(character)) return character;
  return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** RFC 3986 section 5.2.4, of a path that begins with a slash. */
function removeDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (isLast) kept.push('');
  }
  return `/${kept.join('/')}`;
}
