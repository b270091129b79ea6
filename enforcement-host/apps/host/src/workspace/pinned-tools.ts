import { sha256Schema, type JsonValue } from '@axtary/core';
import type { Ledger, LedgerEntry, LedgerRecord, Projection } from '@axtary/ledger';
import type { SeenTool } from '@axtary/mcp';
import { z } from 'zod';

import { InTurn } from '../in-turn.js';

const pinSchema = z.strictObject({
  server: z.string(),
  tool: z.string(),
  serverIdentity: sha256Schema,
  definitionHash: sha256Schema,
});
const savedSchema = z.array(pinSchema);

/** Tools that are remembered; one that is forgotten is recorded again when it is seen. */
const MAX_TOOLS = 50_000;

/** How the tools of MCP servers were last seen, as the ledger has it, and the record of each change. */
export class PinnedTools implements Projection {
  readonly name = 'tools/1';
  readonly #append: Ledger['append'];
  readonly #turns = new InTurn();
  #pins = new Map<string, SeenTool>();

  constructor(append: Ledger['append']) {
    this.#append = append;
  }

  /**
   * Records those tools that the ledger does not have, or has otherwise.
   *
   * @throws LedgerError where that is not durable: then none of them may be called.
   */
  async record(tools: readonly SeenTool[]): Promise<void> {
    if (!tools.some((tool) => this.#isNew(tool))) return;
    // One after another: the same tool is recorded once, whoever sees it first.
    await this.#turns.run(async () => {
      const entries = tools.filter((tool) => this.#isNew(tool)).map((tool) => this.#entryOf(tool));
      if (entries.length > 0) await this.#append(entries);
    });
  }

  note({ type, body }: LedgerRecord): void {
    if (type !== 'tool_pinned') return;
    const { server, tool, serverIdentity, definitionHash } = body;
    this.#pin({ server, tool, serverIdentity, definitionHash });
  }

  save(): JsonValue {
    return [...this.#pins.values()].map((pin) => ({ ...pin }));
  }

  restore(saved: JsonValue | undefined): void {
    const pins = saved === undefined ? [] : savedSchema.parse(saved);
    this.#pins = new Map();
    for (const pin of pins) this.#pin(pin);
  }

  #pin(pin: SeenTool): void {
    const key = keyOf(pin);
    this.#pins.delete(key);
    this.#pins.set(key, pin);
    if (this.#pins.size <= MAX_TOOLS) return;
    const [oldest] = this.#pins.keys();
    if (oldest !== undefined) this.#pins.delete(oldest);
  }

  #isNew(tool: SeenTool): boolean {
    const { serverIdentity, definitionHash } = this.#pins.get(keyOf(tool)) ?? {};
    return definitionHash !== tool.definitionHash || serverIdentity !== tool.serverIdentity;
  }

  #entryOf(tool: SeenTool): LedgerEntry {
    const previousHash = this.#pins.get(keyOf(tool))?.definitionHash;
    return { type: 'tool_pinned', body: { ...tool, ...(previousHash && { previousHash }) } };
  }
}

// A server's name holds no slash.
function keyOf({ server, tool }: SeenTool): string {
  return `${server}/${tool}`;
}
