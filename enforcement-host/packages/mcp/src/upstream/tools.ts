import {
  canonicalize,
  isJsonObject,
  messageOf,
  type JsonObject,
  type JsonValue,
} from '@axtary/core';
import { sha256, type Sha256 } from '@axtary/core/digest';

import { McpGatewayError } from '../errors.js';

/** A tool as its server lists it. */
export interface ToolDefinition {
  readonly server: string;
  readonly name: string;
  /** Of name, title, description, schemas and annotations. */
  readonly definitionHash: Sha256;
  /** Everything that the server said of it, untouched. */
  readonly definition: JsonObject;
}

const HASHED = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'];
const MAX_TOOLS = 10_000;
const MAX_PAGES = 1000;
const hashes = new WeakMap<JsonObject, Sha256>();

/**
 * Digest of a tool definition: SHA-256 of the RFC 8785 form of those of its members that tell a
 * model what the tool is.
 *
 * @throws McpGatewayError `MCP_TOOL_INVALID` for a definition that has no canonical form.
 */
export function definitionHash(definition: JsonObject): Sha256 {
  const known = hashes.get(definition);
  if (known) return known;
  const present = HASHED.filter((member) => definition[member] !== undefined);
  const hashed = Object.fromEntries(present.map((member) => [member, definition[member]]));
  const hash = sha256(canonicalOf(hashed));
  hashes.set(definition, hash);
  return hash;
}

function canonicalOf(value: unknown): string {
  try {
    return canonicalize(value);
  } catch (cause) {
    const message = `the tool definition has no canonical form: ${messageOf(cause)}`;
    throw new McpGatewayError('MCP_TOOL_INVALID', message, { cause });
  }
}

/** The tools of a `tools/list` result. */
export function toolsOf(result: JsonObject): readonly JsonObject[] {
  const { tools } = result;
  return Array.isArray(tools) ? tools.filter(isJsonObject) : [];
}

export function toolName(definition: JsonObject): string | undefined {
  const { name } = definition;
  return typeof name === 'string' ? name : undefined;
}

/** Tools by name; `ambiguous` where a server lists one name twice. */
export type ToolList = ReadonlyMap<string, JsonObject | 'ambiguous'>;

/** Lists all tools, page by page. */
export async function listTools(
  listPage: (params: JsonObject | undefined) => Promise<JsonObject>,
): Promise<ToolList> {
  const tools = new Map<string, JsonObject | 'ambiguous'>();
  let cursor: JsonValue | undefined;
  for (let page = 0; page < MAX_PAGES && tools.size <= MAX_TOOLS; page++) {
    const result = await listPage(cursor === undefined ? undefined : { cursor });
    for (const tool of toolsOf(result)) {
      const name = toolName(tool);
      if (name !== undefined) tools.set(name, tools.has(name) ? 'ambiguous' : tool);
    }
    cursor = result['nextCursor'];
    if (typeof cursor !== 'string') return tools;
  }
  throw new McpGatewayError('MCP_TOOL_INVALID', `the server lists over ${MAX_TOOLS} tools`);
}

/**
 * The tools of one server. `known` remembers until `forget`; `ask` lists anew, and shares one
 * listing among all who ask before it starts.
 */
export class ToolCatalog {
  readonly #list: () => Promise<ToolList>;
  #known: ToolList | undefined;
  #generation = 0;
  #running: Promise<ToolList> | undefined;
  #next: Promise<ToolList> | undefined;

  constructor(list: () => Promise<ToolList>) {
    this.#list = list;
  }

  forget(): void {
    this.#generation++;
    this.#known = undefined;
  }

  /** What is remembered; nothing is asked for it. */
  get remembered(): ToolList | undefined {
    return this.#known;
  }

  async known(): Promise<ToolList> {
    return this.#known ?? this.ask();
  }

  ask(): Promise<ToolList> {
    if (!this.#running) return this.#start();
    // The one that runs may have been answered already; what is asked for now starts after it.
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<ToolList> {
    this.#next = undefined;
    const running = this.#run().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #run(): Promise<ToolList> {
    const generation = this.#generation;
    const tools = await this.#list();
    if (generation === this.#generation) this.#known = tools;
    return tools;
  }
}
