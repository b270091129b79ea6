import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelEndpoint } from './profile.js';

/** A request of the editor's chat to the model, as far as scripts look at it. */
export interface ModelRequest {
  /** The names of the tools on offer, as the editor spells them: `mcp_<server>_<tool>`. */
  readonly tools: readonly string[];
  readonly messages: readonly ModelMessage[];
  /** The text of the last message a human sent, with what the editor wraps around it. */
  readonly lastUserText: string;
  /** The results of the tool calls after that message, in order. */
  readonly toolResults: readonly string[];
}

export interface ModelMessage {
  readonly role: string;
  readonly text: string;
}

export interface ModelAnswer {
  readonly text?: string;
  readonly calls?: readonly ModelCall[];
}

export interface ModelCall {
  /** The name of an offered tool, or its end: `create_issue` finds `mcp_axtary_create_issue`. */
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Decides what the model says; `undefined` is an empty answer. */
export type ModelScript = (request: ModelRequest) => ModelAnswer | undefined;

/** A model that follows a script. It proves the plumbing, never a model's judgement. */
export interface ScriptedModel {
  readonly endpoint: ModelEndpoint;
  /** Requests so far, oldest first. */
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

/** Starts a streaming, OpenAI-compatible chat-completions server on a free loopback port. */
export async function startScriptedModel(script: ModelScript): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      outgoing.statusCode = 500;
      outgoing.end(String(error));
    });
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readJson(incoming);
    const request = parseRequest(body);
    requests.push(request);
    const completion = completionOf(request, script);
    if (body.stream === true) sendStream(outgoing, completion);
    else sendWhole(outgoing, completion);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: {
      id: 'scripted',
      name: 'Scripted Model',
      url: `http://127.0.0.1:${port}/v1/chat/completions`,
    },
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface WireRequest {
  readonly stream?: boolean;
  readonly messages?: readonly { readonly role: string; readonly content?: unknown }[];
  readonly tools?: readonly { readonly function?: { readonly name?: string } }[];
}

interface Completion {
  readonly content: string;
  readonly toolCalls: readonly WireCall[];
  readonly finishReason: 'stop' | 'tool_calls';
}

interface WireCall {
  readonly index: number;
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
let callCount = 0;

async function readJson(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as WireRequest;
}

function parseRequest(body: WireRequest): ModelRequest {
  const messages = (body.messages ?? []).map(({ role, content }) => ({
    role,
    text: textOf(content),
  }));
  const lastUser = messages.findLastIndex(({ role }) => role === 'user');
  return {
    tools: (body.tools ?? []).map((tool) => tool.function?.name ?? ''),
    messages,
    lastUserText: messages[lastUser]?.text ?? '',
    toolResults: messages
      .slice(lastUser + 1)
      .filter(({ role }) => role === 'tool')
      .map(({ text }) => text),
  };
}

// A message's content is a string, or an array of parts of which some have a text.
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: string }) => part.text ?? '').join('\n');
}

// What is wrong with a script shows best in the chat itself, where the test waits for another text.
function completionOf(request: ModelRequest, script: ModelScript): Completion {
  try {
    return complete(request, script(request) ?? {});
  } catch (error) {
    return complete(request, { text: `Script failed: ${String(error)}` });
  }
}

function complete(request: ModelRequest, { text = '', calls = [] }: ModelAnswer): Completion {
  return {
    content: text,
    finishReason: calls.length > 0 ? 'tool_calls' : 'stop',
    toolCalls: calls.map((call, index) => ({
      index,
      id: `call_${++callCount}`,
      type: 'function',
      function: {
        name: offeredName(request, call.tool),
        arguments: JSON.stringify(call.arguments),
      },
    })),
  };
}

function offeredName({ tools }: ModelRequest, wanted: string): string {
  const name = tools.find((tool) => tool === wanted || tool.endsWith(`_${wanted}`));
  if (name !== undefined) return name;
  throw new Error(`The chat does not offer ${wanted}, only: ${tools.join(', ')}`);
}

function sendWhole(outgoing: ServerResponse, completion: Completion): void {
  const { content, toolCalls, finishReason } = completion;
  const message = {
    role: 'assistant',
    content,
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
  };
  const choice = { index: 0, finish_reason: finishReason, message };
  outgoing.setHeader('content-type', 'application/json');
  outgoing.end(JSON.stringify({ ...head('chat.completion'), choices: [choice], usage: USAGE }));
}

function sendStream(outgoing: ServerResponse, completion: Completion): void {
  const { content, toolCalls, finishReason } = completion;
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, rest: object = {}, reason: string | null = null) => {
    const choices = [{ index: 0, delta, finish_reason: reason }];
    const chunk = { ...head('chat.completion.chunk'), choices, ...rest };
    outgoing.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: 'assistant', content: '' });
  if (content !== '') send({ content });
  for (const call of toolCalls) send({ tool_calls: [call] });
  send({}, { usage: USAGE }, finishReason);
  outgoing.end('data: [DONE]\n\n');
}

function head(object: string): object {
  return { id: 'scripted', object, created: 1, model: 'scripted' };
}
