import type { JsonObject } from '@axtary/core';
import type { Sha256 } from '@axtary/core/digest';

import { definitionHash, toolName } from '../upstream/tools.js';
import type { Upstream } from '../upstream/upstream.js';

/** A tool as its server lists it now. */
export interface SeenTool {
  readonly server: string;
  readonly tool: string;
  /** Digest of what reaches the server: command line and folder, or URL. */
  readonly serverIdentity: Sha256;
  readonly definitionHash: Sha256;
}

/**
 * Records tools that were not seen before, or not so. Settles when they are; where it rejects, the
 * tools cannot be called. Asked before every call, so what is known must cost little.
 */
export type RecordTools = (tools: readonly SeenTool[]) => Promise<void>;

/** Tools of one listing that are recorded at once; of more, each when it is called. */
const MAX_AT_ONCE = 1000;
const MAX_NAME = 512;

/** What a listing shows, as far as it can be called: names once, definitions with a hash. */
export function seenIn(upstream: Upstream, listed: readonly JsonObject[]): readonly SeenTool[] {
  const seen = new Map<string, SeenTool | undefined>();
  for (const definition of listed.slice(0, MAX_AT_ONCE)) {
    const name = toolName(definition);
    if (name === undefined || name === '' || name.length > MAX_NAME) continue;
    seen.set(name, seen.has(name) ? undefined : seenTool(upstream, name, definition));
  }
  return [...seen.values()].filter((tool) => tool !== undefined);
}

function seenTool(upstream: Upstream, tool: string, definition: JsonObject): SeenTool | undefined {
  const { name: server, identity: serverIdentity } = upstream;
  try {
    return { server, tool, serverIdentity, definitionHash: definitionHash(definition) };
  } catch {
    // Without a canonical form it cannot be called.
    return undefined;
  }
}
