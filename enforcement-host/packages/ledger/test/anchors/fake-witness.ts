import { generateKeyPairSync } from 'node:crypto';

import type { Clock } from '@axtary/core';

import { cosigner, parseVerifierKey } from '../../src/anchors/note-key.js';
import { parseNote, signNote, verifyNote, type NoteVerifier } from '../../src/anchors/note.js';
import { verifyConsistency } from '../../src/merkle/proofs.js';
import { emptyRoot } from '../../src/merkle/tree.js';
import { serve, type Answer, type Loopback, type Request } from './loopback.js';

interface Cosigned {
  readonly size: number;
  readonly root: Buffer;
}

/**
 * A witness of this machine that keeps to c2sp.org/tlog-witness: it checks the log's signature and
 * the consistency proof, and remembers the last checkpoint of each origin. Contract-tested: it is
 * our reading of the specification, not a witness that others run.
 */
export class FakeWitness {
  readonly verifier: NoteVerifier;
  readonly #logs = new Map<string, NoteVerifier>();
  readonly #cosigned = new Map<string, Cosigned>();
  readonly #signer: ReturnType<typeof cosigner>;
  #loopback: Loopback | undefined;

  constructor(clock: Clock) {
    const { privateKey } = generateKeyPairSync('ed25519');
    this.#signer = cosigner('witness.example/w1', privateKey, clock);
    this.verifier = parseVerifierKey(this.#signer.verifierKey);
  }

  async start(): Promise<string> {
    this.#loopback = await serve((request) => this.#answer(request));
    return this.#loopback.url;
  }

  async stop(): Promise<void> {
    await this.#loopback?.close();
  }

  /** Configures a log, as an operator does. */
  trust(origin: string, verifierKey: string): void {
    this.#logs.set(origin, parseVerifierKey(verifierKey));
  }

  sizeOf(origin: string): number {
    return this.#cosigned.get(origin)?.size ?? 0;
  }

  #answer({ method, path, body }: Request): Answer {
    if (method !== 'POST' || path !== '/add-checkpoint') return { status: 405 };
    const [head = '', ...rest] = body.split('\n\n');
    const [old = '', ...proof] = head.split('\n');
    const size = /^old (0|[1-9]\d*)$/.exec(old)?.[1];
    const note = parseNote(rest.join('\n\n'));
    if (size === undefined || note === undefined || proof.length > 63) return { status: 400 };
    const [origin = '', treeSize = '', root = ''] = note.text.split('\n');
    const log = this.#logs.get(origin);
    if (log === undefined) return { status: 404 };
    if (verifyNote(note, [log]) === undefined) return { status: 403 };
    const next = { size: Number(treeSize), root: Buffer.from(root, 'base64') };
    const nodes = proof.map((line) => Buffer.from(line, 'base64'));
    return this.#cosign({ origin, old: Number(size), next, nodes, text: note.text });
  }

  #cosign(request: {
    readonly origin: string;
    readonly old: number;
    readonly next: Cosigned;
    readonly nodes: readonly Buffer[];
    readonly text: string;
  }): Answer {
    const { origin, old, next, nodes, text } = request;
    if (old > next.size) return { status: 400 };
    const known = this.#cosigned.get(origin) ?? { size: 0, root: emptyRoot() };
    const conflict = { status: 409, type: 'text/x.tlog.size', body: `${known.size}\n` };
    if (old !== known.size) return conflict;
    if (old === next.size && !known.root.equals(next.root)) return conflict;
    const [first, second] = [known.size, next.size];
    const roots = { firstRoot: known.root, secondRoot: next.root };
    if (!verifyConsistency({ first, second, ...roots, proof: nodes })) return { status: 422 };
    this.#cosigned.set(origin, next);
    return { status: 200, body: signNote(text, this.#signer).slice(text.length + 1) };
  }
}
