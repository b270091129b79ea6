import { ATTRIBUTES, type Attribute } from './fact.js';
import { literal, relation, tight, type Expression } from './expression.js';

/** A list of globs that texts are asked about, by an id that a reader understands. */
export interface Pattern {
  readonly id: string;
  /** Without difference of case. */
  readonly folded: boolean;
  /** The globs, or the field of the action that brings them. */
  readonly globs: readonly string[] | { readonly other: string };
  /** The fields whose texts are asked about. */
  readonly fields: Set<string>;
}

const LONGEST_ID = 240;

/** What a set of Cedar policies reads: collected while it is written, and all that it is fed. */
export class Vocabulary {
  readonly fields = new Map<string, Set<Attribute>>();
  readonly zones = new Set<string>();
  readonly meters = new Set<string>();
  readonly #patterns = new Map<string, Pattern>();
  readonly #ids = new Set<string>();

  get patterns(): readonly Pattern[] {
    return [...this.#patterns.values()];
  }

  attribute(field: string, attribute: Attribute): Expression {
    const known = this.fields.get(field) ?? new Set<Attribute>();
    this.fields.set(field, known.add(attribute));
    return tight(`context.fields[${literal(field)}].${attribute}`);
  }

  zone(timeZone: string, part: 'day' | 'minute'): Expression {
    this.zones.add(timeZone);
    return tight(`context.zones[${literal(timeZone)}].${part}`);
  }

  zoneKnown(timeZone: string): Expression {
    this.zones.add(timeZone);
    return relation(`context.zones has ${literal(timeZone)}`);
  }

  meter(id: string): Expression {
    this.meters.add(id);
    return tight(`context.usage[${literal(id)}]`);
  }

  meterKnown(id: string): Expression {
    this.meters.add(id);
    return relation(`context.usage has ${literal(id)}`);
  }

  /** The id of a pattern, the same for the same globs. */
  pattern(field: string, globs: Pattern['globs'], folded: boolean): string {
    const key = JSON.stringify([globs, folded]);
    const known = this.#patterns.get(key);
    if (known !== undefined) {
      known.fields.add(field);
      return known.id;
    }
    const id = this.#idFor(globs, folded);
    this.#patterns.set(key, { id, folded, globs, fields: new Set([field]) });
    return id;
  }

  #idFor(globs: Pattern['globs'], folded: boolean): string {
    const name = ('other' in globs ? globs.other : shorten(globs)) + (folded ? ' (any case)' : '');
    let id = name;
    for (let next = 2; this.#ids.has(id); next++) id = `${name} #${next}`;
    this.#ids.add(id);
    return id;
  }
}

function shorten(globs: readonly string[]): string {
  const whole = globs.join(' | ');
  if (whole.length <= LONGEST_ID) return whole;
  return `${whole.slice(0, LONGEST_ID).toWellFormed()}… (${globs.length} globs)`;
}

/** The type of a field's fact, as a schema writes it. */
export function factType(attributes: Iterable<Attribute>): string {
  const lines = [...attributes].map((name) => `${name}: ${ATTRIBUTES[name]}`);
  return `{ ${lines.join(', ')} }`;
}
