import assert from 'node:assert/strict';

import {
  cedarSubject,
  compileGlob,
  globProblem,
  patternPolicies,
  segmentNeeds,
} from '@axtary/policy';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';

import { keepWasmCallsApart } from '../src/wasm-calls.js';
import { Dice } from './dice.js';
import { matchesGlob } from './reference-texts.js';

const PIECES = ['a', 'b', '*', 'ab', 'a*b', '**', '.a', '', '*a', 'b*'];
const NAMES = ['', 'a', 'b', 'ab', 'aab', '.a', 'a.b', 'ba', '*', 'é"\\'];
const PER_SET = 50;

function join(dice: Dice, pieces: readonly string[]): string {
  return dice.some(() => dice.pick(pieces), 1, 6).join('/');
}

describe('globs in Cedar', () => {
  it('match what they match here, and in the grammar followed naively', function () {
    this.timeout(60_000);
    keepWasmCallsApart();
    const dice = new Dice(11);
    const entity = { type: 'Agent', id: 'test' };
    let matched = 0;
    for (let set = 0; set < 8; set++) {
      const globs = [...new Set(dice.some(() => join(dice, PIECES), 4 * PER_SET, 4 * PER_SET))]
        .filter((glob) => globProblem(glob) === undefined)
        .slice(0, PER_SET);
      const patterns = globs.map((glob) => ({
        id: glob,
        globs: [glob],
        folded: false,
        fields: new Set<string>(),
      }));
      const parsed = cedar.preparsePolicySet('globs', {
        staticPolicies: { ...patternPolicies(patterns) },
      });
      assert.equal(parsed.type, 'success');
      const needs = segmentNeeds(globs);
      for (const text of dice.some(() => join(dice, NAMES), 100, 100)) {
        const answer = cedar.statefulIsAuthorized({
          principal: entity,
          action: { type: 'Action', id: 'match' },
          resource: { type: 'Resource', id: 'text' },
          context: { exact: cedarSubject(text, needs), folded: cedarSubject(text, needs) },
          preparsedPolicySetId: 'globs',
          entities: [],
        });
        assert.ok(answer.type === 'success' && answer.response.diagnostics.errors.length === 0);
        const expected = globs.filter((glob) => compileGlob(glob)(text)).sort();
        assert.deepEqual(answer.response.diagnostics.reason.toSorted(), expected, text);
        assert.deepEqual(globs.filter((glob) => matchesGlob(glob, text)).sort(), expected, text);
        matched += expected.length;
      }
    }
    assert.ok(matched > 1000, `${matched} matches`);
  });
});
