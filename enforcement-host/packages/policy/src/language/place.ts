import type { PolicyEnvironment } from './environment.js';
import type { CursorHit, OutlineNode } from './outline-node.js';
import { childOf, nodeAt, pathOf, type Path } from './outline.js';
import { yamlText } from './quote.js';
import { budgetedRules, givenPresets } from './rules-in-force.js';
import { lineEnd } from './scalar.js';

interface PlaceParts {
  readonly text: string;
  readonly offset: number;
  readonly hit: CursorHit;
  readonly root: OutlineNode;
  readonly environment: PolicyEnvironment;
}

const TOKEN = /[\w.*/@+~-]/;

/** The cursor's place in a policy, and what the text around it says. */
export class CompletionPlace {
  readonly hit: CursorHit;
  readonly path: Path;
  readonly environment: PolicyEnvironment;
  readonly tokenEnd: number;
  /** What follows on the line, without a comment. */
  readonly restOfLine: string;
  /** Where further lines of what is inserted begin. */
  readonly column: number;
  readonly isFlow: boolean;
  readonly #parts: PlaceParts;

  constructor(parts: PlaceParts, written?: { readonly column: number; readonly isFlow: boolean }) {
    const { text, offset, hit, environment } = parts;
    this.#parts = parts;
    this.hit = hit;
    this.environment = environment;
    this.path = pathOf(hit.node);
    this.tokenEnd = endOfToken(text, offset, hit);
    this.restOfLine = text
      .slice(this.tokenEnd, lineEnd(text, this.tokenEnd))
      .replace(/#.*/, '')
      .trim();
    this.column = written?.column ?? hit.column;
    this.isFlow = written?.isFlow ?? hit.isFlow;
  }

  /** The same place, for what stands deeper. */
  indentedBy(columns: number): CompletionPlace {
    const { column, isFlow } = this;
    return new CompletionPlace(this.#parts, { column: column + columns, isFlow });
  }

  /** The same place, for what stands in brackets. */
  inBrackets(): CompletionPlace {
    return new CompletionPlace(this.#parts, { column: this.column, isFlow: true });
  }

  get isElement(): boolean {
    return typeof this.hit.node.name === 'number';
  }

  /** Keys that the mapping at the cursor has already, without the one at the cursor. */
  get siblings(): ReadonlySet<string> {
    const { start } = this.hit;
    const map = nodeAt(this.#parts.root, this.path);
    const others = (map?.children ?? []).filter(
      ({ keyStart, keyEnd }) => start < keyStart || start > keyEnd,
    );
    return new Set(others.map(({ name }) => String(name)));
  }

  /** Beside the value at the cursor: the scalar of another key in the same mapping. */
  sibling(name: string): string | undefined {
    const depth = this.isElement ? -2 : -1;
    const map = nodeAt(this.#parts.root, this.path.slice(0, depth));
    return map === undefined ? undefined : childOf(map, name)?.value;
  }

  /** The scalar at a path below the rule that the cursor is in. */
  inRule(...path: Path): OutlineNode | undefined {
    return this.path[0] === 'policies'
      ? nodeAt(this.#parts.root, [...this.path.slice(0, 2), ...path])
      : undefined;
  }

  /** Tools that the rule names without a star. */
  get tools(): readonly string[] {
    const tool = this.inRule('match', 'tool');
    const named =
      tool === undefined ? [] : [tool.value, ...tool.children.map(({ value }) => value)];
    return named.filter((name) => name !== undefined).filter((name) => !name.includes('*'));
  }

  /** Names that a section of the file defines. */
  namesIn(section: 'lists' | 'roles' | 'servers'): readonly string[] {
    const node = childOf(this.#parts.root, section);
    return (node?.children ?? []).map(({ name }) => String(name));
  }

  /** Ids of rules with budgets, of the file, its preset and its packs. */
  get budgetedRules(): readonly string[] {
    return budgetedRules(this.#parts.root);
  }

  /** Lists of the file, its preset and its packs. */
  get lists(): readonly string[] {
    return [...new Set([...this.namesIn('lists'), ...this.givenLists])];
  }

  /** Lists that the preset and the packs bring. */
  get givenLists(): readonly string[] {
    return givenPresets(this.#parts.root).flatMap(({ lists }) => Object.keys(lists));
  }

  /** A text as it may be written here. */
  written(text: string): string {
    return yamlText(text, { quote: this.hit.quote, isFlow: this.isFlow });
  }
}

function endOfToken(text: string, offset: number, { quote }: CursorHit): number {
  if (quote !== '') {
    const close = text.indexOf(quote, offset);
    return close === -1 || close > lineEnd(text, offset) ? offset : close;
  }
  let end = offset;
  while (TOKEN.test(text[end] ?? '') || isInnerColon(text, end)) end++;
  return end;
}

function isInnerColon(text: string, at: number): boolean {
  return text[at] === ':' && TOKEN.test(text[at + 1] ?? '');
}
