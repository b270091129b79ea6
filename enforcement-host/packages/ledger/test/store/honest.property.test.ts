import assert from 'node:assert/strict';

import { inFolder } from '../support.js';
import { accuse } from './honest.js';

const LEDGERS = 100;

describe('an honest ledger', () => {
  it('is never accused, whatever crashes and clocks did to it', () =>
    inFolder(async (folder) => {
      for (let seed = 0; seed < LEDGERS; seed++) {
        const finding = await accuse(folder, seed).catch((error: unknown) => String(error));
        assert.equal(finding, undefined, `ledger ${seed}: ${finding}`);
      }
    })).timeout(120_000);
});
