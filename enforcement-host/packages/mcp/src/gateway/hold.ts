/** The MCP client at the other end, as it names itself, and the call it sent. */
export interface ClientDescription {
  readonly name?: string;
  readonly version?: string;
  /** True where the call asked for progress, which we send while a person decides. */
  readonly hasProgressToken: boolean;
}

interface Patience {
  readonly name: RegExp;
  /** Milliseconds; `undefined`: as long as the approval lives. */
  readonly withProgress: number | undefined;
  readonly silent: number | undefined;
}

const UNKNOWN: Patience = { name: /(?:)/, withProgress: undefined, silent: 50_000 };

// How long clients leave a call open, minus a margin. Sources:
// - VS Code 1.139 and code-server: no limit in its request handler; only the person cancels.
// - Claude Code 2.1.329: 300 s idle over HTTP, which progress restarts (constants of the build).
// - Codex 0.169: tool_timeout_sec, 60 by default; progress does not extend it (as reported).
// - Cursor: about 60 s, Gemini CLI: 600 s, Copilot for JetBrains: about 30 s (as reported).
// - Others: 60 s is the default of the MCP SDKs.
const PATIENCE: readonly Patience[] = [
  {
    name: /^(?:visual studio code|code-server|code - oss|vscod)/i,
    withProgress: undefined,
    silent: undefined,
  },
  { name: /^claude[- ]?(?:code|ai)/i, withProgress: undefined, silent: 290_000 },
  { name: /^codex/i, withProgress: 50_000, silent: 50_000 },
  { name: /^cursor/i, withProgress: 50_000, silent: 50_000 },
  { name: /^gemini/i, withProgress: 590_000, silent: 590_000 },
  { name: /intellij|jetbrains/i, withProgress: 25_000, silent: 25_000 },
];

/**
 * How long a call of this client may wait for a person before it is answered `PENDING_APPROVAL`,
 * in milliseconds; `undefined`: until the approval expires.
 */
export function defaultHoldFor(client: ClientDescription): number | undefined {
  const { name } = client;
  const known = name === undefined ? undefined : PATIENCE.find((entry) => entry.name.test(name));
  const patience = known ?? UNKNOWN;
  return client.hasProgressToken ? patience.withProgress : patience.silent;
}
