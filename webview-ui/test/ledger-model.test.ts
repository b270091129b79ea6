import assert from 'node:assert/strict';

import type { LedgerFound, LedgerRow } from '@axtary/protocol';

import {
  chipsOf,
  fieldTime,
  inRange,
  rangeOfFields,
  toggled,
  withText,
} from '../src/model/ledger-filter.js';
import { LedgerList } from '../src/model/ledger-list.js';
import { LedgerPages } from '../src/model/ledger-pages.js';
import { ScrollMap } from '../src/model/ledger-scroll.js';
import { canOpen, groupTitle, markOf, rowTexts } from '../src/model/ledger-texts.js';
import { barsOf, countsOf, filledSpans, rangeOf, rangeText } from '../src/model/ledger-timeline.js';
import { unifiedLines } from '../src/model/unified-diff.js';

const ROW = 24;
const VIEW = 600;

function record(seq: number, overrides: Partial<LedgerRow> = {}): LedgerRow {
  return {
    seq,
    time: '2026-01-01T10:00:00.000Z',
    type: 'decision',
    title: `record ${seq}`,
    rules: [],
    ...overrides,
  };
}

function found(overrides: Partial<LedgerFound> = {}): LedgerFound {
  const timeline = { start: '2026-01-01T10:00:00.000Z', spanMs: 60_000, spans: [] };
  return {
    run: 1,
    added: 0,
    shown: 0,
    total: 0,
    size: 0,
    isWhole: true,
    groups: [],
    timeline,
    ...overrides,
  };
}

describe('scrolling of a long list', () => {
  function scrolled(rows: number): ScrollMap {
    const map = new ScrollMap(ROW);
    map.resize(rows, VIEW);
    return map;
  }

  it('is that of the scroller where the list fits into one', () => {
    const map = scrolled(1000);
    map.moved(480);
    assert.equal(map.height, 24_000);
    assert.deepEqual(map.visible, { first: 20, end: 45 });
  });

  it('keeps the height of a million rows within what browsers can lay out', () => {
    const map = scrolled(1_000_000);
    assert.ok(map.height <= 8_000_000);
    map.goTo(Number.POSITIVE_INFINITY);
    assert.equal(map.visible.end, 1_000_000);
    assert.ok(map.scrollTop + VIEW <= map.height);
  });

  it('moves pixel by pixel when the wheel does, also in a million rows', () => {
    const map = scrolled(1_000_000);
    map.goTo(12_000_000);
    map.settled(map.scrollTop);
    const before = map.top;
    map.moved(map.scrollTop + 60);
    assert.equal(map.top, before + 60);
  });

  it('leaps in proportion when the thumb is dragged', () => {
    const map = scrolled(1_000_000);
    map.moved((map.height - VIEW) / 2);
    assert.ok(Math.abs(map.top - map.maxTop / 2) < 1);
    map.moved(map.height - VIEW);
    assert.equal(map.visible.end, 1_000_000);
    map.moved(0);
    assert.equal(map.top, 0);
  });

  it('says when the scroller has no room left although the list has', () => {
    const map = scrolled(1_000_000);
    map.goTo(20_000);
    map.settled(map.scrollTop);
    assert.equal(map.isAtEdge, false);
    for (let at = map.scrollTop; at > 0; at -= 500) map.moved(Math.max(0, at));
    assert.equal(map.isAtEdge, true);
    map.settled(map.scrollTop);
    assert.equal(map.isAtEdge, false);
  });

  it('reveals a row by the least movement', () => {
    const map = scrolled(1000);
    map.reveal(10);
    assert.equal(map.top, 0);
    map.reveal(30);
    assert.equal(map.top, 31 * ROW - VIEW);
    map.reveal(5);
    assert.equal(map.top, 5 * ROW);
  });
});

