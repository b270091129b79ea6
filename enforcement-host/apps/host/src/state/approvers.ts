import { randomBytes, timingSafeEqual } from 'node:crypto';

import type { Clock } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';
import { thumbprint } from '@axtary/actionpass';
import type { ApproverKey, ApproverKeys } from '@axtary/approvals';
import type { PublicJwk } from '@axtary/protocol';
import { z } from 'zod';

import { HostError } from '../errors.js';
import { readJsonFile, writeJsonFile } from './json-file.js';

const enrolledSchema = z.strictObject({
  kid: z.string(),
  name: z.string(),
  jwk: z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
  }),
  enrolledAt: z.string(),
  enrolledBy: z.enum(['first', 'recovery_code']),
});
export type Enrolled = z.infer<typeof enrolledSchema>;

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** SHA-256 of the recovery code; 160 random bits need no slow hash. */
  recoveryHash: z.string(),
  approvers: z.array(enrolledSchema).min(1),
});
type ApproversFile = z.infer<typeof fileSchema>;

export interface EnrolOptions {
  readonly jwk: PublicJwk;
  readonly name: string;
  /** The enrolment code while nobody is enrolled, else the recovery code. */
  readonly code: string;
}

/** Who may approve. Only an enrolment or a recovery code adds anyone. */
export class Approvers {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #enrolmentCode: string;
  readonly #listeners = new Set<(enrolled: Enrolled) => void>();
  #state: ApproversFile | undefined;
  #enrolling: Promise<unknown> = Promise.resolve();

  private constructor(
    state: ApproversFile | undefined,
    { file, clock, enrolmentCode }: ApproversOptions,
  ) {
    this.#state = state;
    this.#file = file;
    this.#clock = clock;
    this.#enrolmentCode = enrolmentCode;
  }

  /** @throws HostError when the file is damaged. */
  static async load(options: ApproversOptions): Promise<Approvers> {
    return new Approvers(await readJsonFile(options.file, fileSchema), options);
  }

  get enrolmentOpen(): boolean {
    return this.#state === undefined;
  }

  list(): readonly Enrolled[] {
    return this.#state?.approvers ?? [];
  }

  /** The keys that statements are verified against. */
  keys(): ApproverKeys {
    const keys = this.list().map(({ kid, jwk, name }): [string, ApproverKey] => [
      kid,
      { kid, jwk, name },
    ]);
    return new Map(keys);
  }

  onEnrolled(listener: (enrolled: Enrolled) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Enrols a key, and replaces the recovery code, which is in the answer and nowhere else.
   *
   * @throws HostError `ENROLMENT_REFUSED` for a wrong code or a name that is taken.
   */
  enrol(options: EnrolOptions): Promise<{ enrolled: Enrolled; recoveryCode: string }> {
    const result = this.#enrolling.then(() => this.#enrol(options));
    this.#enrolling = result.catch(() => undefined);
    return result;
  }

  async #enrol({ jwk, name, code }: EnrolOptions): Promise<{
    enrolled: Enrolled;
    recoveryCode: string;
  }> {
    const isFirst = this.#state === undefined;
    this.#assertCode(code);
    const kid = thumbprint(jwk);
    // One name, one key: a statement names its approver, so two keys may not share a name.
    const others = this.list().filter((approver) => approver.kid !== kid && approver.name !== name);
    const enrolled: Enrolled = {
      kid,
      name,
      jwk,
      enrolledAt: this.#clock.now().toISOString(),
      enrolledBy: isFirst ? 'first' : 'recovery_code',
    };
    const recoveryCode = newRecoveryCode();
    const state: ApproversFile = {
      version: 1,
      recoveryHash: sha256(plain(recoveryCode)),
      approvers: [...others, enrolled],
    };
    await writeJsonFile(this.#file, state);
    this.#state = state;
    for (const listener of this.#listeners) listener(enrolled);
    return { enrolled, recoveryCode };
  }

  #assertCode(code: string): void {
    const right = this.#state
      ? equal(sha256(plain(code)), this.#state.recoveryHash)
      : equal(code, this.#enrolmentCode);
    if (right) return;
    const expected = this.#state ? 'recovery code' : 'enrolment code';
    throw new HostError('ENROLMENT_REFUSED', `that is not the ${expected}`);
  }
}

export interface ApproversOptions {
  readonly file: string;
  readonly clock: Clock;
  /** From whoever started the enforcement host. */
  readonly enrolmentCode: string;
}

const GROUP = /.{1,5}/g;
// Crockford's base 32: no I, L, O or U to be misread.
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 160 random bits, for people: 32 letters in groups of five, dashes between. */
function newRecoveryCode(): string {
  const letters = [...randomBytes(32)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return (letters.match(GROUP) ?? []).join('-');
}

/** What people type: any case, any spacing. */
function plain(code: string): string {
  return code.toUpperCase().replace(/[^0-9A-Z]/g, '');
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(sha256(a)), Buffer.from(sha256(b))];
  return timingSafeEqual(left, right);
}
