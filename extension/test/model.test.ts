import assert from 'node:assert/strict';

import { compareVersions } from '../src/host/version.js';
import { fileTexts } from '../src/model/diff-texts.js';
import { WindowStore, type StoreChange } from '../src/model/store.js';
import { panelHtml } from '../src/views/panel-html.js';
import { demoDetail, demoState } from './support/demo.js';

describe('window store', () => {
  it('lists what waits in every folder, the oldest first', () => {
    const store = new WindowStore();
    store.setFolders([
      { path: '/a', name: 'a' },
      { path: '/b', name: 'b' },
    ]);
    const late = demoDetail({ id: 'apr_late', createdAt: '2026-01-01T10:00:01.000Z' });
    store.update('/a', 'pending', { pending: [late] });
    store.update('/b', 'pending', { pending: [demoDetail()] });
    assert.deepEqual(
      store.pending.map(({ id }) => id),
      ['apr_1', 'apr_late'],
    );
    assert.equal(store.folderOfApproval('apr_late')?.folder, '/a');
    assert.equal(store.folderOfApproval('apr_none'), undefined);
  });

  it('keeps what is known of folders that stay, and forgets those that go', () => {
    const store = new WindowStore();
    store.setFolders([{ path: '/a', name: 'a' }]);
    store.update('/a', 'state', { state: demoState('/a') });
    store.setFolders([
      { path: '/b', name: 'b' },
      { path: '/a', name: 'renamed' },
    ]);
    assert.equal(store.folder('/a')?.state?.folder, '/a');
    assert.equal(store.folder('/a')?.name, 'renamed');
    store.setFolders([]);
    assert.equal(store.folder('/a'), undefined);
  });

  it('forgets what waits when the connection is lost, but not the ledger it has read', () => {
    const store = new WindowStore();
    store.setFolders([{ path: '/a', name: 'a' }]);
    store.update('/a', 'pending', { pending: [demoDetail()] });
    store.update('/a', 'ledger', { ledger: { items: [], size: 4 } });
    store.clearLive();
    assert.deepEqual(store.pending, []);
    assert.equal(store.folder('/a')?.ledger.size, 4);
  });

  it('tells listeners what changed until they leave', () => {
    const store = new WindowStore();
    const changes: StoreChange[] = [];
    const leave = store.onDidChange((change) => changes.push(change));
    store.setHost({ kind: 'not-enrolled' });
    store.update('/unknown', 'pending', { pending: [] });
    leave();
    store.setFolders([]);
    assert.deepEqual(changes, ['host']);
  });
});

describe('texts for the diff editor', () => {
  const files = [
    { path: 'a.ts', before: 'old', after: 'new' },
    { path: 'b.ts', after: 'b' },
  ];

  it('are those of the file that was asked for, or of the first', () => {
    const detail = demoDetail({ files });
    assert.equal(fileTexts(detail, undefined)?.after, 'new');
    assert.deepEqual(fileTexts(detail, 'b.ts'), {
      path: 'b.ts',
      before: '',
      after: 'b',
      isPartial: false,
    });
  });

  it('are put together from the hunks where the files are not known', () => {
    const diff = {
      provider: 'github',
      summary: '',
      files: [
        {
          path: 'c.ts',
          status: 'modified' as const,
          additions: 1,
          deletions: 1,
          hunks: [
            {
              header: '@@ -1 +1 @@',
              lines: [
                { type: 'context' as const, oldLine: 1, newLine: 1, content: 'same' },
                { type: 'deletion' as const, oldLine: 2, content: 'old' },
                { type: 'addition' as const, newLine: 2, content: 'new' },
              ],
            },
          ],
        },
      ],
    };
    assert.deepEqual(fileTexts(demoDetail({ diff }), 'c.ts'), {
      path: 'c.ts',
      before: '@@ -1 +1 @@\nsame\nold',
      after: '@@ -1 +1 @@\nsame\nnew',
      isPartial: true,
    });
  });

  it('are not there for a request that changes no file', () => {
    assert.equal(fileTexts(demoDetail(), undefined), undefined);
    assert.equal(fileTexts(demoDetail({ files }), 'other.ts'), undefined);
  });
});

describe('versions', () => {
  it('are ordered by number, not by text', () => {
    assert.ok(compareVersions('0.9.0', '0.10.0') < 0);
    assert.ok(compareVersions('1.0.0', '0.99.99') > 0);
    assert.equal(compareVersions('1.2.3-pre', '1.2.3'), 0);
    assert.ok(compareVersions('unknown', '0.0.1') < 0);
  });
});

describe('page of the approval panel', () => {
  const page = panelHtml({
    cspSource: 'https://source.example',
    script: 'https://source.example/a.js?"<',
    style: 'https://source.example/a.css',
    codicons: 'https://source.example/c.css',
    nonce: 'NONCE',
    language: 'en',
    element: 'axtary-approval',
  });

  it('lets run one script, by its nonce, and nothing inline', () => {
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'nonce-NONCE'(?:;|$)/);
    assert.doesNotMatch(policy, /unsafe|https?:\/\/\*|data:/);
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=/);
  });

  it('escapes what goes into attributes', () => {
    assert.match(page, /a\.js\?&quot;&lt;"/);
  });
});