describe('pages of rows', () => {
  const page = (offset: number): LedgerRow[] =>
    Array.from({ length: 200 }, (_, index) => record(offset + index));

  it('asks for the pages that are in view and have not come', () => {
    const pages = LedgerPages.empty();
    assert.deepEqual(pages.missing(190, 410), [0, 200, 400]);
    pages.put(200, page(200));
    assert.deepEqual(pages.missing(190, 410), [0, 400]);
    assert.equal(pages.at(399)?.seq, 399);
    assert.equal(pages.at(400), undefined);
  });

  it('shows the rows of the run before in their new places until those of this run come', () => {
    const before = LedgerPages.empty();
    before.put(0, page(0));
    const pages = before.next(3);
    assert.equal(pages.at(3)?.seq, 0);
    assert.equal(pages.at(2), undefined);
    assert.deepEqual(pages.missing(0, 10), [0]);
    pages.put(0, page(500));
    assert.equal(pages.at(3)?.seq, 503);
  });

  it('lets go of the pages that were not used for longest', () => {
    const pages = LedgerPages.empty();
    for (let index = 0; index < 60; index += 1) pages.put(index * 200, page(index * 200));
    pages.missing(0, 1);
    pages.put(60 * 200, page(0));
    assert.equal(pages.at(200), undefined);
    assert.notEqual(pages.at(0), undefined);
  });
});

describe('list of records and groups', () => {
  const groups = [
    { key: 'a', count: 2, newest: 9 },
    { key: 'b', count: 3, newest: 8 },
    { key: 'c', count: 1, newest: 1 },
  ];

  it('is the records where nothing is grouped', () => {
    const list = new LedgerList(found({ shown: 5 }), { filter: {} });
    assert.equal(list.length, 5);
    assert.deepEqual(list.at(4), { kind: 'record', index: 4 });
    assert.equal(list.at(5), undefined);
  });

  it('is the heads of groups while none is opened', () => {
    const list = new LedgerList(found({ shown: 6, groups }), { filter: {}, group: 'agent' });
    assert.equal(list.length, 3);
    assert.deepEqual(list.records(0, 3), { first: 0, end: 0 });
  });

  it('has the records of the opened group between its head and the next', () => {
    const choice = { filter: {}, group: 'agent', opened: 'b' } as const;
    const list = new LedgerList(found({ shown: 3, groups }), choice);
    const kinds = Array.from({ length: list.length }, (_, place) => {
      const item = list.at(place);
      return item?.kind === 'group' ? `${item.group.key}${item.isOpen ? '!' : ''}` : item?.index;
    });
    assert.deepEqual(kinds, ['a', 'b!', 0, 1, 2, 'c']);
    assert.deepEqual(list.records(1, 4), { first: 0, end: 2 });
  });
});

describe('filters of the live ledger', () => {
  it('adds a value, and takes it away again', () => {
    const once = toggled({ text: 'x' }, 'verdicts', 'deny');
    assert.deepEqual(once, { text: 'x', verdicts: ['deny'] });
    assert.deepEqual(toggled(once, 'verdicts', 'deny'), { text: 'x' });
  });

  it('names each thing that is asked for, with the filter that is left without it', () => {
    const chips = chipsOf({ agents: ['a', 'b'], verdicts: ['step_up'], decisionId: 'dec_1' });
    assert.deepEqual(
      chips.map(({ label }) => label),
      ['Verdict: Asked a human', 'Agent: a', 'Agent: b', 'One call'],
    );
    assert.deepEqual(chips[1]?.without, {
      agents: ['b'],
      verdicts: ['step_up'],
      decisionId: 'dec_1',
    });
  });

  it('replaces a range of time and a text, and drops empty ones', () => {
    assert.deepEqual(inRange({ since: 'a', until: 'b' }, { since: 'c' }), { since: 'c' });
    assert.deepEqual(withText({ text: 'a' }, ''), {});
  });

  it('reads and writes the fields of a range of time of one’s own', () => {
    const time = '2026-03-01T10:20:30.000Z';
    const range = rangeOfFields(fieldTime(time), '');
    assert.deepEqual(range, { since: time });
    assert.deepEqual(rangeOfFields('', ''), {});
    assert.equal(fieldTime(undefined), '');
    assert.equal(fieldTime('no time'), '');
  });

  it('marks characters that hide in what an agent is called', () => {
    assert.equal(chipsOf({ agents: ['a\u202Eb'] })[0]?.label, 'Agent: a⟨U+202E⟩b');
    assert.equal(rowTexts(record(1, { title: 'x\u200By' })).title, 'x⟨U+200B⟩y');
  });
});

