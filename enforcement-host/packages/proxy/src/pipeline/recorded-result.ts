import type { JsonObject, JsonValue } from '@axtary/core';
import type { OutcomeBody } from '@axtary/ledger';

/** UTF-16 units of a result that the ledger keeps. */
const MAX_TEXT = 4096;
/** Units that are looked at: secrets are taken out of what may be kept, and of some more. */
const MAX_READ = 4 * MAX_TEXT;
const TAKEN_OUT = '[redacted]';

// Names that say that their value is a secret, without case and without - and _.
const SECRET_NAMES = new Set([
  'accesskey',
  'accesstoken',
  'apikey',
  'apitoken',
  'auth',
  'authorization',
  'bearer',
  'clientsecret',
  'cookie',
  'credential',
  'credentials',
  'idtoken',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'proxyauthorization',
  'pwd',
  'refreshtoken',
  'secret',
  'secretaccesskey',
  'secretkey',
  'sessiontoken',
  'setcookie',
  'signingkey',
  'token',
  'webhooksecret',
  'xapikey',
]);

// Each alternative is a fixed beginning and one class repeated without a limit that could be given
// back, so that matching takes linear time.
const SECRETS = new RegExp(
  [
    String.raw`gh[pousr]_[A-Za-z0-9]{20,}`,
    String.raw`github_pat_[A-Za-z0-9_]{20,}`,
    String.raw`glpat-[A-Za-z0-9_-]{16,}`,
    String.raw`xox[a-z]-[A-Za-z0-9-]{10,}`,
    String.raw`xapp-[A-Za-z0-9-]{10,}`,
    String.raw`lin_(?:api|oauth)_[A-Za-z0-9]{16,}`,
    String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}`,
    String.raw`(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}`,
    String.raw`sk-[A-Za-z0-9_-]{20,}`,
    String.raw`AIza[A-Za-z0-9_-]{30,}`,
    String.raw`npm_[A-Za-z0-9]{30,}`,
    String.raw`hvs\.[A-Za-z0-9_-]{20,}`,
    String.raw`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`,
    String.raw`[Bb]earer\s[A-Za-z0-9._~+/=-]{8,}`,
    String.raw`-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?`,
  ].join('|'),
  'g',
);

/**
 * What the ledger keeps of a provider's answer: the beginning of its JSON with what looks like a
 * secret taken out. A help for readers: a secret in a form that nobody knows stays in.
 */
export function recordedResult(result: JsonValue): NonNullable<OutcomeBody['result']> {
  const writer = new ResultWriter();
  writer.write(result);
  const { text, redacted } = writer;
  const isCut = writer.isOver || text.length > MAX_TEXT;
  return {
    text: text.slice(0, MAX_TEXT).toWellFormed(),
    ...(isCut && { truncated: true as const }),
    ...(redacted > 0 && { redacted }),
  };
}

/** Writes JSON until there is enough of it. */
class ResultWriter {
  #text = '';
  redacted = 0;

  get text(): string {
    return this.#text;
  }

  get isOver(): boolean {
    return this.#text.length > MAX_TEXT;
  }

  write(value: JsonValue): void {
    if (this.isOver) return;
    if (typeof value === 'string') this.#text += JSON.stringify(this.#clean(value));
    else if (typeof value !== 'object' || value === null) this.#text += String(value);
    else if (Array.isArray(value)) this.#writeArray(value as readonly JsonValue[]);
    else this.#writeObject(value as JsonObject);
  }

  #writeArray(elements: readonly JsonValue[]): void {
    this.#text += '[';
    for (const [n, element] of elements.entries()) {
      if (this.isOver) return;
      if (n > 0) this.#text += ',';
      this.write(element);
    }
    this.#text += ']';
  }

  #writeObject(object: JsonObject): void {
    this.#text += '{';
    let isFirst = true;
    for (const name of Object.keys(object)) {
      if (this.isOver) return;
      this.#text += `${isFirst ? '' : ','}${JSON.stringify(this.#clean(name))}:`;
      isFirst = false;
      const member = object[name] ?? null;
      if (isSecretName(name) && member !== null) {
        this.redacted++;
        this.#text += JSON.stringify(TAKEN_OUT);
      } else {
        this.write(member);
      }
    }
    this.#text += '}';
  }

  #clean(text: string): string {
    // What is longer is cut: a secret that begins before the cut is known by its beginning.
    return text.slice(0, MAX_READ).replace(SECRETS, () => {
      this.redacted++;
      return TAKEN_OUT;
    });
  }
}

function isSecretName(name: string): boolean {
  return name.length <= 64 && SECRET_NAMES.has(name.replace(/[-_\s]/g, '').toLowerCase());
}
