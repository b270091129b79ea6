import { canonicalize, messageOf, type Clock, type JsonObject } from '@axtary/core';
import { sha256 } from '@axtary/core/digest';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

import { anyObject } from '../json.js';
import { errorResponse, readBody } from './http-body.js';
import { subagentSchema, type SubagentDescription } from './subagent.js';

const LIFETIME_MS = 60_000;
const MAX_WAITING = 1000;

const announcementSchema = z.strictObject({
  client: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
  session: z.string().min(1).max(256),
  /** As the client numbers its calls: hooks that are configured twice announce a call twice. */
  call: z.string().min(1).max(256),
  tool: z.string().min(1).max(512),
  arguments: anyObject,
  subagent: subagentSchema.optional(),
});

type Announcement = z.infer<typeof announcementSchema>;

interface Waiting {
  readonly source: string;
  readonly call: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly subagent: SubagentDescription | undefined;
}

/**
 * Who makes a call, as the hook of a client says just before it. The next call of that tool with
 * those arguments takes the oldest announcement, and acts under the delegation of its sub-agent.
 * An announcement permits nothing, and it is a claim: whoever can reach the agent endpoint can make
 * one. It waits for 60 s; 1,000 may wait at a time.
 */
export class Announcements {
  readonly #clock: Clock;
  #waiting: readonly Waiting[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes an announcement over HTTP: `{client, session, call, tool, arguments, subagent?}`, at most
   * 4 MiB of strict JSON. Answers 204, and a JSON-RPC error with 400 where it is malformed, with
   * 413 or 415 where it cannot be read, and with 429 where too many wait.
   */
  async handleRequest(request: Request): Promise<Response> {
    const body = await readBody(request);
    if ('refusal' in body) return body.refusal;
    const parsed = announcementSchema.safeParse(body.message);
    if (!parsed.success) return malformed(explain(parsed.error));
    try {
      if (this.#add(parsed.data)) return new Response(null, { status: 204 });
    } catch (error) {
      return malformed(messageOf(error));
    }
    const message = `Axtary: ${MAX_WAITING} announced calls wait already`;
    return errorResponse(429, { code: ErrorCode.InternalError, message });
  }

  /**
   * The sub-agent that was announced for this call; `undefined` where none was, or the agent itself.
   * An announcement is taken once.
   */
  take(tool: string, args: JsonObject): SubagentDescription | undefined {
    const waiting = this.#unexpired();
    if (waiting.length === 0) return undefined;
    const call = keyOf(tool, args);
    const taken = waiting.find((announced) => announced.call === call);
    this.#waiting = waiting.filter((announced) => announced !== taken);
    return taken?.subagent;
  }

  /** False where too many wait. */
  #add(announcement: Announcement): boolean {
    const { client, session, tool, subagent } = announcement;
    const waiting = this.#unexpired();
    const source = JSON.stringify([client, session, announcement.call]);
    if (waiting.some((announced) => announced.source === source)) return true;
    if (waiting.length >= MAX_WAITING) return false;
    const call = keyOf(tool, announcement.arguments);
    const expiresAt = this.#clock.now().getTime() + LIFETIME_MS;
    this.#waiting = [...waiting, { source, call, expiresAt, subagent }];
    return true;
  }

  #unexpired(): readonly Waiting[] {
    const now = this.#clock.now().getTime();
    return this.#waiting.filter(({ expiresAt }) => expiresAt > now);
  }
}

function keyOf(tool: string, args: JsonObject): string {
  // Claude Code's hooks have `_` for every character that its own names may not have.
  return sha256(canonicalize({ tool: tool.replace(/[^A-Za-z0-9_-]/g, '_'), arguments: args }));
}

function explain({ issues }: z.ZodError): string {
  const [issue] = issues;
  const where = issue?.path.join('.') ?? '';
  return `${where === '' ? '' : `${where}: `}${issue?.message ?? 'invalid'}`.slice(0, 300);
}

function malformed(why: string): Response {
  const message = `Axtary: this is no announcement of a call: ${why}`;
  return errorResponse(400, { code: ErrorCode.InvalidRequest, message });
}
