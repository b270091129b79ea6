import { COMBINATORS, OPERATORS } from '../document/condition.js';
import type { Suggestion } from './suggestion.js';
import { KEY_DOCS } from './docs.js';
import { fieldDoc, fieldsFor } from './fields.js';
import type { CompletionPlace } from './place.js';
import { MAPS, type MapName, type Shape } from './shape.js';
import { snippets } from './snippets.js';

type KeyedShape = Extract<Shape, { readonly type: 'map' | 'record' }>;

/** Keys that the mapping at the cursor may still get. */
export function keyCompletions(place: CompletionPlace, shape: KeyedShape): readonly Suggestion[] {
  return shape.type === 'map' ? fixedKeys(place, shape.of) : freeKeys(place, shape);
}

/** Whole entries: rules and the beginning of a file. */
export function snippetsFor(place: CompletionPlace, of: MapName): readonly Suggestion[] {
  if (place.isFlow || place.siblings.size > 0 || place.restOfLine !== '') return [];
  return snippets(of).map(({ label, detail, lines }) => ({
    label,
    kind: 'snippet',
    insertText: lines.join(`\n${' '.repeat(place.column)}`),
    isSnippet: true,
    detail,
  }));
}

function fixedKeys(place: CompletionPlace, of: MapName): readonly Suggestion[] {
  const { siblings } = place;
  const shapes = MAPS[of];
  const keys = Object.keys(shapes).filter((key) => !siblings.has(key));
  return keys
    .filter((key) => fits(key, { of, siblings, place }))
    .flatMap((key) => {
      const shape = shapes[key];
      const doc = KEY_DOCS[of][key];
      return shape === undefined || doc === undefined
        ? []
        : [
            {
              label: key,
              kind: OPERATOR_NAMES.has(key) ? ('operator' as const) : ('key' as const),
              ...insertionOf(key, shape, place),
              documentation: markdownOf(doc),
            },
          ];
    });
}

export function markdownOf({
  text,
  example,
}: {
  readonly text: string;
  readonly example: string;
}): string {
  return `${text}\n\n\`\`\`yaml\n${example}\n\`\`\``;
}

const OPERATOR_NAMES: ReadonlySet<string> = new Set(OPERATORS);
const COMBINATOR_NAMES: ReadonlySet<string> = new Set(COMBINATORS);

interface Given {
  readonly of: MapName;
  readonly siblings: ReadonlySet<string>;
  readonly place: CompletionPlace;
}

// What the schema would refuse is not offered.
function fits(key: string, { of, siblings, place }: Given): boolean {
  if (of === 'condition') return fitsCondition(key, siblings);
  if (of === 'obligations') return fitsEffect(key, place.inRule('effect')?.value);
  if (of === 'server') return fitsTransport(key, siblings);
  return true;
}

function fitsCondition(key: string, siblings: ReadonlySet<string>): boolean {
  if (siblings.has('budgetOf') || key === 'usedOver') {
    return key === 'usedOver' && siblings.has('budgetOf');
  }
  if (siblings.has('usedOver')) return key === 'budgetOf';
  const has = (names: ReadonlySet<string>): boolean => [...siblings].some((key) => names.has(key));
  if (has(COMBINATOR_NAMES)) return false;
  if (key === 'field') return true;
  if (has(OPERATOR_NAMES)) return false;
  return OPERATOR_NAMES.has(key) || !siblings.has('field');
}

function fitsEffect(key: string, effect: string | undefined): boolean {
  if (effect === 'deny') return false;
  return effect !== 'allow' || (key !== 'approverRoles' && key !== 'approvals');
}

function fitsTransport(key: string, siblings: ReadonlySet<string>): boolean {
  const isHttp = key === 'url' || key === 'headers';
  if (siblings.has('url') || siblings.has('headers')) return isHttp;
  return !isHttp || siblings.size === 0;
}

function insertionOf(
  key: string,
  shape: Shape,
  place: CompletionPlace,
): Pick<Suggestion, 'insertText' | 'isSnippet'> {
  const name = place.written(key);
  if (place.hit.role === 'key' && place.restOfLine.startsWith(':')) {
    return { insertText: name, isSnippet: false };
  }
  if (place.hit.quote !== '' || shape.type === 'value' || isShort(shape)) {
    return { insertText: place.hit.quote === '' ? `${name}: ` : name, isSnippet: false };
  }
  const isList = shape.type === 'list';
  if (place.isFlow) {
    return { insertText: isList ? `${name}: [$1]` : `${name}: { $1 }`, isSnippet: true };
  }
  const inner = `\n${' '.repeat(place.column + 2)}${isList ? '- ' : ''}`;
  return { insertText: `${name}:${inner}`, isSnippet: false };
}

// Often a single value, or a list on the same line.
function isShort(shape: Shape): boolean {
  return shape.type === 'list' && shape.item.type === 'value' && shape.orOne;
}

function freeKeys(
  place: CompletionPlace,
  { names }: Extract<Shape, { readonly type: 'record' }>,
): readonly Suggestion[] {
  const { siblings } = place;
  return freeNames(place, names)
    .filter((name) => !siblings.has(name))
    .map((name) => {
      const doc = names === 'fields' ? fieldDoc(name) : undefined;
      return {
        label: name,
        kind: names === 'fields' ? 'field' : 'key',
        ...insertionOf(name, { type: 'value', of: 'text' }, place),
        ...(doc && { documentation: markdownOf(doc) }),
      };
    });
}

function freeNames(
  place: CompletionPlace,
  names: Extract<Shape, { readonly type: 'record' }>['names'],
): readonly string[] {
  if (names === 'fields') return fieldsFor(place.tools, place.environment);
  if (names === 'lists') return place.givenLists;
  return names === 'servers' ? (place.environment.servers ?? []) : [];
}
