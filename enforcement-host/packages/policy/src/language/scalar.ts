/** A scalar of a YAML text: plain or quoted, on one line or on several. */
export interface ScalarToken {
  readonly start: number;
  /** After the closing quote, where there is one. */
  readonly end: number;
  readonly quote: string;
  readonly value: string;
}

interface Limits {
  readonly isFlow: boolean;
  /** Lines that are indented no deeper end a quoted text that nobody closes. */
  readonly indent: number;
}

const MAX_QUOTED_LINES = 16;
const SPACE = /[ \t\r\n]/;
const FLOW_ENDS = ',[]{}';

/** Reads the scalar that begins at an offset. Never goes back. */
export function readScalar(text: string, start: number, limits: Limits): ScalarToken {
  const first = text[start];
  return first === '"' || first === "'"
    ? readQuoted(text, start, limits)
    : readPlain(text, start, limits.isFlow);
}

/** True where a mapping's colon is at an offset. */
export function isColon(text: string, at: number, after: { readonly isFlow: boolean }): boolean {
  if (text[at] !== ':') return false;
  const next = text[at + 1];
  return next === undefined || SPACE.test(next) || (after.isFlow && FLOW_ENDS.includes(next));
}

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

export function skipSpaces(text: string, at: number): number {
  let next = at;
  while (text[next] === ' ' || text[next] === '\t' || text[next] === '\r') next++;
  return next;
}

// Where a plain text may end: at a colon, a comment, a line's end, and in brackets at more.
const STOPS = { block: /[:#\n]/g, flow: /[:#\n,[\]{}]/g } as const;

function readPlain(text: string, start: number, isFlow: boolean): ScalarToken {
  const stops = isFlow ? STOPS.flow : STOPS.block;
  stops.lastIndex = start;
  let stop = stops.exec(text);
  while (stop !== null && !endsPlain(text, stop.index, { start, isFlow })) stop = stops.exec(text);
  const value = text.slice(start, stop?.index ?? text.length).trimEnd();
  return { start, end: start + value.length, quote: '', value };
}

function endsPlain(
  text: string,
  at: number,
  { start, isFlow }: { readonly start: number; readonly isFlow: boolean },
): boolean {
  const character = text[at];
  if (character === ':') return isColon(text, at, { isFlow });
  return character !== '#' || (at > start && SPACE.test(text[at - 1] ?? ''));
}

function readQuoted(text: string, start: number, { indent }: Limits): ScalarToken {
  const quote = text[start] ?? '';
  let lines = 0;
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '\\' && quote === '"') at++;
    else if (character === quote && quote === "'" && text[at + 1] === quote) at++;
    else if (character === quote) return quoted(text, start, at + 1);
    else if (character === '\n' && (++lines > MAX_QUOTED_LINES || !goesOn(text, at + 1, indent))) {
      break;
    }
  }
  return unclosed(text, start);
}

function quoted(text: string, start: number, end: number): ScalarToken {
  const quote = text[start] ?? '';
  const inner = text.slice(start + 1, end - 1);
  return {
    start,
    end,
    quote,
    value: quote === "'" ? inner.replaceAll("''", "'") : unescaped(inner),
  };
}

const ESCAPED = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^ux]))/g;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);

function unescaped(inner: string): string {
  return inner.replaceAll(ESCAPED, (_, ...groups: (string | undefined)[]) => {
    const [long, short, letter = ''] = groups;
    const digits = long ?? short;
    if (digits !== undefined) return String.fromCharCode(parseInt(digits, 16));
    return ESCAPES.get(letter) ?? letter;
  });
}

function unclosed(text: string, start: number): ScalarToken {
  const end = lineEnd(text, start);
  return { start, end, quote: text[start] ?? '', value: text.slice(start + 1, end).trimEnd() };
}

function goesOn(text: string, lineStart: number, indent: number): boolean {
  const content = skipSpaces(text, lineStart);
  return content - lineStart > indent || content === lineEnd(text, lineStart);
}
