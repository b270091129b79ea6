import assert from 'node:assert/strict';

import {
  RemoteCallError,
  type LedgerChoice,
  type LedgerRow,
  type LedgerPanel,
  type ToLedgerPanel,
} from '@axtary/protocol';

import { liveLedgerArgument } from '../src/live-ledger/argument.js';
import { linkTarget } from '../src/live-ledger/link-target.js';
import { LedgerReader } from '../src/live-ledger/reader.js';
import { SavedFilters } from '../src/live-ledger/saved-filters.js';
import { LedgerSession } from '../src/live-ledger/session.js';
import { FakeLedger } from './support/fake-ledger.js';

const FOLDER = '/ws';

/** A live ledger whose page is a list of what it was sent. */
class Bench {
  readonly ledger = new FakeLedger(1000);
  readonly reader = new LedgerReader(() => this.ledger);
  readonly sent: ToLedgerPanel[] = [];
  isConnected = true;
  fault: LedgerPanel['fault'];
  #onSent: () => void = () => undefined;

  session(choice?: LedgerChoice): LedgerSession {
    return new LedgerSession(
      {
        folders: () => [{ id: FOLDER, label: 'ws', size: this.ledger.size, fault: this.fault }],
        isConnected: () => this.isConnected,
        reader: this.reader,
        saved: () => [],
        send: (message) => {
          this.sent.push(message);
          this.#onSent();
        },
        restMs: 0,
      },
      choice,
    );
  }

