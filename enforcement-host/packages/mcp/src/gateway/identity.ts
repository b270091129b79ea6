import type { Action } from '@axtary/core';

import type { Window } from './window.js';

/** A connected MCP client, for whoever says on whose behalf it acts. */
export interface SessionDescription {
  /** Of this connection, random; not the session id that travels over HTTP. */
  readonly id: string;
  readonly window: Window;
  readonly server: string;
  /** As the client names itself. */
  readonly client?: { readonly name: string; readonly version: string };
}

/**
 * Who acts and to what end: decided by the enforcement host, not by the client. `intent.request`
 * only where the host knows the human's own words: MCP itself carries none.
 */
export type Identity = (session: SessionDescription) => Pick<Action, 'actor' | 'intent'>;
