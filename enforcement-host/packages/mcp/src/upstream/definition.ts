import path from 'node:path';

import { canonicalize } from '@axtary/core';
import { sha256, type Sha256 } from '@axtary/core/digest';

/** A server that we start and speak to over stdio. */
export interface StdioUpstream {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to the few variables that every child gets; our own environment is never passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Relative to the folder of the upstreams, which is also the default. */
  readonly cwd?: string;
}

/** A server that we reach over Streamable HTTP. */
export interface HttpUpstream {
  /** `http:` or `https:`. */
  readonly url: string;
  /** Sent to this origin only. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type UpstreamDefinition = StdioUpstream | HttpUpstream;

/** A name that can stand in `mcp:<server>/<tool>` and be read back. */
const SERVER_NAME = /^[^\p{C}/\\]{1,128}$/u;

/** @throws TypeError for a name or definition that cannot be used. */
export function requireUsable(name: string, definition: UpstreamDefinition): void {
  if (!SERVER_NAME.test(name)) {
    throw new TypeError(`expected a server name without slashes, got ${JSON.stringify(name)}`);
  }
  if ('url' in definition) requireHttpUrl(name, definition.url);
  else if (definition.command === '') throw new TypeError(`the command of "${name}" is empty`);
}

function requireHttpUrl(name: string, url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new TypeError(`expected an http or https URL for the MCP server "${name}"`);
}

/** Digest of what reaches the server: command line and folder, or URL. Holds no credential. */
export function serverIdentity(definition: UpstreamDefinition, folder: string): Sha256 {
  if ('url' in definition) return sha256(canonicalize({ url: new URL(definition.url).href }));
  const { command, args = [] } = definition;
  return sha256(canonicalize({ command, args, cwd: workingFolder(definition, folder) }));
}

export function workingFolder({ cwd }: StdioUpstream, folder: string): string {
  return path.resolve(folder, cwd ?? '.');
}

/** The values of a definition that no message may show. */
export function secretsOf(definition: UpstreamDefinition): readonly string[] {
  const values = Object.values(('url' in definition ? definition.headers : definition.env) ?? {});
  return values.filter((value) => value.length >= 6);
}
