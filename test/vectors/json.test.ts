import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { ActionError, canonicalize, parseStrictJson } from '@axtary/core';

const vectors = process.env['AXTARY_VECTORS'] ?? '';

// I-JSON (RFC 7493 section 2.3) is stricter than RFC 8259 here.
const REFUSED_BY_I_JSON = new Set([
  'y_object_duplicated_key.json',
  'y_object_duplicated_key_and_value.json',
]);

describe('json-test-suite', function () {
  const folder = path.join(vectors, 'json-test-suite', 'test_parsing');
  const files = vectors !== '' && existsSync(folder) ? readdirSync(folder) : [];
  if (files.length === 0) it.skip('is not there (AXTARY_VECTORS)');

  for (const file of files) {
    const bytes = readFileSync(path.join(folder, file));
    if (file.startsWith('y_') && !REFUSED_BY_I_JSON.has(file)) {
      it(`accepts ${file} as JSON.parse does`, () => {
        assert.deepEqual(parseStrictJson(bytes), JSON.parse(bytes.toString('utf8')));
      });
    } else if (!file.startsWith('i_')) {
      it(`refuses ${file}`, () => {
        assert.throws(() => parseStrictJson(bytes), ActionError);
      });
    } else {
      it(`answers ${file} with a value or a coded error`, () => {
        try {
          canonicalize(parseStrictJson(bytes));
        } catch (error) {
          assert.ok(error instanceof ActionError, String(error));
        }
      });
    }
  }
});

describe('RFC 8785 vectors', () => {
  const folder = path.join(vectors, 'jcs', 'testdata');
  const files = vectors !== '' && existsSync(folder) ? readdirSync(path.join(folder, 'input')) : [];
  if (files.length === 0) it.skip('are not there (AXTARY_VECTORS)');

  for (const file of files) {
    it(`writes ${file} byte for byte`, () => {
      const input = readFileSync(path.join(folder, 'input', file));
      const expected = readFileSync(path.join(folder, 'output', file), 'utf8');
      assert.equal(canonicalize(JSON.parse(input.toString('utf8'))), expected);
    });
  }
});
