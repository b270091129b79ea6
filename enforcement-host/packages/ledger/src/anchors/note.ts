// A signed note (c2sp.org/signed-note):
//   <text, any number of lines, each closed by \n>
//   <empty line>
//   — <key name> <base64(4 bytes of key id || signature)>      one or more
const SIGNATURES = '\n\n';
const SIGNATURE_LINE = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/;
// Unicode spaces (which `\s` lacks only U+0085 of) and the plus sign.
const NOT_IN_NAME = /[\s\u0085+]/;
const KEY_ID_BYTES = 4;

const MAX_NOTE = 256 * 1024;
const MAX_SIGNATURES = 64;

export interface NoteSignature {
  /** Name of the key; only name and id together name a key. */
  readonly name: string;
  /** The first 32 bits of the key's hash. An identifier, not a proof. */
  readonly keyId: number;
  /** What follows the key id. */
  readonly bytes: Buffer;
}

/** A note as it is written, its signatures not verified. */
export interface SignedNote {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Signs notes. The private key stays behind it. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: number;
  /** The signature over the UTF-8 bytes of the text, without the key id. */
  sign(text: string): Buffer;
}

/** One key that notes are verified with. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  /** What the signature says; `undefined` if it is not one over this text. Never throws. */
  verify(text: string, signature: Buffer): NoteStatement | undefined;
}

export interface NoteStatement {
  /** Seconds since 1970 at which it was signed, where the signature says that. */
  readonly signedAt?: number;
}

/** A key's statement about a note. */
export interface VerifiedSignature extends NoteStatement {
  readonly name: string;
  readonly signature: NoteSignature;
}

/** Whether keys may be called so. */
export function isKeyName(name: string): boolean {
  return name !== '' && !NOT_IN_NAME.test(name) && !hasControl(name) && name.isWellFormed();
}

// ASCII control characters other than the newline, which the format excludes.
function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return false;
}

/** Reads a note; `undefined` if it is none. Nothing in it is to be believed before `verifyNote`. */
export function parseNote(note: string): SignedNote | undefined {
  if (note.length > MAX_NOTE || !note.endsWith('\n')) return undefined;
  if (hasControl(note) || !note.isWellFormed()) return undefined;
  const end = note.lastIndexOf(SIGNATURES);
  if (end === -1) return undefined;
  const signatures = parseSignatures(note.slice(end + SIGNATURES.length));
  return signatures && { text: note.slice(0, end + 1), signatures };
}

/** Reads signature lines, each closed by a newline; `undefined` if one of them is none. */
export function parseSignatures(lines: string): readonly NoteSignature[] | undefined {
  if (!lines.endsWith('\n')) return undefined;
  const parsed = lines
    .slice(0, -1)
    .split('\n', MAX_SIGNATURES + 1)
    .map(parseSignature);
  const signatures = parsed.filter((signature) => signature !== undefined);
  const isWhole = signatures.length === parsed.length && parsed.length <= MAX_SIGNATURES;
  return isWhole ? signatures : undefined;
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name = '', base64 = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length <= KEY_ID_BYTES || bytes.toString('base64') !== base64) return undefined;
  if (!isKeyName(name)) return undefined;
  return { name, keyId: bytes.readUInt32BE(), bytes: bytes.subarray(KEY_ID_BYTES) };
}

/** @throws TypeError for a text that cannot be one of a note. */
export function writeNote({ text, signatures }: SignedNote): string {
  const lines = signatures.map(({ name, keyId, bytes }) => {
    const id = Buffer.alloc(KEY_ID_BYTES);
    id.writeUInt32BE(keyId);
    return `\u2014 ${name} ${Buffer.concat([id, bytes]).toString('base64')}\n`;
  });
  const note = `${text}\n${lines.join('')}`;
  if (parseNote(note)?.text !== text) throw new TypeError('expected lines of text and a signature');
  return note;
}

/** @throws TypeError for a text that cannot be one of a note. */
export function signNote(text: string, signer: NoteSigner): string {
  const { name, keyId } = signer;
  return writeNote({ text, signatures: [{ name, keyId, bytes: signer.sign(text) }] });
}

/**
 * The signatures by these keys. Signatures by other keys are ignored.
 *
 * @returns `undefined` if there is none, or if one of them does not verify: then the whole note is
 *   to be rejected.
 */
export function verifyNote(
  { text, signatures }: SignedNote,
  verifiers: readonly NoteVerifier[],
): readonly VerifiedSignature[] | undefined {
  const verified: VerifiedSignature[] = [];
  for (const signature of signatures) {
    const { name, keyId, bytes } = signature;
    const key = verifiers.find((known) => known.name === name && known.keyId === keyId);
    if (key === undefined) continue;
    const statement = key.verify(text, bytes);
    if (statement === undefined) return undefined;
    verified.push({ ...statement, name, signature });
  }
  return verified.length === 0 ? undefined : verified;
}
