import { messageOf } from '@axtary/core';
import { sha256, type Sha256 } from '@axtary/core/digest';
import { verifyPolicyTrust, type ApproverKeys } from '@axtary/approvals';
import { parsePolicy, type Policy, type PolicyIssue } from '@axtary/policy';
import type { PolicyState } from '@axtary/protocol';
import type { LocalPolicyArchive } from '@axtary/proxy';
import { z } from 'zod';

import { HostError } from '../errors.js';
import { readJsonFile, writeJsonFile } from '../state/json-file.js';
import { readPolicyFile, watchPolicyFile, type PolicyFile } from './policy-file.js';

const trustSchema = z.strictObject({
  version: z.literal(1),
  text: z.string(),
  trustedBy: z.string(),
  /** JWS over a PolicyTrustStatement; absent where the start of the host trusts the file. */
  signature: z.string().optional(),
});
type Trust = z.infer<typeof trustSchema>;

/** A policy became the enforced one. */
export interface PolicyChange {
  readonly policyHash: Sha256;
  readonly previousPolicyHash: Sha256 | undefined;
  readonly trustedBy: string;
  readonly signature: string | undefined;
}

export interface PolicyGuardOptions {
  readonly workspace: string;
  /** Where the proposal lies. */
  readonly file: string;
  /** Where the trusted text is kept, out of the workspace. */
  readonly trustFile: string;
  /** Keeps every version that is enforced. */
  readonly archive: Pick<LocalPolicyArchive, 'put'>;
  readonly approvers: () => ApproverKeys;
  /** `file`: whoever started the host trusts the file as it stands, now and after every change. */
  readonly mode: 'signed' | 'file';
  /** Called before a change takes effect; a rejection leaves the old policy enforced. */
  readonly onChange: (change: PolicyChange) => Promise<void>;
  /** Called when a change of the file could not be followed; what is enforced stays. */
  readonly onError: (error: unknown) => void;
}

/** The proposal beside what is enforced, for review. */
export interface Proposal {
  readonly enforcedText: string | undefined;
  readonly proposedText: string | undefined;
  readonly issues: readonly PolicyIssue[];
}

/**
 * Keeps the enforced policy apart from the file that proposes one. Only a statement signed by an
 * enrolled approver, over the hash of the text, changes what is enforced.
 */
export class PolicyGuard {
  readonly #options: PolicyGuardOptions;
  readonly #listeners = new Set<() => void>();
  #enforced: { readonly policy: Policy; readonly hash: Sha256 } | undefined;
  #file: PolicyFile = { status: 'missing' };
  #stopWatching: (() => void) | undefined;

  constructor(options: PolicyGuardOptions) {
    this.#options = options;
  }

