import { z } from 'zod';

import { McpGatewayError } from '../errors.js';
import type { Identity, SessionDescription } from './identity.js';

/** A sub-agent, as its client names it in `_meta` of its calls. */
export interface SubagentDescription {
  readonly id: string;
  /** The sub-agent that started it; without, the agent itself did. */
  readonly parent?: string | undefined;
}

/** Under which delegations, root first, a sub-agent acts, and what it is called. */
export interface Delegated {
  readonly agent: string;
  readonly tokens: readonly string[];
}

/** Gives a sub-agent the delegation it acts under. A rejection blocks the call. */
export type Delegate = (
  session: SessionDescription,
  delegator: ReturnType<Identity>,
  subagent: SubagentDescription,
) => Promise<Delegated>;

/** Member of `_meta` by which a client says that one of its sub-agents calls. */
export const SUBAGENT = 'axtary.com/subagent';
const subagentId = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/);
/** A sub-agent as clients name it: letters, digits and _.:- only. */
export const subagentSchema = z.strictObject({ id: subagentId, parent: subagentId.optional() });

interface Calling {
  readonly session: SessionDescription;
  readonly identity: ReturnType<Identity>;
  /** What the client says, which can only narrow: under a delegation it acts, or not at all. */
  readonly claimed: unknown;
}

/**
 * The delegation that a call is made under; `undefined` where the agent itself calls.
 *
 * @throws McpGatewayError `MCP_SUBAGENT_REFUSED`.
 */
export async function delegatedTo(
  delegate: Delegate | undefined,
  { session, identity, claimed }: Calling,
): Promise<Delegated | undefined> {
  if (claimed === undefined) return undefined;
  const subagent = subagentSchema.safeParse(claimed);
  if (subagent.success && delegate) return delegate(session, identity, subagent.data);
  throw new McpGatewayError(
    'MCP_SUBAGENT_REFUSED',
    delegate
      ? `expected ${SUBAGENT} to be {"id", "parent"?}, each of letters, digits and _.:-`
      : 'sub-agents have no delegations here',
  );
}
