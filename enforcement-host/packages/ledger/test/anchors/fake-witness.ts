import { generateKeyPairSync } from 'node:crypto';

import type { Clock } from '@axtary/core';

import { cosigner, parseVerifierKey } from '../../src/anchors/note-key.js';
import { parseNote, signNote, verifyNote } from '../../src/anchors/note.js';
import type { NoteVerifier, SignedNote } from '../../src/anchors/note.js';
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
  readonly verifierKey: string;
  readonly #logs = new Map<string, NoteVerifier>();
  readonly #cosigned = new Map<string, Cosigned>();
  readonly #signer: ReturnType<typeof cosigner>;
  #loopback: Loopback | undefined;

  constructor(clock: Clock) {
    const { privateKey } = generateKeyPairSync('ed25519');
    this.#signer = cosigner('witness.example/w1', privateKey, clock);
    this.verifierKey = this.#signer.verifierKey;
    this.verifier = parseVerifierKey(this.verifierKey);
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
    const end = body.indexOf('\n\n');
    const [old = '', ...proof] = body.slice(0, end).split('\n');
    const size = /^old (0|[1-9]\d*)$/.exec(old)?.[1];
    const note = parseNote(body.slice(end + 2));
    if (size === undefined || note === undefined || proof.length > 63) return { status: 400 };
    const nodes = proof.map((line) => Buffer.from(line, 'base64'));
    return this.#verify(note, Number(size), nodes);
  }

  #verify(note: SignedNote, old: number, nodes: readonly Buffer[]): Answer {
    const { text } = note;
    const [origin = '', size = '', root = ''] = text.split('\n');
    const log = this.#logs.get(origin);
    if (log === undefined) return { status: 404 };
    if (verifyNote(note, [log]) === undefined) return { status: 403 };
    const next = { size: Number(size), root: Buffer.from(root, 'base64') };
    return this.#cosign({ origin, old, next, nodes, text });
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