  /** Resolves with the message that makes it true. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#onSent = resolve));
  }

  get shown(): LedgerPanel {
    const last = this.sent.findLast((message) => message.type === 'show');
    assert.ok(last?.type === 'show');
    return last.panel;
  }

  get rows(): { readonly offset: number; readonly rows: readonly LedgerRow[] } {
    const last = this.sent.findLast((message) => message.type === 'rows');
    assert.ok(last?.type === 'rows');
    return last;
  }
}

describe('session of a live ledger', () => {
  it('shows the newest records, and then what can be chosen from', async () => {
    const bench = new Bench();
    await bench.session().refresh();
    assert.equal(bench.shown.status, 'ready');
    assert.equal(bench.shown.found?.shown, 1000);
    assert.equal(bench.rows.rows[0]?.seq, 999);
    assert.equal(bench.rows.rows.length, 200);
    assert.deepEqual([...bench.shown.known.agents].sort(), ['agent:one', 'agent:two']);
  });

  it('hands out pages of the run they were asked for, and of no other', async () => {
    const bench = new Bench();
    const session = bench.session();
    await session.refresh();
    const run = bench.shown.found?.run ?? 0;
    await session.choose({ filter: { agents: ['agent:two'] } });
    const before = bench.sent.length;
    await session.rows(run, 200);
    assert.equal(bench.sent.length, before);
  });

  it('runs a query again that the enforcement host has let go, and says what came in front', async () => {
    const bench = new Bench();
    const session = bench.session();
    await session.refresh();
    const { run = 0 } = bench.shown.found ?? {};
    bench.ledger.size += 10;
    bench.ledger.forget();
    await session.rows(run, 400);
    assert.equal(bench.shown.found?.run, run + 1);
    assert.equal(bench.shown.found.added, 10);
    assert.equal(bench.rows.offset, 400);
    assert.equal(bench.rows.rows[0]?.seq, 1009 - 400);
  });

  it('lets two live ledgers of one connection read in turn', async () => {
    const bench = new Bench();
    const denied = bench.session({ filter: { verdicts: ['deny'] } });
    const all = bench.session();
    await Promise.all([denied.refresh(), all.refresh()]);
    await Promise.all([
      denied.rows(denied.panel.found?.run ?? 0, 0),
      all.rows(all.panel.found?.run ?? 0, 800),
    ]);
    assert.equal(denied.panel.found?.shown, 334);
    assert.equal(all.panel.found?.shown, 1000);
    const pages = bench.sent.filter((message) => message.type === 'rows');
    assert.equal(pages.at(-1)?.rows[0]?.seq, 199);
  });

  it('counts records that were written since, until it is refreshed', async () => {
    const bench = new Bench();
    const session = bench.session();
    await session.refresh();
    bench.ledger.size += 3;
    assert.equal(session.panel.fresh, 3);
    await session.refresh();
    assert.equal(session.panel.fresh, 0);
    assert.equal(session.panel.found?.added, 3);
  });

  it('shows the records of the opened group, and all groups', async () => {
    const bench = new Bench();
    await bench.session({ filter: {}, group: 'agent', opened: 'agent:two' }).refresh();
    assert.equal(bench.shown.found?.groups.length, 2);
    assert.equal(bench.shown.found.total, 1000);
    assert.equal(bench.shown.found.shown, 500);
    assert.ok(bench.rows.rows.every(({ agent }) => agent === 'agent:two'));
  });

  it('drops the answer to a question that was replaced', async () => {
    const bench = new Bench();
    const session = bench.session();
    const first = session.choose({ filter: { verdicts: ['deny'] } });
    const second = session.choose({ filter: { verdicts: ['allow'] } });
    await Promise.all([first, second]);
    const runs = bench.sent.flatMap((message) =>
      message.type === 'show' && message.panel.found ? [message.panel.found.shown] : [],
    );
    assert.deepEqual([...new Set(runs)], [666]);
  });

  it('reads anew once a fault of the ledger is over, and where the ledger has become shorter', async () => {
    const bench = new Bench();
    const session = bench.session();
    const found = async (size: number) => {
      session.notice();
      await bench.until(() => session.panel.found?.size === size);
    };
    await session.refresh();
    bench.fault = { title: 'Nothing executes', advice: '', canAccept: false };
    session.notice();
    await bench.until(() => bench.shown.fault !== undefined);
    bench.fault = undefined;
    bench.ledger.size = 1005;
    await found(1005);
    bench.ledger.size = 900;
    await found(900);
  });

  it('does not wait for a search that was replaced while it ran', async () => {
    const bench = new Bench();
    const session = bench.session();
    bench.ledger.isSlow = true;
    const search = session.choose({ filter: { text: 'anything' } });
    assert.equal(bench.shown.status, 'running');
    while (bench.ledger.isSlow) await Promise.resolve();
    await session.choose({ filter: {} });
    assert.equal(bench.shown.status, 'ready');
    assert.equal(bench.shown.found?.shown, 1000);
    await search;
    assert.equal(bench.shown.status, 'ready');
    assert.equal(bench.rows.rows[0]?.seq, 999);
  });

  it('asks nothing any more that was replaced before its turn came', async () => {
    const bench = new Bench();
    const session = bench.session();
    await Promise.all([
      session.choose({ filter: { text: 'a' } }),
      session.choose({ filter: { text: 'ab' } }),
      session.choose({ filter: { verdicts: ['deny'] } }),
    ]);
    assert.equal(bench.shown.found?.shown, 334);
    const asked = bench.ledger.filters.filter((filter) => Object.keys(filter).length > 0);
    assert.deepEqual(asked, [{ verdicts: ['deny'] }]);
  });

  it('says why a query failed, and that nobody answers', async () => {
    const bench = new Bench();
    const session = bench.session();
    bench.ledger.problem = new RemoteCallError('REMOTE', 'the ledger cannot be read');
    await session.refresh();
    assert.equal(bench.shown.status, 'failed');
    assert.equal(bench.shown.message, 'the ledger cannot be read');
    bench.isConnected = false;
    await session.reconnect();
    assert.equal(bench.shown.status, 'offline');
  });

  it('reads a record, without its text, and keeps the whole for what is done with it', async () => {
    const bench = new Bench();
    const session = bench.session();
    await session.detail(7);
    const [message] = bench.sent;
    assert.ok(message?.type === 'detail');
    assert.equal(message.detail.row.seq, 7);
    assert.equal('line' in message.detail, false);
    assert.equal(session.shownDetail(7)?.line, '{"seq":7}');
    assert.equal(session.shownDetail(8), undefined);
  });
});

describe('links of a record', () => {
  it('lead to files of the workspace and to https pages', () => {
    assert.deepEqual(linkTarget('src/a b.ts', FOLDER), { kind: 'file', path: '/ws/src/a b.ts' });
    assert.deepEqual(linkTarget('https://github.com/a/b/pull/1', FOLDER), {
      kind: 'page',
      url: 'https://github.com/a/b/pull/1',
    });
  });

  for (const target of [
    '',
    '/etc/passwd',
    '../secret',
    'src/../../secret',
    'src\\..\\..\\secret',
    'a\0b',
    'http://example.com/',
    'https://user@example.com/',
    'javascript:alert(1)',
    'command:axtary.stopHost',
    'file:///etc/passwd',
    'vscode://x/y',
    `https://example.com/${'a'.repeat(3000)}`,
  ]) {
    it(`lead nowhere else: ${JSON.stringify(target.slice(0, 40))}`, () => {
      assert.equal(linkTarget(target, FOLDER), undefined);
    });
  }
});

describe('saved filters', () => {
  function memory(kept?: unknown) {
    const store = { kept };
    return {
      store,
      get: () => store.kept,
      update: (_key: string, value: unknown) => {
        store.kept = value;
        return Promise.resolve();
      },
    };
  }

  it('begin with those that Axtary brings', () => {
    const names = new SavedFilters(memory()).all.map(({ name }) => name);
    assert.deepEqual(names, ['Denied', 'Unknown outcome']);
  });

  it('keep a filter without its time, replace one of the same name, and delete it', async () => {
    const saved = new SavedFilters(memory());
    await saved.save(' mine ', { filter: { since: '2026-01-01T00:00:00Z', agents: ['a'] } });
    await saved.save('mine', { filter: { agents: ['b'] }, group: 'task' });
    assert.deepEqual(saved.all.slice(2), [
      { name: 'mine', filter: { agents: ['b'] }, group: 'task', isPreset: false },
    ]);
    await saved.delete('mine');
    assert.equal(saved.all.length, 2);
  });

  it('refuse names that are taken or none', () => {
    const saved = new SavedFilters(memory());
    assert.notEqual(saved.problem('Denied'), undefined);
    assert.notEqual(saved.problem('  '), undefined);
    assert.equal(saved.problem('mine'), undefined);
  });

  it('drop what an earlier version kept in another shape', () => {
    const saved = new SavedFilters(memory([{ name: 'old' }, 7]));
    assert.equal(saved.all.length, 2);
  });
});

describe('what the live ledger is shown', () => {
  it('is the record of an item, or all records of a call', () => {
    const record = { kind: 'record', folder: FOLDER, item: { seq: 4 } };
    assert.deepEqual(liveLedgerArgument(record), {
      choice: { folder: FOLDER, filter: {} },
      seq: 4,
    });
    const call = { kind: 'call', records: [{ seq: 2, decisionId: 'dec_1' }, { seq: 3 }] };
    assert.deepEqual(liveLedgerArgument({ kind: 'in-folder', folder: FOLDER, node: call }), {
      choice: { folder: FOLDER, filter: { decisionId: 'dec_1' } },
      seq: 2,
    });
    assert.deepEqual(liveLedgerArgument(undefined), {});
  });
});
