import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { systemClock } from '@axtary/core';
import { GitAnchor, LocalReceipts, originOf, type Anchor } from '@axtary/ledger';
import type { AnchorDescription, AnchorState } from '@axtary/protocol';

import { cli } from '../../enforcement-host/packages/cli/test/support.js';
import { FakeWitness } from '../../enforcement-host/packages/ledger/test/anchors/fake-witness.js';
import { serve } from '../../enforcement-host/packages/ledger/test/anchors/loopback.js';
import { textOf } from '../testkit/agent.js';
import { connectControl } from '../testkit/control-client.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';

const ENV = { PATH: process.env['PATH'] };

describe('anchors that the enforcement host pushes to by itself', function () {
  this.timeout(240_000);
  let served: ServedWorkspace;
  let kept: string;
  let ledger: string;
  let place: string;

  beforeEach(async () => {
    served = await serveWorkspace();
    const workspaces = path.join(served.state, 'workspaces');
    kept = path.join(workspaces, readdirSync(workspaces)[0] ?? '');
    ledger = path.join(kept, 'ledger.jsonl');
    place = path.join(path.dirname(served.state), 'elsewhere');
    mkdirSync(place);
  });
  afterEach(() => served.stop());

  async function read(): Promise<string> {
    const args = { path: served.file('src/app.txt') };
    return textOf(await served.agent.callTool({ name: 'read_text_file', arguments: args }));
  }

  /** Settles with the state of the only anchor, once it is as wanted. */
  async function anchorState(
    wanted: (state: AnchorState) => boolean,
    act: () => Promise<unknown>,
  ): Promise<AnchorState> {
    const found = new Promise<AnchorState>((resolve) => {
      served.control.on('workspace/changed', ({ ledger: { anchors } }) => {
        const [first] = anchors;
        if (first && wanted(first)) resolve(first);
      });
    });
    await act();
    return found;
  }

  const set = (...anchors: AnchorDescription[]): Promise<unknown> =>
    served.control.call('anchors/set', { anchors });
  const holds = ({ last }: AnchorState): boolean => last !== undefined;

  async function logOf(): Promise<string> {
    const { anchor } = await served.control.call('ledger/export', {
      workspace: served.folder,
      file: path.join(place, 'export.jsonl'),
    });
    return anchor.log;
  }

  /** Keeps the ledger as it is now, with its head and keys, for somebody to put back. */
  async function stopAndKeep(to: string): Promise<void> {
    await served.agent.close();
    served.control.close();
    assert.equal(await served.host.end('SIGTERM'), 0);
    cpSync(served.state, to, { recursive: true });
  }

  /** Verifies an export of the ledger that is there against anchors that were kept elsewhere. */
  async function verdictWith(anchors: readonly Anchor[]): Promise<string> {
    const [out, known] = [path.join(place, 'cut.jsonl'), path.join(place, 'known.jsonl')];
    writeFileSync(known, anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join(''));
    const args = ['attest-ledger', '--workspace', served.folder, '--state', served.state];
    const attested = await cli([...args, '--out', out], { cwd: served.folder });
    assert.equal(attested.code, 0, attested.stderr);
    const verified = ['verify-export', out, '--anchor', known, '--json'];
    const { code, stdout } = await cli(verified, { cwd: served.folder });
    const report = JSON.parse(stdout) as { verdict: string; code?: string };
    return [code, report.verdict, report.code].filter((part) => part !== undefined).join(' ');
  }

  /** Lets calls go on, ends the host, and puts an older ledger back. */
  async function cutAfter(calls: () => Promise<unknown>): Promise<void> {
    const older = path.join(place, 'older');
    await stopAndKeep(older);
    await served.restart('SIGTERM');
    await calls();
    await served.agent.close();
    served.control.close();
    await served.host.end('SIGTERM');
    cpSync(older, served.state, { recursive: true, force: true });
  }

  it('keep the last checkpoint in a file, which shows later that the ledger was cut', async () => {
    const out = path.join(place, 'heads.jsonl');
    await cutAfter(async () => {
      const first = await anchorState(holds, () => set({ to: 'file', out }));
      await read();
      assert.deepEqual([first.to, first.place, first.error], ['file', out, undefined]);
    });
    // The file itself is what verify-export takes.
    const receipts = await new LocalReceipts(`${ledger}.anchors`).list();
    const anchors = receipts.map(({ anchor }) => anchor);
    assert.equal(anchors.length, 2, 'one when it was set, one when the host ended');
    assert.equal(await verdictWith(anchors), '1 INVALID TRUNCATED');
    await served.restart('SIGTERM');
    const isConflict = ({ error }: AnchorState): boolean => error?.code === 'ANCHOR_CONFLICT';
    const { error } = await anchorState(isConflict, () => set({ to: 'file', out }));
    assert.match(error?.message ?? '', /^file knows \d+ records, but the ledger has \d+$/);
    assert.equal(await read(), 'one\ntwo\nthree\n', 'calls go on');
  });

  it('keep it in a git repository', async () => {
    const repository = path.join(place, 'repository');
    execFileSync('git', ['init', '--quiet', '--bare', repository], { env: ENV });
    const log = await logOf();
    await cutAfter(async () => {
      await read();
      await anchorState(holds, () => set({ to: 'git', repository }));
    });
    const anchors = await new GitAnchor({ repository, env: ENV }).read(log);
    assert.notEqual(anchors.length, 0);
    assert.equal(await verdictWith(anchors), '1 INVALID TRUNCATED');
    await served.restart('SIGTERM');
  });

  it('keep it with a witness that is told of the ledger, by its receipts', async () => {
    const witness = new FakeWitness(systemClock);
    const url = await witness.start();
    const { verifierKey: witnessKey } = witness;
    const log = await logOf();
    await cutAfter(async () => {
      const refused = ({ error }: AnchorState): boolean => error?.code === 'ANCHOR_REFUSED';
      await anchorState(refused, () => set({ to: 'witness', url, witnessKey }));
      const printed = await cli(['ledger', 'note-key', ledger, '--json'], { cwd: served.folder });
      const { origin, verifierKey } = JSON.parse(printed.stdout) as Record<string, string>;
      assert.equal(origin, originOf(log));
      witness.trust(origin, verifierKey ?? '');
      await set();
      await anchorState(holds, () => set({ to: 'witness', url, witnessKey }));
      await read();
    });
    const receipts = new LocalReceipts(`${ledger}.anchors`);
    const anchors = await receipts.signedBy([witness.verifier]).read(log);
    assert.equal(anchors.at(-1)?.size, witness.sizeOf(originOf(log)));
    assert.equal(anchors.length, 2, 'the second extends the first, by a proof');
    assert.equal(await verdictWith(anchors), '1 INVALID TRUNCATED');
    await witness.stop();
    await served.restart('SIGTERM');
  });

  it('hold up neither calls nor the end of the host where they are silent', async () => {
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const silent = await serve(() => {
      asked();
      return undefined;
    });
    const { verifierKey: witnessKey } = new FakeWitness(systemClock);
    await set({ to: 'witness', url: silent.url, witnessKey });
    await isAsked;
    assert.equal(await read(), 'one\ntwo\nthree\n');
    const { ledger: state } = await served.control.call('workspaces/open', {
      workspace: served.folder,
    });
    // The push is still under way: neither call nor state has waited for it.
    assert.equal(state.anchors[0]?.error, undefined);
    assert.notEqual(state.anchors[0]?.pending, undefined);
    const closed = new Promise((resolve) => served.control.socket.once('close', resolve));
    const before = performance.now();
    assert.equal(await served.host.end('SIGTERM'), 0);
    await closed;
    // Two requests of ten seconds each are what an anchor may take otherwise.
    assert.ok(performance.now() - before < 10_000);
    await silent.close();
    await served.restart('SIGTERM');
  });

  it('are set by nobody who has not proved a key, and take no secret', async () => {
    const secret = { to: 'otlp', url: 'https://c.example', bearer: 'x' } as never;
    await assert.rejects(set(secret));
    await assert.rejects(set({ to: 'file', out: 'relative.jsonl' }));
    const stranger = await connectControl(served.state);
    await assert.rejects(stranger.call('anchors/set', { anchors: [] }), { code: 'UNAUTHORISED' });
    stranger.close();
  });
});
