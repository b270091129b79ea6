/**
 * True for a path in its one spelling: relative or absolute POSIX, without an empty, `.` or `..`
 * segment (so no `//` and no trailing `/`), a segment that begins or ends with white space or ends
 * with a dot, backslash, percent-encoding, colon (but that of a drive), `~` before a digit (short
 * names), control or invisible character, in Unicode's composed form (NFC); nor any of that in what
 * its characters stand for (NFKC). The workspace itself is `.`. Any other spelling could name a file
 * that a glob was meant to cover.
 */
export function isClearPath(path: string): boolean {
  return path === '.' || (path !== '' && isClear(path, UNCLEAR_PATH));
}

/**
 * True for a resource in its one spelling: as a path, with at most a scheme such as `https://` and
 * without percent-encoded dots and slashes.
 */
export function isClearResource(resource: string): boolean {
  const scheme = SCHEME.exec(resource)?.[0].length ?? 0;
  const rest = resource.slice(scheme);
  return rest !== '' && isClear(rest, UNCLEAR_RESOURCE);
}

/** As `f`, remembering answers for short texts: a decision asks the same few again and again. */
export function remember(
  f: (text: string) => string | undefined,
): (text: string) => string | undefined {
  const answers = new Map<string, string | null>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known ?? undefined;
    const answer = f(text);
    if (text.length > MAX_REMEMBERED_LENGTH) return answer;
    if (answers.size === MAX_REMEMBERED) answers.clear();
    answers.set(text, answer ?? null);
    return answer;
  };
}

const MAX_REMEMBERED = 512;
const MAX_REMEMBERED_LENGTH = 256;

/**
 * The form in which restricting rules compare paths: without difference of case, as file systems of
 * macOS and Windows do, and without other forms of the same characters (NFKC: fullwidth, circled).
 */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return Array.from(text.normalize('NFKC'), foldCharacter).join('').normalize('NFC');
}

// One by one, because a capital sigma has another small form at the end of a word; both ways, so
// that what shares a capital or a small letter is the same.
function foldCharacter(character: string): string {
  return character.toLowerCase().toUpperCase().toLowerCase();
}

const UNCLEAR_PATH =
  /\\|\/\/|\/$|(?:^|\/)\s|[.\s](?:\/|$)|%[0-9a-f]{2}|~\d|(?<!^[a-z]):|^[a-z]:(?!\/)/i;
const UNCLEAR_RESOURCE = /\\|\/\/|\/$|(?:^|[/:])\.\.?(?:\/|$)|%(?:2e|2f|5c)/i;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//;
const ASCII = /^[\x20-\x7e]*$/;
const UNSEEN = /[\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

function isClear(text: string, unclear: RegExp): boolean {
  if (unclear.test(text)) return false;
  if (ASCII.test(text)) return true;
  const isComposed = !UNSEEN.test(text) && text === text.normalize('NFC');
  return isComposed && !unclear.test(text.normalize('NFKC'));
}
