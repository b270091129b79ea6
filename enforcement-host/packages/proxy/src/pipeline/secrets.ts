/** What stands where a secret was. */
export const TAKEN_OUT = '[redacted]';

/** A text without what looks like a secret, and how many were taken out. */
export interface Cleaned {
  readonly text: string;
  readonly redacted: number;
}

// Names that say that their value is a secret: those that end so, without case, - and _.
const SECRET_ENDINGS = [
  'access[-_ ]?key',
  'api[-_ ]?key',
  'authorization',
  'cookie',
  'credential',
  'encryption[-_ ]?key',
  'passphrase',
  'passwd',
  'password',
  'private[-_ ]?key',
  'secret[-_ ]?key',
  'secret',
  'signing[-_ ]?key',
  'token',
].join('|');
const SECRET_NAME = new RegExp(`(?:${SECRET_ENDINGS})(s?)$|^(?:auth|bearer|pwd)$`, 'i');

// Every alternative fails within a bounded number of units, or matches all that it has read: no
// text is read twice, whatever it is.
const SECRET_FORMS = new RegExp(
  [
    String.raw`gh[pousr]_[A-Za-z0-9]{20,}`,
    String.raw`github_pat_[A-Za-z0-9_]{20,}`,
    String.raw`glpat-[A-Za-z0-9_-]{16,}`,
    String.raw`xox[a-z]-[A-Za-z0-9-]{10,}`,
    String.raw`xapp-[A-Za-z0-9-]{10,}`,
    String.raw`lin_(?:api|oauth)_[A-Za-z0-9]{16,}`,
    String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}`,
    String.raw`(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}`,
    String.raw`whsec_[A-Za-z0-9+/=]{16,}`,
    String.raw`sk-[A-Za-z0-9_-]{20,}`,
    String.raw`AIza[A-Za-z0-9_-]{30,}`,
    String.raw`npm_[A-Za-z0-9]{30,}`,
    String.raw`hvs\.[A-Za-z0-9_-]{20,}`,
    // Also what is only the beginning of a JWT: base64url of an object in JSON.
    String.raw`eyJ[A-Za-z0-9_-]{13,}(?:\.[A-Za-z0-9_-]*){0,4}`,
    String.raw`-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)`,
    // Credentials in a URL: RFC 3986, section 3.2.1.
    String.raw`(?<=:\/\/)[^\s/:@"']{0,128}:[^\s/@"']{1,128}(?=@)`,
    String.raw`[Bb][Ee][Aa][Rr][Ee][Rr][ \t]{1,8}[A-Za-z0-9._~+/=-]{8,}`,
  ].join('|'),
  'g',
);

// `password=…`, `"api_key": "…"`, `Authorization: Basic …`, as configurations, headers and JSON
// inside a text have them. Of a header the whole line is its value.
const NAMED_IN_TEXT = new RegExp(
  String.raw`((?:${SECRET_ENDINGS})\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8})` +
    String.raw`(?!\[redacted\]|null\b|true\b|false\b|none\b|undefined\b)` +
    String.raw`(?:"(?:[^"\\]|\\.)*"?|\\{1,3}"[^"\\]*(?:\\{1,3}")?|'[^']*'?|` +
    String.raw`(?:basic|bearer|digest|negotiate|token)[ \t]{1,8}[^\s"'\\]+|` +
    String.raw`(?<=cookie[ \t]{0,8}:[ \t]{0,8})[^\r\n"'\\]+|[^\s,;&"'}\]\\]+)`,
  'gi',
);

/** Whether the value of a member with this name is a secret, given how that value begins. */
export function isSecretMember(name: string, value: string): boolean {
  const found = SECRET_NAME.exec(name.slice(-64));
  if (!found || /^(?:null|true|false)/.test(value)) return false;
  // Counts, such as `max_tokens`, are none.
  return found[1] !== 's' || /^["[{]/.test(value);
}

/**
 * Takes out of a text what looks like a secret, in linear time. A help for readers: a secret in a
 * form that nobody knows stays in.
 */
export function withoutSecrets(text: string): Cleaned {
  let redacted = 0;
  const cleaned = text
    .replace(SECRET_FORMS, () => {
      redacted++;
      return TAKEN_OUT;
    })
    .replace(NAMED_IN_TEXT, (_match, name: string) => {
      redacted++;
      return `${name}${TAKEN_OUT}`;
    });
  return { text: cleaned, redacted };
}
