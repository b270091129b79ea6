import type { PolicySymbol, TextRange } from '@axtary/protocol';

/** A test of a file, with an id that stays as long as its name does. */
export interface TestSymbol {
  readonly id: string;
  readonly name: string;
  readonly range: TextRange;
}

/** The tests among the symbols of a file, wherever they are in its outline. */
export function testSymbols(symbols: readonly PolicySymbol[]): TestSymbol[] {
  const all = symbols.flatMap(({ children, ...section }) => [section, ...children]);
  const counts = new Map<string, number>();
  return all
    .filter(({ kind }) => kind === 'test')
    .map(({ name, range }) => {
      const earlier = counts.get(name) ?? 0;
      counts.set(name, earlier + 1);
      // Two tests of one name are an issue of the file; the second has an id of its own still.
      return { id: testId(name, earlier), name, range };
    });
}

/** @param earlier How many tests of this name come before it. */
export function testId(name: string, earlier = 0): string {
  return earlier === 0 ? name : `${name}#${earlier}`;
}
