import { z } from 'zod';

import { policyDocumentSchema } from '../document/document.js';
import { KEY_DOCS, type KeyDoc } from './docs.js';
import { readOutline } from './outline.js';
import { valueOf } from './outline-value.js';
import { DOCUMENT, MAPS, type Shape } from './shape.js';

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  [key: string]: JsonSchemaValue;
}
type JsonSchemaValue = string | number | boolean | null | JsonSchemaValue[] | JsonSchema;

/**
 * The JSON Schema (draft 2020-12) of `axtary.yml`, for editors without Axtary's own support. It
 * accepts every policy that Axtary does, and refuses most of what Axtary refuses.
 */
export function policyJsonSchema(): JsonSchema {
  const schema = readSchema(
    z.toJSONSchema(policyDocumentSchema, { io: 'input', unrepresentable: 'any', reused: 'ref' }),
  );
  const writer = new SchemaWriter(partOf(schema, '$defs'));
  const described = writer.describe(schema, DOCUMENT);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Axtary policy',
    description: 'What agents may do: axtary.yml.',
    ...described,
    $defs: { condition: writer.condition },
  };
}

class SchemaWriter {
  /** The one definition of a condition, to which conditions refer inside each other. */
  condition: JsonSchema = {};
  #hasCondition = false;
  readonly #definitions: JsonSchema;

  constructor(definitions: JsonSchema) {
    this.#definitions = definitions;
  }

  /** The same schema with what the documentation says. */
  describe(given: JsonSchema, shape: Shape): JsonSchema {
    const schema = without(this.#resolve(given), ['$schema', '$defs']);
    switch (shape.type) {
      case 'map':
        return shape.of === 'condition'
          ? this.#describeCondition(schema)
          : this.#describeMap(schema, shape.of);
      case 'record': {
        const item = this.describe(partOf(schema, 'additionalProperties'), shape.item);
        return {
          ...this.#inline(without(schema, ['additionalProperties'])),
          additionalProperties: item,
        };
      }
      case 'list':
        return shape.orOne
          ? this.#inline(schema)
          : { ...schema, items: this.describe(partOf(schema, 'items'), shape.item) };
      case 'value':
        return this.#inline(schema);
    }
  }

  // Zod writes each level of nesting out; any level stands for all of them.
  #describeCondition(schema: JsonSchema): JsonSchema {
    if (!this.#hasCondition) {
      this.#hasCondition = true;
      this.condition = this.#describeMap(schema, 'condition');
    }
    return { $ref: '#/$defs/condition' };
  }

  #describeMap(schema: JsonSchema, of: keyof typeof MAPS): JsonSchema {
    const properties = partOf(schema, 'properties');
    const described = Object.entries(MAPS[of]).map(([key, shape]) => {
      const inner = this.describe(partOf(properties, key), shape);
      const doc = KEY_DOCS[of][key];
      return [key, doc === undefined ? inner : { ...inner, ...annotations(doc) }] as const;
    });
    return { ...schema, properties: Object.fromEntries(described) };
  }

  #resolve(schema: JsonSchema): JsonSchema {
    const name =
      typeof schema['$ref'] === 'string' ? /[^/]+$/.exec(schema['$ref'])?.[0] : undefined;
    if (name === undefined) return schema;
    return { ...this.#resolve(partOf(this.#definitions, name)), ...without(schema, ['$ref']) };
  }

  #inline(schema: JsonSchema): JsonSchema {
    // Zod names the format of its own checks, which are patterns too.
    const entries = Object.entries(this.#resolve(schema)).filter(
      ([, value]) => value !== 'starts_with',
    );
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#inlineValue(value)]));
  }

  #inlineValue(value: JsonSchemaValue): JsonSchemaValue {
    if (Array.isArray(value)) return value.map((each) => this.#inlineValue(each));
    return typeof value === 'object' && value !== null ? this.#inline(value) : value;
  }
}

function annotations({ text, example }: KeyDoc): JsonSchema {
  const node = childrenOf(example);
  return { description: `${text}\n\n${example}`, ...(node !== undefined && { examples: [node] }) };
}

// The value in the example of a key.
function childrenOf(example: string): JsonSchemaValue | undefined {
  const [entry] = readOutline(example).children;
  const value = entry === undefined ? undefined : valueOf(entry, example);
  return value === undefined ? undefined : readValue(value);
}

function without(schema: JsonSchema, keys: readonly string[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

function partOf(schema: JsonSchema, key: string): JsonSchema {
  const part = schema[key];
  return typeof part === 'object' && part !== null && !Array.isArray(part) ? part : {};
}

// What zod returns is JSON: written out and read back, nothing but it is left.
function readSchema(schema: object): JsonSchema {
  const value = readValue(schema);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function readValue(value: unknown): JsonSchemaValue {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return plain as JsonSchemaValue;
}
