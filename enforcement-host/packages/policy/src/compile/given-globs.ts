import { compileGlob, globProblem, type Glob } from '../glob.js';
import { foldCase } from '../path.js';

// Globs that come with an action are hostile: more than this is not decided.
export const MAX_GIVEN_GLOBS = 256;

// Compiled globs by their text, so that the constraints of a session are compiled once. Cleared
// when full: an agent that varies its globs costs a compilation each, never memory.
const COMPILED = new Map<string, Glob>();
const MAX_CACHED = 512;

/** Compiles globs that the action itself carries; `undefined` where one is none. */
export function compileGivenGlobs(given: unknown, fold: boolean): readonly Glob[] | undefined {
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (texts.length > MAX_GIVEN_GLOBS) return undefined;
  const globs: Glob[] = [];
  for (const text of texts) {
    const glob = typeof text === 'string' ? compileOne(text, fold) : undefined;
    if (glob === undefined) return undefined;
    globs.push(glob);
  }
  return globs;
}

function compileOne(text: string, fold: boolean): Glob | undefined {
  if (globProblem(text) !== undefined) return undefined;
  const key = fold ? foldCase(text) : text;
  const known = COMPILED.get(key);
  if (known !== undefined) return known;
  if (globProblem(key) !== undefined) return undefined;
  if (COMPILED.size === MAX_CACHED) COMPILED.clear();
  const glob = compileGlob(key);
  COMPILED.set(key, glob);
  return glob;
}
