import { SCOPES } from '../document/obligations.js';
import { DAYS } from '../document/window.js';
import { MATCH_FIELDS } from '../normal/normalize-rule.js';
import { PRESETS } from '../presets/generated.js';
import { PACK_NAMES, PRESET_NAMES } from '../presets/names.js';
import { markdownOf } from './complete-keys.js';
import type { Suggestion } from './suggestion.js';
import { VALUE_DOCS } from './docs.js';
import { BUILT_IN_TOOLS, fieldDoc, fieldsFor } from './fields.js';
import type { CompletionPlace } from './place.js';
import type { ValueKind } from './shape.js';
import { counted } from './words.js';

/** Values that may stand at the cursor. */
export function valueCompletions(place: CompletionPlace, of: ValueKind): readonly Suggestion[] {
  return VALUES[of](place);
}

type Values = (place: CompletionPlace) => readonly Suggestion[];

const VALUES: Readonly<Record<ValueKind, Values>> = {
  version: () => [literal('1')],
  preset: (place) => texts(place, [...PRESET_NAMES, 'none']),
  pack: (place) => texts(place, PACK_NAMES),
  flag: () => [literal('true'), literal('false')],
  true: () => [literal('true')],
  effect: (place) => texts(place, ['allow', 'deny', 'step_up']),
  'rule-id': () => [],
  'budgeted-rule': (place) => texts(place, place.budgetedRules),
  text: () => [],
  tool: (place) => texts(place, toolsOf(place)),
  resource: (place) => texts(place, resourcesOf(place)),
  agent: (place) => seen(place, MATCH_FIELDS.agent),
  human: (place) => seen(place, MATCH_FIELDS.human),
  tenant: (place) => seen(place, MATCH_FIELDS.tenant),
  runtime: (place) => seen(place, MATCH_FIELDS.runtime),
  task: (place) => seen(place, MATCH_FIELDS.task),
  source: (place) => texts(place, SOURCES),
  role: (place) => texts(place, place.namesIn('roles')),
  field: (place) => fields(place, []),
  'other-field': (place) =>
    fields(
      place,
      place.lists.map((name) => `lists.${name}`),
    ),
  scalar: (place) => comparedWith(place),
  glob: (place) => globs(place),
  number: () => [],
  currency: (place) => texts(place, Intl.supportedValuesOf('currency')),
  day: (place) => texts(place, DAYS),
  time: (place) => texts(place, TIMES),
  'time-zone': (place) => texts(place, timeZones()),
  scope: (place) => texts(place, SCOPES),
  member: (place) =>
    texts(place, [...(place.environment.values?.['actor.human'] ?? []), 'user:', 'approver:']),
};

const SOURCES = ['mcp', 'hook', 'http', 'sdk', 'demo'];
const TIMES = ['00:00', '08:00', '09:00', '12:00', '17:00', '18:00', '22:00'];
const COMMON_GLOBS = ['**/.env*', '**/.git/**', '**/.ssh/**', 'infra/**', 'src/**', 'test/**'];

function literal(label: string): Suggestion {
  return { label, kind: 'value', insertText: label, isSnippet: false };
}

function texts(place: CompletionPlace, values: readonly string[]): readonly Suggestion[] {
  return [...new Set(values)].map((label) => {
    const documentation = docOf(label);
    return {
      label,
      kind: 'value',
      insertText: place.written(label),
      isSnippet: false,
      ...(documentation !== undefined && { documentation }),
    };
  });
}

function docOf(value: string): string | undefined {
  if (Object.hasOwn(VALUE_DOCS, value)) return VALUE_DOCS[value];
  const preset = [...PRESET_NAMES, ...PACK_NAMES].find((name) => name === value);
  return preset && `${counted(PRESETS[preset].rules.length, 'rule')}: ${ruleIds(preset)}`;
}

function ruleIds(name: keyof typeof PRESETS): string {
  return PRESETS[name].rules.map(({ id }) => id).join(', ');
}

function toolsOf({ environment }: CompletionPlace): readonly string[] {
  const known = (environment.tools ?? []).filter((name) => !name.startsWith('mcp:'));
  return [...known, ...BUILT_IN_TOOLS];
}

function resourcesOf(place: CompletionPlace): readonly string[] {
  const { tools = [], servers = [], values = {} } = place.environment;
  const known = tools.filter((name) => name.startsWith('mcp:'));
  const all = [...place.namesIn('servers'), ...servers].map((name) => `mcp:${name}/*`);
  return [...known, ...all, ...(values[MATCH_FIELDS.resource] ?? [])];
}

function seen(place: CompletionPlace, field: string): readonly Suggestion[] {
  return texts(place, place.environment.values?.[field] ?? []);
}

function fields(place: CompletionPlace, lists: readonly string[]): readonly Suggestion[] {
  return [...lists, ...fieldsFor(place.tools, place.environment)].map((label) => {
    const doc = fieldDoc(label);
    return {
      label,
      kind: 'field',
      insertText: place.written(label),
      isSnippet: false,
      ...(doc && { documentation: markdownOf(doc) }),
    };
  });
}

function comparedWith(place: CompletionPlace): readonly Suggestion[] {
  const field = place.sibling('field');
  if (field === undefined) return [];
  if (field === MATCH_FIELDS.source) return texts(place, SOURCES);
  return seen(place, field);
}

function globs(place: CompletionPlace): readonly Suggestion[] {
  const field = place.sibling('field') ?? 'context.paths';
  const values = place.environment.values?.[field] ?? [];
  const isPaths = field === 'context.paths' || field === 'payload.filesChanged';
  return texts(place, isPaths ? [...COMMON_GLOBS, ...values] : values);
}

let zones: readonly string[] | undefined;
function timeZones(): readonly string[] {
  return (zones ??= ['UTC', ...Intl.supportedValuesOf('timeZone')]);
}
