import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

import {
  KEY_DOCS,
  parsePolicy,
  policyDocumentSchema,
  policyJsonSchema,
  policyKeys,
} from '@axtary/policy';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

import { MAPS } from '../../src/language/shape.js';
import { KEY_EXAMPLES } from './key-examples.js';
import { ruleText } from './support.js';

const POLICIES = new URL('../../../../../policies/', import.meta.url);
const validate = new Ajv2020({ strict: false, allErrors: true }).compile(policyJsonSchema());

function isValid(text: string): boolean {
  return validate(parse(text));
}

describe('policyJsonSchema', () => {
  for (const name of readdirSync(POLICIES, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.yml') || name.endsWith('.test.yml') || name.includes('corpora')) continue;
    it(`accepts policies/${name}`, () => {
      assert.ok(
        isValid(readFileSync(new URL(name, POLICIES), 'utf8')),
        JSON.stringify(validate.errors),
      );
    });
  }

  it('refuses what is misspelt or of the wrong type', () => {
    const base = ['id: a', 'effect: allow', 'match: { tool: x }'] as const;
    assert.ok(isValid(ruleText(...base)));
    assert.ok(!isValid('preset: none\n'));
    assert.ok(!isValid(ruleText(...base, 'descripton: x')));
    assert.ok(!isValid(ruleText('id: a', 'effect: alow', 'match: { tool: x }')));
    assert.ok(!isValid(ruleText('id: A b', 'effect: allow', 'match: { tool: x }')));
    assert.ok(!isValid(ruleText(...base, 'when: [{ field: payload.a, max: x }]')));
    assert.ok(
      !isValid(ruleText(...base, 'when: [{ any: [{ not: { field: payload.a, maxx: 1 } }] }]')),
    );
    assert.ok(
      isValid(ruleText(...base, 'when: [{ any: [{ not: { field: payload.a, max: 1 } }] }]')),
    );
  });

  it('says of every key what it means', () => {
    const schema = JSON.stringify(policyJsonSchema());
    for (const docs of Object.values(KEY_DOCS)) {
      for (const { text } of Object.values(docs))
        assert.ok(schema.includes(JSON.stringify(text).slice(1, -1)), text);
    }
  });

  it('stays small: conditions are defined once', () => {
    assert.ok(JSON.stringify(policyJsonSchema()).length < 64_000);
  });
});

describe('the documentation of keys', () => {
  it('has every key of the schema, and no other', () => {
    assert.deepEqual(Object.keys(MAPS.document), Object.keys(policyDocumentSchema.shape));
    const places = {
      document: [],
      server: ['servers', 'x'],
      delegation: ['delegation'],
      rule: ['policies', 0],
      match: ['policies', 0, 'match'],
      condition: ['policies', 0, 'when', 0],
      obligations: ['policies', 0, 'obligations'],
      window: ['policies', 0, 'when', 0, 'window'],
      limits: ['policies', 0, 'obligations', 'fields', 'payload.x'],
      rate: ['policies', 0, 'obligations', 'rates', 0],
      budget: ['policies', 0, 'obligations', 'budgets', 0],
    } as const;
    for (const [name, place] of Object.entries(places)) {
      const keys = [...policyKeys(place)].sort();
      assert.deepEqual(Object.keys(KEY_DOCS[name as keyof typeof places]).sort(), keys, name);
      assert.deepEqual(Object.keys(MAPS[name as keyof typeof places]).sort(), keys, name);
    }
  });

  for (const [name, text] of KEY_EXAMPLES) {
    it(`gives an example of ${name} that is accepted`, () => {
      const { issues } = parsePolicy(text);
      assert.deepEqual(issues, [], text);
    });
  }
});
