import { Composer, CST, Lexer, Parser, type Document } from 'yaml';

import type { PolicyIssueCode } from '../issue.js';

/** A problem at offsets of the text. */
export interface TextIssue {
  readonly code: PolicyIssueCode;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** A document, or why the text is none. */
export type YamlText =
  { readonly document: Document.Parsed } | { readonly issues: readonly TextIssue[] };

const MAX_DEPTH = 64;
const MAX_LEXEMES = 100_000;
const MAX_ISSUES = 50;
// The parser's stack holds the document, one entry for a level, and the scalar being read.
const MAX_STACK = MAX_DEPTH + 2;

type LexemeType = CST.TokenType | null;

// Lexemes that stand for no character of the text. What follows `scalar` is the scalar's text.
const MARKS: ReadonlySet<LexemeType> = new Set(['doc-mode', 'flow-error-end', 'scalar']);
const FLOW_STEPS: ReadonlyMap<LexemeType, number> = new Map([
  ['flow-seq-start', 1],
  ['flow-map-start', 1],
  ['flow-seq-end', -1],
  ['flow-map-end', -1],
]);
const REFUSED: ReadonlyMap<LexemeType, string> = new Map([
  ['alias', 'expected no alias: write the value out'],
  ['anchor', 'expected no anchor: write the value out where it is needed'],
  ['tag', 'expected no tag: values have the types of YAML 1.2 core'],
  ['directive-line', 'expected no directive: the text is YAML 1.2'],
]);

/**
 * Reads one YAML 1.2 document of the core schema. Anchors, aliases, tags, directives and a second
 * document are refused while reading, before anything is composed from them.
 */
export function readYaml(text: string): YamlText {
  const read = readTokens(text);
  if ('issues' in read) return read;
  const options = { version: '1.2', schema: 'core', strict: true, uniqueKeys: false } as const;
  const composer = new Composer({ ...options, prettyErrors: false, logLevel: 'silent' });
  const [first, second] = composer.compose(read.tokens, true, text.length);
  if (first === undefined) return failed('syntax', 'expected a YAML document', [0, 0]);
  if (second !== undefined) {
    const message = 'expected one document, got a second one';
    return failed('unsupported-yaml', message, second.range);
  }
  const problems = [...first.errors, ...first.warnings].slice(0, MAX_ISSUES);
  if (problems.length === 0) return { document: first };
  return { issues: problems.map(({ message, pos }) => issueAt('syntax', message, pos)) };
}

function failed(...parts: Parameters<typeof issueAt>): YamlText {
  return { issues: [issueAt(...parts)] };
}

type Lexemes = { readonly lexemes: readonly string[] } | { readonly issues: readonly TextIssue[] };
type Tokens = { readonly tokens: readonly CST.Token[] } | { readonly issues: readonly TextIssue[] };

function readTokens(text: string): Tokens {
  const lexemes = readLexemes(text);
  if ('issues' in lexemes) return lexemes;
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of lexemes.lexemes) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_STACK) return { issues: [tooDeep(parser.offset)] };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

// Lexing is cheap and says how much work the rest will be.
function readLexemes(text: string): Lexemes {
  const lexemes: string[] = [];
  const issues: TextIssue[] = [];
  let offset = 0;
  let isScalar = false;
  let depth = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const type: LexemeType = isScalar ? null : CST.tokenType(lexeme);
    if (lexemes.push(lexeme) > MAX_LEXEMES) return { issues: [tooLarge(offset)] };
    depth += FLOW_STEPS.get(type) ?? 0;
    if (depth > MAX_DEPTH) return { issues: [tooDeep(offset)] };
    const end = MARKS.has(type) ? offset : offset + lexeme.length;
    const refusal = REFUSED.get(type);
    if (refusal !== undefined) issues.push(issueAt('unsupported-yaml', refusal, [offset, end]));
    if (issues.length === MAX_ISSUES) return { issues };
    isScalar = type === 'scalar';
    offset = end;
  }
  return issues.length > 0 ? { issues } : { lexemes };
}

function tooLarge(offset: number): TextIssue {
  const message = `expected at most ${MAX_LEXEMES} tokens: split the policy or write it shorter`;
  return issueAt('too-large', message, [offset, offset + 1]);
}

function tooDeep(offset: number): TextIssue {
  return issueAt('too-deep', `expected at most ${MAX_DEPTH} levels`, [offset, offset + 1]);
}

function issueAt(
  code: PolicyIssueCode,
  message: string,
  [start = 0, end = start]: readonly number[],
): TextIssue {
  return { code, message: message.slice(0, 1).toLowerCase() + message.slice(1), start, end };
}
