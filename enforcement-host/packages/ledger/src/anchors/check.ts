import { codeOf, messageOf } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import type { Anchor, AnchorSource } from './anchor.js';

export type AnchorFindingCode =
  /** An anchor is of another ledger than this one: it was replaced as a whole. */
  | 'OTHER_LEDGER'
  /** The ledger ends before a size that an anchor has seen: its end was cut, or it was set back. */
  | 'TRUNCATED'
  /** An anchor has seen a smaller ledger after a larger one. */
  | 'ROLLED_BACK'
  /** Anchors have seen two trees of one size: two histories were shown. */
  | 'FORKED'
  /** The ledger has other records than an anchor has seen, though it is as long. */
  | 'REWRITTEN';

/** What an anchor proves against a ledger. A value: the ledger may be hostile. */
export interface AnchorFinding {
  readonly code: AnchorFindingCode;
  readonly message: string;
  readonly anchor: Anchor;
  /** Up to this size the ledger and its anchors agree; 0 if they agree nowhere. */
  readonly agreesTo: number;
}

/** The ledger that anchors are compared with. Its chain and checkpoints are verified elsewhere. */
export interface AnchoredTree {
  readonly log: string;
  readonly size: number;
  /** Merkle tree hash of the first so many records; asked for the sizes of anchors only. */
  rootAt(size: number): Sha256 | Promise<Sha256>;
  /** Leaf hash of the last of the first so many records, where that is at hand. */
  headAt?(size: number): Sha256 | undefined | Promise<Sha256 | undefined>;
}

export interface AnchorReport {
  /** In the order of the anchors' sizes; empty if nothing contradicts the ledger. */
  readonly findings: readonly AnchorFinding[];
  /** The largest anchor that the ledger agrees with: nothing up to its size was changed. */
  readonly confirmed: Anchor | undefined;
}

/** A source that could not be read: it confirms nothing, and excludes nothing. */
export interface UnreadSource {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** All anchors of a ledger that can be had. Never throws for a source. */
export async function readAnchors(
  sources: readonly AnchorSource[],
  log: string,
): Promise<{ readonly anchors: readonly Anchor[]; readonly unread: readonly UnreadSource[] }> {
  const anchors: Anchor[] = [];
  const unread: UnreadSource[] = [];
  for (const source of sources) {
    try {
      anchors.push(...(await source.read(log)));
    } catch (error) {
      unread.push({ name: source.name, code: codeOf(error), message: messageOf(error) });
    }
  }
  return { anchors, unread };
}

/** The sizes at which a scan of a ledger must keep the root, so that it can be compared. */
export function sizesToCompare(anchors: readonly Anchor[], log: string): ReadonlySet<number> {
  return new Set(anchors.filter((anchor) => anchor.log === log).map(({ size }) => size));
}

/**
 * Compares a ledger with what others know of it. Finds a cut end, a rollback, a fork and a rewrite
 * of all that an anchor covers, also by whoever holds the ledger's keys. Says nothing of records
 * after the largest anchor, and is worth no more than the place that the anchors come from.
 *
 * @param anchors those of one source in the order in which they came.
 */
export async function checkAnchors(
  anchors: readonly Anchor[],
  tree: AnchoredTree,
): Promise<AnchorReport> {
  const ours = anchors.filter(({ log }) => log === tree.log);
  const bySize = ours.toSorted((one, other) => one.size - other.size);
  const compared = await compareAll(bySize, tree);
  const confirmed = compared.findLast(({ agrees }) => agrees)?.anchor;
  // An anchor beyond a change cannot agree, unless hashes collide: the first that differs ends it.
  const agreesTo = confirmed?.size ?? 0;
  const found = [
    ...anchors.filter(({ log }) => log !== tree.log).map((anchor) => otherLedger(anchor)),
    ...findForks(bySize),
    ...findRollbacks(ours),
    ...compared.filter(({ agrees }) => !agrees).map(({ anchor }) => differs(anchor, tree)),
  ];
  return { findings: found.map((finding) => ({ ...finding, agreesTo })), confirmed };
}

type Found = Omit<AnchorFinding, 'agreesTo'>;

interface Compared {
  readonly anchor: Anchor;
  readonly agrees: boolean;
}

async function compareAll(
  anchors: readonly Anchor[],
  tree: AnchoredTree,
): Promise<readonly Compared[]> {
  const compared: Compared[] = [];
  for (const anchor of anchors) compared.push({ anchor, agrees: await agrees(anchor, tree) });
  return compared;
}

async function agrees({ size, root, head }: Anchor, tree: AnchoredTree): Promise<boolean> {
  if (size > tree.size || (await tree.rootAt(size)) !== root) return false;
  const ours = head === undefined ? undefined : await tree.headAt?.(size);
  return ours === undefined || ours === head;
}

function otherLedger(anchor: Anchor): Found {
  const message = `${anchor.by} has seen ${anchor.log}, which is another ledger`;
  return { code: 'OTHER_LEDGER', message, anchor };
}

function differs(anchor: Anchor, { size }: AnchoredTree): Found {
  if (anchor.size > size) {
    const message = `${anchor.by} has seen ${anchor.size} records, but the ledger ends at ${size}`;
    return { code: 'TRUNCATED', message, anchor };
  }
  const message = `${anchor.by} has seen other records among the first ${anchor.size}`;
  return { code: 'REWRITTEN', message, anchor };
}

function findForks(bySize: readonly Anchor[]): readonly Found[] {
  return bySize.flatMap((anchor, index) => {
    const before = bySize[index - 1];
    if (before?.size !== anchor.size || before.root === anchor.root) return [];
    const message = `${before.by} and ${anchor.by} have seen two trees of ${anchor.size} records`;
    return [{ code: 'FORKED', message, anchor } as const];
  });
}

function findRollbacks(anchors: readonly Anchor[]): readonly Found[] {
  const largest = new Map<string, number>();
  return anchors.flatMap((anchor) => {
    const source = sourceOf(anchor);
    const before = largest.get(source) ?? 0;
    largest.set(source, Math.max(before, anchor.size));
    if (anchor.size >= before) return [];
    const message = `${anchor.by} has seen ${anchor.size} records after it had seen ${before}`;
    return [{ code: 'ROLLED_BACK', message, anchor } as const];
  });
}

// The commit at which a branch knows something is no source of its own.
function sourceOf({ by }: Anchor): string {
  return by.replace(/@[0-9a-f]{40,64}$/, '');
}
