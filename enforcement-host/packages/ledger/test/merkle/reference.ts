import { createHash } from 'node:crypto';

// RFC 6962 section 2.1 word for word, without regard to cost.

export function leafOf(text: string): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(text).digest();
}

export function leavesOf(count: number, prefix = 'leaf'): Buffer[] {
  return Array.from({ length: count }, (_, index) => leafOf(`${prefix} ${index}`));
}

export function referenceRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return createHash('sha256')
    .update(Buffer.of(1))
    .update(referenceRoot(leaves.slice(0, split)))
    .update(referenceRoot(leaves.slice(split)))
    .digest();
}

export function referencePath(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...referencePath(index, left), referenceRoot(right)]
    : [...referencePath(index - split, right), referenceRoot(left)];
}

export function referenceProof(first: number, leaves: readonly Buffer[]): Buffer[] {
  return first === 0 ? [] : subproof(first, leaves, true);
}

function subproof(first: number, leaves: readonly Buffer[], isKnown: boolean): Buffer[] {
  if (first === leaves.length) return isKnown ? [] : [referenceRoot(leaves)];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return first <= split
    ? [...subproof(first, left, isKnown), referenceRoot(right)]
    : [...subproof(first - split, right, false), referenceRoot(left)];
}

function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
