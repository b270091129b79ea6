import assert from 'node:assert/strict';

import { inFolder } from '../support.js';
import { runFaults } from './points.js';
import { hasStrace } from './strace.js';

/** Of all, which `npm run prove:faults` tries; as many of each kind of fault. */
const SAMPLE = 73;

describe('a ledger with a fault in one system call on its files', () => {
  it('is the old or the new one whole, and goes on', function () {
    if (!hasStrace()) this.skip();
    this.timeout(180_000);
    return inFolder(async (folder) => {
      const { failures, tried, missed } = await runFaults(folder, SAMPLE);
      assert.deepEqual(failures, []);
      assert.ok(missed <= tried / 10, `${missed} of ${tried} faults hit nothing`);
    });
  });
});