  /** Loads what was trusted before and reads the proposal. */
  async open(): Promise<void> {
    const trust = await readJsonFile(this.#options.trustFile, trustSchema);
    if (trust && (await this.#isStillTrusted(trust))) {
      const { policy } = parsePolicy(trust.text);
      if (policy) await this.#options.archive.put(policy);
      this.#enforce(trust.text);
    }
    this.#stopWatching = watchPolicyFile(this.#options.file, () => {
      this.refresh().catch(this.#options.onError);
    });
    await this.refresh();
  }

  close(): void {
    this.#stopWatching?.();
  }

  onStateChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** @throws HostError `POLICY_NOT_TRUSTED` when nothing is enforced: then everything is denied. */
  enforced(): Policy {
    if (this.#enforced) return this.#enforced.policy;
    throw new HostError('POLICY_NOT_TRUSTED', this.state().message);
  }

  state(): PolicyState {
    const enforcedHash = this.#enforced?.hash;
    const proposedHash = this.#file.status === 'read' ? sha256(this.#file.text) : undefined;
    return {
      ...describe(this.#file, enforcedHash, proposedHash),
      ...(enforcedHash && { enforcedHash }),
      ...(proposedHash && { proposedHash }),
    };
  }

  proposal(): Proposal {
    const proposedText = this.#file.status === 'read' ? this.#file.text : undefined;
    const issues = proposedText === undefined ? [] : parsePolicy(proposedText).issues;
    return { enforcedText: this.#enforced?.policy.text, proposedText, issues };
  }

  /** Reads the proposal again. */
  async refresh(): Promise<void> {
    this.#file = await readPolicyFile(this.#options.file);
    if (this.#options.mode === 'file') await this.#followFile();
    for (const listener of this.#listeners) listener();
  }

  /**
   * Enforces the proposal that an approver signed for.
   *
   * @throws ApprovalError for a statement that does not hold, HostError `POLICY_NOT_TRUSTED` when
   *   the file is no longer the one that was signed for, or is not a policy.
   */
  async trust(statementJws: string): Promise<void> {
    const { statement } = await verifyPolicyTrust(statementJws, this.#options.approvers());
    await this.refresh();
    const text = this.#file.status === 'read' ? this.#file.text : undefined;
    const isSigned = text !== undefined && sha256(text) === statement.policy_hash;
    if (!isSigned || statement.workspace !== this.#options.workspace) {
      throw new HostError(
        'POLICY_NOT_TRUSTED',
        'the file has changed since it was shown; review it again',
      );
    }
    await this.#change({ version: 1, text, trustedBy: statement.sub, signature: statementJws });
    for (const listener of this.#listeners) listener();
  }

  async #followFile(): Promise<void> {
    if (this.#file.status !== 'read' || sha256(this.#file.text) === this.#enforced?.hash) return;
    if (!parsePolicy(this.#file.text).policy) return;
    await this.#change({
      version: 1,
      text: this.#file.text,
      trustedBy: 'start option: policy-trust file',
    });
  }

  async #change(trust: Trust): Promise<void> {
    const { policy } = parsePolicy(trust.text);
    if (!policy) throw new HostError('POLICY_NOT_TRUSTED', 'the file is not a valid policy');
    // Before anything is decided by it, so that whatever is can be decided again.
    await this.#options.archive.put(policy);
    await this.#options.onChange({
      policyHash: sha256(trust.text),
      previousPolicyHash: this.#enforced?.hash,
      trustedBy: trust.trustedBy,
      signature: trust.signature,
    });
    await writeJsonFile(this.#options.trustFile, trust);
    this.#enforce(trust.text);
  }

  // An agent of this OS user could write the trust file too: the signature is what counts.
  async #isStillTrusted(trust: Trust): Promise<boolean> {
    if (trust.signature === undefined) return this.#options.mode === 'file';
    try {
      const { statement } = await verifyPolicyTrust(trust.signature, this.#options.approvers());
      return (
        statement.policy_hash === sha256(trust.text) &&
        statement.workspace === this.#options.workspace
      );
    } catch (error) {
      throw new HostError(
        'HOST_STATE_UNUSABLE',
        `${this.#options.trustFile} does not verify (${messageOf(error)}); move it away and trust the policy again`,
        { cause: error },
      );
    }
  }

  #enforce(text: string): void {
    const { policy } = parsePolicy(text);
    if (policy) this.#enforced = { policy, hash: sha256(text) };
  }
}

function describe(
  file: PolicyFile,
  enforced: Sha256 | undefined,
  proposed: Sha256 | undefined,
): Pick<PolicyState, 'status' | 'message'> {
  if (file.status === 'unreadable') return { status: 'broken', message: file.message };
  if (file.status === 'missing') {
    return enforced
      ? { status: 'changed', message: 'axtary.yml is gone; the trusted version is still enforced' }
      : { status: 'missing', message: 'there is no axtary.yml: run "Axtary: Init Policy"' };
  }
  if (!parsePolicy(file.text).policy) {
    const kept = enforced ? 'the trusted version is still enforced' : 'every call is denied';
    return { status: 'broken', message: `axtary.yml is not a valid policy; ${kept}` };
  }
  if (enforced === proposed) return { status: 'trusted', message: 'axtary.yml is enforced' };
  return enforced
    ? {
        status: 'changed',
        message: 'axtary.yml has changed; the trusted version is still enforced',
      }
    : { status: 'untrusted', message: 'axtary.yml is not trusted yet; every call is denied' };
}
