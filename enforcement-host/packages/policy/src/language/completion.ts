import type { Position } from '../issue.js';
import { keyCompletions, snippetsFor } from './complete-keys.js';
import { valueCompletions } from './complete-values.js';
import type { PolicyEnvironment } from './environment.js';
import { hitAt, pathOf, readOutline } from './outline.js';
import { CompletionPlace } from './place.js';
import { offsetAt, rangesOf } from './position.js';
import { shapeAt, type MapName, type Shape } from './shape.js';
import type { Completion, Suggestion } from './suggestion.js';

/**
 * What may stand at a position of an `axtary.yml`, most likely first. Works on texts that are being
 * written; never throws.
 */
export function completePolicy(
  text: string,
  position: Position,
  environment: PolicyEnvironment = {},
): readonly Completion[] {
  const offset = offsetAt(text, position);
  const hit = hitAt(text, offset);
  if (hit === undefined) return [];
  const shape = shapeAt(pathOf(hit.node));
  if (shape === undefined) return [];
  const place = new CompletionPlace({ text, offset, hit, root: readOutline(text), environment });
  const range = rangesOf(text)(hit.start, place.tokenEnd);
  return suggestionsAt(place, shape).map((suggestion) => ({ ...suggestion, range }));
}

function suggestionsAt(place: CompletionPlace, shape: Shape): readonly Suggestion[] {
  const { hit } = place;
  switch (shape.type) {
    case 'map':
      return inMap(place, shape.of);
    case 'record':
      return hit.role === 'key' || !hit.isInline ? keyCompletions(place, shape) : [];
    case 'list':
      return inList(place, shape);
    case 'value':
      return hit.role === 'value' ? valueCompletions(place, shape.of) : [];
  }
}

function inMap(place: CompletionPlace, of: MapName): readonly Suggestion[] {
  const { hit } = place;
  if (hit.role === 'value' && hit.isInline && !place.isElement) {
    if (place.restOfLine !== '') return [];
    const keys = keyCompletions(place.inBrackets(), { type: 'map', of });
    return keys.map((key) => wrapped(key, ['{ ', ' }']));
  }
  return [...keyCompletions(place, { type: 'map', of }), ...snippetsFor(place, of)];
}

// A list itself: elements in brackets behind its key, or with a dash on lines of their own.
function inList(
  place: CompletionPlace,
  { item, orOne }: Extract<Shape, { readonly type: 'list' }>,
): readonly Suggestion[] {
  if (place.hit.role === 'key') return [];
  if (!place.hit.isInline) {
    return elementsOf(place.indentedBy(2), item).map((each) => wrapped(each, ['- ', '']));
  }
  if (item.type !== 'value') return [];
  const values = valueCompletions(place, item.of);
  return orOne ? values : values.map((each) => wrapped(each, ['[', ']']));
}

function elementsOf(place: CompletionPlace, item: Shape): readonly Suggestion[] {
  if (item.type === 'value') return valueCompletions(place, item.of);
  if (item.type !== 'map') return [];
  return [...keyCompletions(place, item), ...snippetsFor(place, item.of)];
}

function wrapped(suggestion: Suggestion, [before, after]: readonly [string, string]): Suggestion {
  return { ...suggestion, insertText: `${before}${suggestion.insertText}${after}` };
}
