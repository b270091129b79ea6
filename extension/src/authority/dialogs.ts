import type { RevocationView } from '@axtary/protocol';

import type { UnknownNode } from '../model/authority-tree.js';
import type { Candidate, RevocationTarget } from '../model/revocation-candidates.js';

export type CallOutcome = 'executed' | 'not_executed';

/** A call of unknown outcome, with what a person knows it by. */
export interface UnknownCall {
  readonly node: UnknownNode;
  readonly title: string | undefined;
}

/** What a person is asked to confirm before it is done. */
export type Question =
  | { readonly kind: 'rotate'; readonly signing: string | undefined }
  | { readonly kind: 'stop' }
  /** Of a stop this means that everything may act again. */
  | { readonly kind: 'lift'; readonly revocation: RevocationView }
  | { readonly kind: 'revoke'; readonly target: RevocationTarget }
  | { readonly kind: 'reconcile'; readonly call: UnknownCall; readonly outcome: CallOutcome };

/** What is done for a reason that is given by hand. */
export type ReasonedQuestion = Exclude<Question['kind'], 'rotate' | 'stop'>;

/** What a person is told once it is done, or that it could not be. */
export type News =
  | { readonly kind: 'rotated'; readonly kid: string; readonly previous: string | undefined }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'lifted'; readonly revocation: RevocationView }
  | { readonly kind: 'revoked'; readonly target: RevocationTarget }
  | { readonly kind: 'reconciled'; readonly outcome: CallOutcome }
  | { readonly kind: 'keys-copied' }
  | { readonly kind: 'key-not-given'; readonly message: string }
  | { readonly kind: 'nothing-unknown' }
  | { readonly kind: 'nothing-to-lift' };

/**
 * How a person is asked and told. `undefined`: they turned away. A command can open every one of
 * these, so an implementation asks `confirm` in a way that no other command can answer.
 */
export interface AuthorityDialogs {
  chooseKind(): Promise<RevocationTarget['kind'] | undefined>;
  /** One of the candidates, or a value that was typed. */
  chooseValue(
    kind: RevocationTarget['kind'],
    candidates: readonly Candidate[],
  ): Promise<string | undefined>;
  chooseRevocation(revocations: readonly RevocationView[]): Promise<RevocationView | undefined>;
  chooseCall(calls: readonly UnknownCall[]): Promise<UnknownCall | undefined>;
  chooseOutcome(call: UnknownCall): Promise<CallOutcome | undefined>;
  /** 1 to 1024 characters, for the ledger. */
  askReason(purpose: ReasonedQuestion): Promise<string | undefined>;
  confirm(question: Question): Promise<boolean>;
  tell(news: News): void;
  copy(text: string): Promise<void>;
}
