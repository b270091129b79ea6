import type { Scalar } from '../document/text.js';
import { PRESETS } from './generated.js';
import type { PackName, PresetName } from './names.js';

interface WithLists {
  readonly preset: PresetName | 'none';
  readonly packs: readonly PackName[];
  readonly lists: Readonly<Record<string, readonly Scalar[]>>;
}

/** A document's lists, and those of its preset and packs that it does not define itself. */
export function listsOf({ preset, packs, lists }: WithLists): Record<string, readonly Scalar[]> {
  const names = preset === 'none' ? packs : [preset, ...packs];
  const given = names.flatMap((name) => Object.entries(PRESETS[name].lists));
  return Object.fromEntries([...given, ...Object.entries(lists)]);
}
