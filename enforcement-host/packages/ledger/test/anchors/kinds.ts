import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import type { AnchorSource, AnchorTarget, Receipt } from '../../src/index.js';
import {
  ControlPlaneAnchor,
  FileAnchor,
  GitAnchor,
  LocalReceipts,
  OtlpAnchor,
  OtlpExport,
  WitnessAnchor,
  originOf,
} from '../../src/index.js';
import { FakeCollector } from './fake-collector.js';
import { FakeControlPlane } from './fake-control-plane.js';
import { FakeWitness } from './fake-witness.js';
import { CLOCK, newNoteSigner, open } from './ledgers.js';

/** An anchor of one kind, and where what it knows is read from. */
export interface Kind {
  /** Anchors the ledger of a file as it is now. */
  readonly push: (path: string) => Promise<Receipt>;
  readonly source: AnchorSource;
  /** Absent where only the last anchor is kept. */
  readonly keepsAll?: true;
  stop(): Promise<void>;
}

export interface KindOptions {
  readonly folder: string;
  readonly log: string;
}

/** A repository of this machine. */
export function newRepository(path: string, ...args: readonly string[]): string {
  execFileSync('git', ['init', '--quiet', ...args, path], { env: { PATH: process.env['PATH'] } });
  return path;
}

export const KINDS: Readonly<Record<string, (options: KindOptions) => Promise<Kind>>> = {
  witness: async ({ folder, log }) => {
    const witness = new FakeWitness(CLOCK);
    const url = await witness.start();
    const signer = newNoteSigner(log);
    witness.trust(originOf(log), signer.verifierKey);
    const receipts = new LocalReceipts(join(folder, 'evidence.anchors'));
    return {
      push: async (path) => {
        const { checkpoint, prove } = await open(path);
        const { verifier } = witness;
        const receipt = await new WitnessAnchor({ url, verifier, signer, prove }).push(checkpoint);
        await receipts.add(receipt);
        return receipt;
      },
      source: receipts.signedBy([witness.verifier]),
      keepsAll: true,
      stop: () => witness.stop(),
    };
  },
  git: ({ folder, log }) => {
    const repository = newRepository(join(folder, 'repository'));
    const env = { PATH: process.env['PATH'] };
    return simple(new GitAnchor({ repository, signer: newNoteSigner(log), env }));
  },
  file: ({ folder }) => simple(new FileAnchor(join(folder, 'other-disk', 'heads.jsonl'), CLOCK)),
  otlp: async ({ folder }) => {
    const file = join(folder, 'collector.jsonl');
    const collector = new FakeCollector(file);
    const url = await collector.start();
    const kind = await simple(new OtlpAnchor({ url, clock: CLOCK, version: '1.0.0' }));
    return { ...kind, source: new OtlpExport(file), stop: () => collector.stop() };
  },
  'control-plane': async () => {
    const plane = new FakeControlPlane(CLOCK);
    const url = await plane.start();
    const kind = await simple(new ControlPlaneAnchor({ url, bearer: plane.bearer }));
    return { push: kind.push, source: kind.source, stop: () => plane.stop() };
  },
};

function simple(anchor: AnchorTarget & Partial<AnchorSource>): Promise<Kind> {
  const { name } = anchor;
  return Promise.resolve({
    push: async (path: string) => anchor.push((await open(path)).checkpoint),
    source: { name, read: async (log: string) => (await anchor.read?.(log)) ?? [] },
    keepsAll: true,
    stop: () => Promise.resolve(),
  });
}
