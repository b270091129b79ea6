import assert from 'node:assert/strict';

import type { Locator } from 'playwright-core';

import { until } from './harness/index.js';
import { openLedgerPage, type LedgerPage } from './harness/ledger-page.js';
import { MillionLedger } from './harness/million-ledger.js';
import { scrollFrames } from './harness/scroll-frames.js';

const MILLION = 1_000_000;
/** Elements that rows may have: some more than are in view. */
const MAX_ELEMENTS = 80;
/** A frame at 60 Hz, and half of one for what else this machine does. */
const FRAME_MS = 25;
const OPEN_MS = 3000;

describe('the page of the live ledger, with a million records', function () {
  this.timeout(300_000);
  let ledger: MillionLedger;
  let opened: LedgerPage;
  let openMs: number;

  before(async () => {
    ledger = new MillionLedger(MILLION);
    opened = await openLedgerPage(ledger);
    await row(`record ${MILLION - 1}`).waitFor();
    // From when the page began to load, by the page's own clock.
    openMs = await opened.page.evaluate(() => performance.now());
  });

  after(() => opened.close());

  function row(title: string): Locator {
    return opened.page.getByRole('row').filter({ hasText: title, visible: true }).first();
  }

  function grid(): Locator {
    return opened.page.getByRole('grid');
  }

  /** Titles of the rows in view, from top to bottom. */
  function inView(): Promise<string[]> {
    return opened.page.locator('.clip').evaluate((clip) => {
      const { top, bottom } = clip.getBoundingClientRect();
      return [...clip.querySelectorAll('[role=row]:not([hidden])')]
        .map((element) => ({ element, at: element.getBoundingClientRect().top }))
        .filter(({ at }) => at >= top - 1 && at < bottom)
        .sort((a, b) => a.at - b.at)
        .map(({ element }) => element.querySelector('.title')?.textContent ?? '');
    });
  }

  /** The rows in view once they have come and begin with another one. */
  async function rowsAfter(first: string): Promise<readonly string[] | undefined> {
    const titles = await inView();
    const haveCome = titles.length > 0 && titles.every((title) => title.startsWith('record'));
    return haveCome && titles[0] !== first ? titles : undefined;
  }

  it('opens soon, and says how many records there are', async () => {
    assert.ok(openMs < OPEN_MS, `opened in ${openMs} ms`);
    assert.equal(await opened.page.getByRole('status').innerText(), '1,000,000 records');
    assert.equal(await grid().getAttribute('aria-rowcount'), String(MILLION + 1));
  });

  it('scrolls without losing frames, by few elements that are used again', async () => {
    for (const pixels of [60, 900]) {
      const { half, most } = await scrollFrames(opened.page.locator('.scroller'), pixels);
      assert.ok(half < FRAME_MS, `${pixels} pixels a frame: half of the frames took ${half} ms`);
      assert.ok(most < FRAME_MS * 4, `${pixels} pixels a frame: one in 20 took ${most} ms`);
    }
    const elements = await opened.page.locator('.layer > [role=row]').count();
    assert.ok(elements < MAX_ELEMENTS, `${elements} elements`);
  });

  it('goes to the oldest record and back to the newest', async () => {
    await grid().press('End');
    await row('record 0').waitFor();
    assert.equal((await inView()).at(-1), 'record 0');
    await grid().press('Home');
    await row(`record ${MILLION - 1}`).waitFor();
    assert.equal((await inView())[0], `record ${MILLION - 1}`);
  });

  it('shows every record once, in order, wherever it stands', async () => {
    await opened.page.locator('.scroller').evaluate((scroller) => {
      scroller.scrollTop = scroller.scrollHeight / 3;
    });
    const titles = await until(() => rowsAfter(`record ${MILLION - 1}`), { for: 'other rows' });
    const numbers = titles.map((title) => Number(title.slice('record '.length)));
    const [first = 0] = numbers;
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => first - index),
    );
  });

  it('stays where it is when records come, and goes to them when asked', async () => {
    const before = await inView();
    ledger.size += 1000;
    opened.session.notice();
    const button = opened.page.getByRole('button', { name: '1,000 new records' });
    await button.waitFor();
    assert.deepEqual(await inView(), before);
    await opened.session.refresh();
    await button.waitFor({ state: 'detached' });
    assert.deepEqual(await inView(), before);
    ledger.size += 1;
    opened.session.notice();
    await opened.page.getByRole('button', { name: '1 new record' }).click();
    await row(`record ${ledger.size - 1}`).waitFor();
  });

  it('follows while the newest record is in view', async () => {
    ledger.size += 5;
    opened.session.notice();
    await row(`record ${ledger.size - 1}`).waitFor();
  });

  it('asks for nothing that its content security policy forbids', () => {
    assert.deepEqual(opened.complaints, []);
  });
});
