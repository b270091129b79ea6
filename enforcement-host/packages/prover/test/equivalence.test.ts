import assert from 'node:assert/strict';

import { ALL, catalogue, inParts, random, run } from './engines.js';
import { SEEDED_FAULTS } from './faults.js';

const CASES = 10_000;
const FROM_CATALOGUE = 500;

describe('the native evaluator, Cedar, Rego and the reference', () => {
  const batches = catalogue(1).toSorted((a, b) => a.cases.length - b.cases.length);

  it(`decide ${CASES} cases alike, for the same rules`, async function () {
    this.timeout(180_000);
    const edges = batches.map((batch) => ({
      ...batch,
      cases: batch.cases.slice(0, FROM_CATALOGUE),
    }));
    const count = edges.reduce((sum, batch) => sum + batch.cases.length, 0);
    const all = [...edges, ...random(1, CASES - count)];
    const { cases, byDecision, disagreements } = await run(all, { asked: ALL, most: 3 });
    assert.deepEqual(disagreements, []);
    assert.equal(cases, CASES);
    for (const decision of ['allow', 'deny', 'step_up']) {
      assert.ok((byDecision[decision] ?? 0) >= 500, `${decision}: ${byDecision[decision]}`);
    }
  });

  const parts = inParts(batches, 200);
  for (const { name, asked } of SEEDED_FAULTS) {
    it(`do not agree with a fault: ${name}`, async function () {
      this.timeout(120_000);
      const { disagreements } = await run(parts, { asked, most: 1 });
      assert.equal(disagreements.length, 1);
    });
  }
});
