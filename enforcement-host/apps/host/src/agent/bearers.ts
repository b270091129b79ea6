import { randomBytes } from 'node:crypto';

import { sha256 } from '@axtary/core/digest';

export interface Grant {
  readonly owner: string;
  readonly workspaceKey: string;
  /** Thumbprint of the only key that may use it (RFC 9449). */
  readonly jkt?: string | undefined;
}

/**
 * Bearers that let MCP clients of one window, and no others, reach one workspace over loopback
 * HTTP. They live in memory only, and no longer than the control connection they were minted for.
 */
export class Bearers {
  // By digest: looking one up takes the same time for every wrong bearer.
  readonly #grants = new Map<string, Grant>();
  #origin = '';

  /** Where the agent endpoint listens, such as `http://127.0.0.1:4711`. */
  listensAt(origin: string): void {
    this.#origin = origin;
  }

  url(workspaceKey: string, server: string): string {
    return `${this.#origin}/mcp/${workspaceKey}/${server}`;
  }

  /** @param jkt binds it to a key, without which it is worth nothing. */
  mint(owner: string, workspaceKey: string, jkt?: string): string {
    const bearer = randomBytes(32).toString('base64url');
    this.#grants.set(sha256(bearer), { owner, workspaceKey, jkt });
    return bearer;
  }

  /** Whom a bearer was minted for, if it opens this workspace. */
  grantOf(bearer: string, workspaceKey: string): Grant | undefined {
    const grant = this.#grants.get(sha256(bearer));
    return grant?.workspaceKey === workspaceKey ? grant : undefined;
  }

  revoke(owner: string): void {
    for (const [hash, grant] of this.#grants) {
      if (grant.owner === owner) this.#grants.delete(hash);
    }
  }
}