describe('texts of records', () => {
  it('say the verdict, or what became of the call, or else the type', () => {
    assert.equal(markOf(record(1, { verdict: 'deny' })).text, 'Denied');
    assert.equal(markOf(record(1, { type: 'outcome', status: 'unknown' })).text, 'Outcome unknown');
    assert.equal(markOf(record(1, { type: 'checkpoint' })).text, 'Checkpoint');
    assert.equal(markOf(record(1, { type: 'of\u0007tomorrow' })).text, 'of⟨U+0007⟩tomorrow');
  });

  it('call a group without a key by what it lacks, and do not offer to open it', () => {
    assert.equal(groupTitle('agent', ''), 'No agent');
    assert.equal(canOpen('agent', ''), false);
    assert.equal(canOpen('verdict', 'deny'), true);
  });
});

describe('timeline', () => {
  const timeline = {
    start: '2026-01-01T10:00:00.000Z',
    spanMs: 60_000,
    spans: [
      { allow: 1, deny: 1, step_up: 0, other: 2 },
      { allow: 0, deny: 2, step_up: 0, other: 0 },
      { allow: 0, deny: 0, step_up: 0, other: 0 },
    ],
  };

  it('stacks the kinds of each span, the fullest as high as the chart', () => {
    const [first = [], second, third] = barsOf(timeline);
    assert.deepEqual(
      first.map(({ kind, height }) => [kind, height]),
      [
        ['allow', 0.25],
        ['deny', 0.25],
        ['other', 0.5],
      ],
    );
    assert.equal(first.at(-1)?.y, 0);
    assert.deepEqual(second, [{ kind: 'deny', y: 0.5, height: 0.5 }]);
    assert.deepEqual(third, []);
  });

  it('turns a drag in either direction into one range of time', () => {
    const range = { since: '2026-01-01T10:00:00.000Z', until: '2026-01-01T10:02:00.000Z' };
    assert.deepEqual(rangeOf(timeline, 0, 1), range);
    assert.deepEqual(rangeOf(timeline, 1, 0), range);
  });

  it('says in words what it shows', () => {
    const text = (first: number, last: number): string =>
      rangeText(countsOf(timeline, first, last));
    assert.match(text(0, 0), /: 1 allowed, 1 denied, 2 other records$/);
    assert.match(text(2, 2), /: nothing$/);
    assert.match(text(0, 2), /: 1 allowed, 3 denied, 2 other records$/);
    assert.equal(text(2, 0), text(0, 2));
    assert.equal(rangeText(countsOf({ ...timeline, spans: [] }, 0, -1)), 'No records: nothing');
  });

  it('has a row in its table for each span that holds anything', () => {
    assert.deepEqual(filledSpans(timeline), [0, 1]);
  });
});

describe('unified diff', () => {
  it('takes lines of a hunk for what they are, however they look', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- y\n+++ z\n same\n--- a/w\n';
    assert.deepEqual(
      unifiedLines(diff).map(({ kind }) => kind),
      ['file', 'file', 'hunk', 'deletion', 'addition', 'context', 'file'],
    );
  });

  it('marks hidden characters, and keeps tabs', () => {
    const [, line] = unifiedLines('@@ -0,0 +1 @@\n+\ta\u202E\n');
    assert.deepEqual(line?.runs, [
      { text: '+' },
      { text: '\t' },
      { text: 'a' },
      { text: '\u202E', hidden: 'U+202E' },
    ]);
  });
});
