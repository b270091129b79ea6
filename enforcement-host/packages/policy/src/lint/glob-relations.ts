import { compileGlob } from '../glob.js';

/** True where every subject of one of the narrow globs surely matches one of the wide ones. */
export function globsCover(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((inner) => wide.some((outer) => globCovers(outer, inner)));
}

/** True where every subject of `narrow` surely matches `wide`. May be false where it does, too. */
export function globCovers(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === '**') return true;
  if (!narrow.includes('*')) return compileGlob(wide)(narrow);
  return wide.includes('*') && segmentsCover(wide.split('/'), narrow.split('/'));
}

/** True where no subject matches both. May be false where none does, too. */
export function areDisjoint(left: string, right: string): boolean {
  if (!left.includes('*')) return !compileGlob(right)(left);
  if (!right.includes('*')) return !compileGlob(left)(right);
  const [head, other] = [literalHead(left), literalHead(right)];
  return !head.startsWith(other) && !other.startsWith(head);
}

// `**` may also stand for no segment, so a slash before it need not be there.
function literalHead(glob: string): string {
  return (glob.split('*', 1)[0] ?? '').replace(/\/$/, '');
}

function segmentsCover(wide: readonly string[], narrow: readonly string[]): boolean {
  const [first, ...rest] = wide;
  if (first === undefined) return narrow.length === 0;
  if (first === '**') {
    if (rest.length === 0) return narrow.length > 0;
    return [...narrow, ''].some((_, index) => segmentsCover(rest, narrow.slice(index)));
  }
  const [inner, ...others] = narrow;
  if (inner === undefined || inner === '**') return false;
  return segmentCovers(first, inner) && segmentsCover(rest, others);
}

function segmentCovers(wide: string, narrow: string): boolean {
  if (wide === '*' || wide === narrow) return true;
  if (wide === '') return false;
  if (!narrow.includes('*')) return compileGlob(wide)(narrow);
  const [prefix = '', suffix, ...more] = wide.split('*');
  if (suffix === undefined || more.length > 0) return false;
  const head = narrow.split('*', 1)[0] ?? '';
  const tail = narrow.slice(narrow.lastIndexOf('*') + 1);
  return head.startsWith(prefix) && tail.endsWith(suffix);
}
