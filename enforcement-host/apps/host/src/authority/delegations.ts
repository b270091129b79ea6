import {
  delegate,
  issueDelegation,
  verifyDelegationChain,
  type IssuedDelegation,
  type Signer,
  type VerifiedDelegation,
} from '@axtary/actionpass';
import type { Action, Clock } from '@axtary/core';
import type { Delegated, SubagentDescription } from '@axtary/mcp';
import type { DelegationView } from '@axtary/protocol';

import { HostError } from '../errors.js';
import { InTurn } from '../in-turn.js';
import type { Authority } from './authority.js';

/** Sub-agents that may be known at a time, of one workspace. */
const MAX_LINKS = 1000;

export interface DelegationsOptions {
  readonly issuer: string;
  readonly authority: Authority;
  readonly signer: () => Promise<Signer>;
  /** Thumbprint of this enforcement host's own key: sub-agents have none, it presents for them. */
  readonly holder: string;
  readonly clock: Clock;
  readonly onChange: () => void;
}

/** Whom a sub-agent acts for. */
export interface Delegator extends Pick<Action, 'actor' | 'intent'> {
  readonly session: string;
  /** Thumbprint of the key that its client has proved, if it has one. */
  readonly jkt?: string | undefined;
}

interface Link extends Delegated {
  readonly issued: IssuedDelegation;
  readonly above?: Link;
}

/**
 * The delegations of one workspace. An agent's session is the root, with everything the policy
 * allows; each sub-agent has a child of its own from its first call on, one hop further from it.
 * They are in memory: sessions end with this process, and their delegations with them.
 */
export class Delegations {
  readonly #options: DelegationsOptions;
  readonly #links = new Map<string, Link>();
  readonly #turns = new InTurn();

  constructor(options: DelegationsOptions) {
    this.#options = options;
  }

  /**
   * The chain of a sub-agent, issued where there is none that holds still.
   *
   * @throws VerificationError `DELEGATION_TOO_DEEP`; HostError `SUBJECT_UNKNOWN` for a parent that
   *   has not called yet.
   */
  forSubagent(
    delegator: Delegator,
    subagent: SubagentDescription,
    maxDepth: number,
  ): Promise<Delegated> {
    return this.#turns.run(async () => {
      const key = keyOf(delegator.session, subagent.id);
      const known = this.#links.get(key);
      if (known && !this.#isOver(known)) return known;
      const above = await this.#above(delegator, subagent, maxDepth);
      const parent = await this.#verify(above, maxDepth);
      const agent = `${above.agent}/${subagent.id}`;
      const jkt = delegator.jkt ?? this.#options.holder;
      const { clock } = this.#options;
      const issued = await delegate(await this.#options.signer(), { parent, agent, jkt, clock });
      const link = { agent, tokens: [...above.tokens, issued.token], issued, above };
      this.#keep(key, link);
      return link;
    });
  }

  /** Newest last. */
  async list(): Promise<readonly DelegationView[]> {
    this.#prune();
    return Promise.all([...this.#links.values()].map((link) => this.#view(link)));
  }

  async #above(
    delegator: Delegator,
    { parent }: SubagentDescription,
    maxDepth: number,
  ): Promise<Link> {
    const { session, actor, intent } = delegator;
    const key = keyOf(session, parent);
    const known = this.#links.get(key);
    if (known && !this.#isOver(known)) return known;
    if (parent !== undefined) {
      throw new HostError('SUBJECT_UNKNOWN', `no sub-agent ${parent} has called in this session`);
    }
    const { issuer, holder, signer, clock } = this.#options;
    const { agent, human, tenant, runtime } = actor;
    const issued = await issueDelegation(await signer(), {
      issuer,
      agent,
      human,
      tenant,
      runtime,
      task: intent.task,
      jkt: delegator.jkt ?? holder,
      scope: { tools: ['**'], resources: ['**'] },
      hops: maxDepth,
      maxDepth,
      clock,
    });
    const link = { agent, tokens: [issued.token], issued };
    this.#keep(key, link);
    return link;
  }

  #verify({ tokens }: Link, maxDepth: number): Promise<VerifiedDelegation> {
    const { issuer, authority, clock } = this.#options;
    return verifyDelegationChain({
      tokens,
      issuer,
      keyring: authority.keyring,
      revocations: authority,
      maxDepth,
      clock,
    });
  }

  #isOver({ issued }: Link): boolean {
    return issued.claims.exp * 1000 <= this.#options.clock.now().getTime();
  }

  #keep(key: string, link: Link): void {
    this.#prune();
    if (this.#links.size >= MAX_LINKS) {
      throw new HostError('SUBJECT_UNKNOWN', `there are ${MAX_LINKS} sub-agents already`);
    }
    this.#links.set(key, link);
    this.#options.onChange();
  }

  #prune(): void {
    for (const [key, link] of this.#links) if (this.#isOver(link)) this.#links.delete(key);
  }

  /** What is revoked takes along all that is below it. */
  async #problem({ issued, above }: Link): Promise<string | undefined> {
    const own = await this.#options.authority.problem(issued.claims, '');
    return own ?? (above && this.#problem(above));
  }

  async #view(link: Link): Promise<DelegationView> {
    const { jti, sub, delegation, task, scope, exp } = link.issued.claims;
    const problem = await this.#problem(link);
    return {
      jti,
      agent: sub,
      root: delegation.root,
      depth: delegation.depth,
      hops: delegation.hops,
      task,
      tools: scope.tools,
      resources: scope.resources,
      expiresAt: new Date(exp * 1000).toISOString(),
      ...(delegation.parent !== undefined && { parent: delegation.parent }),
      ...(problem !== undefined && { problem }),
    };
  }
}

function keyOf(session: string, subagent: string | undefined): string {
  return JSON.stringify([session, subagent ?? null]);
}
