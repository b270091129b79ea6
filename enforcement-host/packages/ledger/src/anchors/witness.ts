import type { Anchor, AnchorTarget, Checkpoint, PushOptions, Receipt } from './anchor.js';
import { checkpointText, originOf } from './checkpoint-note.js';
import { AnchorError } from './errors.js';
import { endpointOf, send, unexpected, type HttpAnchorOptions, type HttpAnswer } from './http.js';
import { parseNote, parseSignatures, signNote, verifyNote, writeNote } from './note.js';
import type { NoteSigner, NoteVerifier } from './note.js';

/** Proves that the first `second` records extend the first `first`: RFC 9162 section 2.1.4.1. */
export type ProveConsistency = (first: number, second: number) => Promise<readonly Buffer[]>;

export interface WitnessOptions extends HttpAnchorOptions {
  /** The witness's key, from elsewhere. What it answers counts only if this key has signed it. */
  readonly verifier: NoteVerifier;
  /** Signs the ledger's notes; the witness must know its key and the ledger's origin. */
  readonly signer: NoteSigner;
  readonly prove: ProveConsistency;
}

const SIZE_TYPE = 'text/x.tlog.size';
const SIZE_LINE = /^(0|[1-9]\d{0,15})\n$/;

// A request (c2sp.org/tlog-witness, add-checkpoint):
//   old <size that the witness has cosigned last>
//   <base64 of a hash of the consistency proof>      none or more
//   <empty line>
//   <checkpoint note>
function requestBody(old: number, proof: readonly Buffer[], note: string): string {
  return `old ${old}\n${proof.map((hash) => `${hash.toString('base64')}\n`).join('')}\n${note}`;
}

/**
 * A witness of the transparency log ecosystem: it cosigns a checkpoint only if that extends the
 * last one it has cosigned. Its cosignature excludes a cut end, a rollback, a fork and a rewrite of
 * what it covers, also by whoever holds the keys of the ledger.
 */
export class WitnessAnchor implements AnchorTarget {
  readonly name: string;
  readonly #options: WitnessOptions;
  readonly #url: URL;
  // What the witness has cosigned last, as far as is known here: it says so where that is wrong.
  #known = 0;

  /** @throws TypeError unless the address is https, or http to this machine. */
  constructor(options: WitnessOptions) {
    this.name = `witness:${options.verifier.name}`;
    this.#options = options;
    this.#url = endpointOf(options.url, 'add-checkpoint');
  }

  /**
   * Has the checkpoint cosigned; the receipt's note carries the cosignature.
   *
   * @throws AnchorError `ANCHOR_CONFLICT` if the witness has cosigned what this ledger does not
   *   continue; `ANCHOR_REFUSED` if it does not know the ledger or its key; or as `AnchorTarget`.
   */
  async push(checkpoint: Checkpoint, { signal }: PushOptions = {}): Promise<Receipt> {
    const note = signNote(checkpointText(checkpoint), this.#options.signer);
    let old = Math.min(this.#known, checkpoint.size);
    let answer = await this.#send({ old, note, size: checkpoint.size, signal });
    if (answer.status === 409) {
      old = this.#sizeToContinue(answer, checkpoint);
      answer = await this.#send({ old, note, size: checkpoint.size, signal });
    }
    if (answer.status !== 200) throw this.#failure(answer, checkpoint);
    const receipt = this.#receipt(answer, note, checkpoint);
    this.#known = checkpoint.size;
    return receipt;
  }

  async #send(request: {
    readonly old: number;
    readonly size: number;
    readonly note: string;
    readonly signal: AbortSignal | undefined;
  }): Promise<HttpAnswer> {
    const { old, size, note, signal } = request;
    const proof = await this.#options.prove(old, size);
    const body = requestBody(old, proof, note);
    return send({ url: this.#url, method: 'POST', body, signal }, this.#options);
  }

  #sizeToContinue(answer: HttpAnswer, { size }: Checkpoint): number {
    const [, digits] = SIZE_LINE.exec(answer.text) ?? [];
    const known = Number(digits);
    if (answer.mediaType !== SIZE_TYPE || !Number.isSafeInteger(known)) {
      throw new AnchorError('ANCHOR_RESPONSE_INVALID', `${this.#url.host} named no size`);
    }
    if (known > size) throw this.#conflict(`${known} records, but the ledger has ${size}`);
    return known;
  }

  #failure(answer: HttpAnswer, { log, size }: Checkpoint): AnchorError {
    switch (answer.status) {
      case 403:
        return new AnchorError('ANCHOR_REFUSED', `${this.name} does not know the ledger's key`);
      case 404:
        return new AnchorError('ANCHOR_REFUSED', `${this.name} does not know ${originOf(log)}`);
      case 409:
        return this.#conflict(`another tree of ${size} records`);
      case 422:
        return this.#conflict('records which this ledger does not continue');
      default:
        return unexpected(this.#url, answer);
    }
  }

  #conflict(what: string): AnchorError {
    return new AnchorError('ANCHOR_CONFLICT', `${this.name} has cosigned ${what}`);
  }

  #receipt(answer: HttpAnswer, note: string, checkpoint: Checkpoint): Receipt {
    const ours = parseNote(note);
    const theirs = parseSignatures(answer.text);
    const cosigned = ours && theirs && { text: ours.text, signatures: theirs };
    const [verified] = (cosigned && verifyNote(cosigned, [this.#options.verifier])) ?? [];
    if (ours === undefined || verified === undefined) {
      const message = `${this.#url.host} answered without the cosignature of ${this.name}`;
      throw new AnchorError('ANCHOR_RESPONSE_INVALID', message);
    }
    const signatures = [...ours.signatures, verified.signature];
    return {
      anchor: cosignedAnchor(this.name, checkpoint, verified.signedAt),
      note: writeNote({ text: ours.text, signatures }),
    };
  }
}

function cosignedAnchor(by: string, checkpoint: Checkpoint, signedAt: number | undefined): Anchor {
  const at = signedAt === undefined ? {} : { at: new Date(signedAt * 1000).toISOString() };
  return { ...checkpoint, by, ...at };
}
