import { z } from 'zod';

import { isJsonObject, type JsonObject } from './json/value.js';

const SHORT = 512;

const name = z.string().min(1).max(SHORT);
const jsonObject = z.custom<JsonObject>(isJsonObject, 'expected an object');

/** `sha256:` and 64 lower-case hex digits. */
export const sha256Schema = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)]);

/**
 * A fact that is true when the action is decided and must still be true when it executes:
 * the digest of a file before it is written, of a tool definition, of a branch head.
 */
export const pinSchema = z.strictObject({
  kind: z.enum(['file', 'tool_definition']),
  subject: z.string().min(1).max(4096),
  digest: z.union([sha256Schema, z.literal('absent')]),
});
export type Pin = z.infer<typeof pinSchema>;

/** The MCP tool behind an action, as the enforcement host itself saw it. */
export const mcpContextSchema = z.strictObject({
  server: name,
  /** Digest of the command line or URL that reaches the server. */
  serverIdentity: sha256Schema,
  /** MCP revision negotiated with the server, such as `2025-11-25`. */
  protocolVersion: name,
  /** Digest of the canonical tool definition: name, description, schemas, annotations. */
  definitionHash: sha256Schema,
});

/** Who acts, and for whom. */
export const actorSchema = z.strictObject({
  agent: name.startsWith('agent:'),
  human: name.startsWith('user:'),
  tenant: name.startsWith('org:'),
  runtime: name,
});

/** What the agent is asked to do. `request` is the human's own words, never a tool's output. */
export const intentSchema = z.strictObject({
  task: name,
  summary: z.string().max(4096),
  request: z.string().max(65_536).optional(),
});

/** The one thing to be done: the tool, the resource and the exact payload. */
export const capabilitySchema = z.strictObject({
  tool: name,
  resource: z.string().min(1).max(4096),
  payload: jsonObject,
  constraints: jsonObject,
});

/** What is known of a change beside what the agent says. */
export const evidenceSchema = z.strictObject({
  /** Whether the tests of this change passed, and who says so: a check run, a command. */
  tests: z.strictObject({ passed: z.boolean(), source: name }).optional(),
});

/** Facts around the call. `verified` names those that the enforcement host established itself. */
export const contextSchema = z.strictObject({
  source: z.enum(['mcp', 'hook', 'http', 'sdk', 'demo']),
  workspace: z.string().max(4096).optional(),
  session: name.optional(),
  traceparent: z.string().max(128).optional(),
  mcp: mcpContextSchema.optional(),
  /** Files the call touches: relative to the workspace where inside it, else absolute; POSIX. */
  paths: z.array(z.string().min(1).max(4096)).max(10_000).optional(),
  pins: z.array(pinSchema).max(10_000).optional(),
  evidence: evidenceSchema.optional(),
  verified: z
    .array(z.enum(['mcp', 'paths', 'pins', 'workspace', 'session', 'evidence', 'request']))
    .optional(),
});

/** The normalised tool call: provider-neutral, and the only input of the policy. */
export const actionSchema = z.strictObject({
  id: z.string().regex(/^act_[A-Za-z0-9_-]{1,64}$/),
  actor: actorSchema,
  intent: intentSchema,
  capability: capabilitySchema,
  context: contextSchema,
});
export type Action = z.infer<typeof actionSchema>;
