import { canonicalize } from '@axtary/core';

import type { PolicyRule } from '../document/rule.js';
import type { Scalar } from '../document/text.js';
import { PRESETS } from './generated.js';
import type { PackName, PresetName } from './names.js';

interface WithPresets {
  readonly preset: PresetName | 'none';
  readonly packs: readonly PackName[];
}

interface WithLists extends WithPresets {
  readonly lists: Readonly<Record<string, readonly Scalar[]>>;
}

/** A document's lists, and those of its preset and packs that it does not define itself. */
export function listsOf({ lists, ...names }: WithLists): Record<string, readonly Scalar[]> {
  const given = presetsOf(names).flatMap((preset) => Object.entries(preset.lists));
  return Object.fromEntries([...given, ...Object.entries(lists)]);
}

/** The rules that a document's preset and packs bring. */
export function givenRules(document: WithPresets): readonly PolicyRule[] {
  return presetsOf(document).flatMap(({ rules }) => rules);
}

/**
 * The canonical text of what a document's preset and packs bring in this version of the software;
 * `undefined` where it names none. Two versions decide alike by one policy where these are equal.
 */
export function givenText(document: WithPresets): string | undefined {
  const given = presetsOf(document);
  return given.length === 0 ? undefined : canonicalize(JSON.parse(JSON.stringify(given)));
}

function presetsOf({ preset, packs }: WithPresets) {
  return [...(preset === 'none' ? [] : [preset]), ...packs].map((name) => PRESETS[name]);
}
