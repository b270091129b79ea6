/**
 * True for a path in its one spelling: relative or absolute POSIX, without an empty, `.` or `..`
 * segment (so no `//` and no trailing `/`), backslash or NUL. The workspace itself is `.`. Any other spelling could name a
 * file that a glob was meant to cover.
 */
export function isNormalisedPath(path: string): boolean {
  return path === '.' || (path !== '' && !UNCLEAR.test(path));
}

const UNCLEAR = /[\\\0]|\/\/|\/$|(?:^|\/)\.\.?(?:\/|$)/;
