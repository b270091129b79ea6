import assert from 'node:assert/strict';

import { createDpopProof, createSigner, type Signer } from '@axtary/actionpass';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { newPrivateJwk, textOf } from '../testkit/agent.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';
import { policyText } from '../testkit/workspace.js';

describe('an agent whose token is bound to its key', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  let url = '';
  let token = '';
  const signer = createSigner(newPrivateJwk());
  const captured: RequestInit[] = [];

  before(async () => {
    workspace = await serveWorkspace();
    const { control, folder } = workspace;
    const jkt = signer.kid ?? '';
    const endpoint = await control.call('agents/endpoint', { workspace: folder, jkt });
    token = endpoint.bearer;
    url = endpoint.servers[0]?.url ?? '';
  });

  after(() => workspace.stop());

  async function headersFor(init: RequestInit, key: Signer): Promise<Headers> {
    const headers = new Headers(init.headers);
    const method = init.method ?? 'GET';
    const proof = await createDpopProof({ signer: key, method, uri: url, accessToken: token });
    headers.set('authorization', `DPoP ${token}`);
    headers.set('dpop', proof);
    return headers;
  }

  async function connect(key: Signer): Promise<Client> {
    const client = new Client({ name: 'bound-agent', version: '1.0.0' });
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      fetch: async (address, init = {}) => {
        const bound = { ...init, headers: await headersFor(init, key) };
        captured.push({ ...bound, signal: null });
        return fetch(address, bound);
      },
    });
    await client.connect(transport);
    return client;
  }

  async function statusOf(init: RequestInit): Promise<number> {
    const response = await fetch(url, init);
    await response.arrayBuffer();
    return response.status;
  }

  const greeting: RequestInit = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  };

  it('calls tools with a proof for every request, and its passes are bound to the key', async () => {
    const client = await connect(signer);
    const result = await client.callTool({
      name: 'read_text_file',
      arguments: { path: workspace.file('src/app.txt') },
    });
    assert.match(textOf(result), /two/);
    const { items } = await workspace.control.call('ledger/list', {
      workspace: workspace.folder,
      limit: 10,
    });
    const pass = items.find(({ type }) => type === 'pass');
    assert.ok(pass?.line.includes(`"jkt":"${signer.kid ?? 'none'}"`));
    await client.close();
  });

  it('is refused where another process sends what it captured', async () => {
    const [call] = captured.filter(({ method }) => method === 'POST').slice(-1);
    assert.ok(call);
    assert.equal(await statusOf(call), 401);
    const response = await fetch(url, call);
    assert.match(response.headers.get('www-authenticate') ?? '', /^DPoP .*invalid_dpop_proof/);
    assert.match(await response.text(), /DPOP_REPLAYED/);
  });

  it('is refused as a bearer, without a proof, with two, and with a proof by another key', async () => {
    const json = { 'content-type': 'application/json' };
    const other = createSigner(newPrivateJwk());
    const twice = await headersFor(greeting, signer);
    twice.append('dpop', twice.get('dpop') ?? '');
    for (const headers of [
      { ...json, authorization: `Bearer ${token}` },
      { ...json, authorization: `DPoP ${token}` },
      await headersFor(greeting, other),
      twice,
    ]) {
      assert.equal(await statusOf({ ...greeting, headers }), 401);
    }
  });

  it('does not take a bearer that is bound to no key as one that is', async () => {
    const { bearer } = await workspace.control.call('agents/endpoint', {
      workspace: workspace.folder,
    });
    const headers = await headersFor(greeting, signer);
    headers.set('authorization', `DPoP ${bearer}`);
    assert.equal(await statusOf({ ...greeting, headers }), 401);
  });

  it('keeps its session to itself: the same session id with another token is unknown', async () => {
    const client = await connect(signer);
    const session = captured
      .map((init) => new Headers(init.headers).get('mcp-session-id'))
      .findLast((id) => id !== null);
    const { bearer } = await workspace.control.call('agents/endpoint', {
      workspace: workspace.folder,
    });
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${bearer}`,
      'mcp-session-id': session ?? '',
    };
    const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    assert.equal(await statusOf({ method: 'POST', headers, body }), 404);
    await client.close();
  });
});

describe('a sub-agent', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;

  before(async () => {
    workspace = await serveWorkspace();
  });

  after(() => workspace.stop());

  async function readAs(subagent: unknown, { agent, file } = workspace): Promise<string> {
    const result = await agent.callTool({
      name: 'read_text_file',
      arguments: { path: file('src/app.txt') },
      _meta: { 'axtary.com/subagent': subagent },
    });
    return textOf(result);
  }

  async function delegations(): Promise<
    Awaited<ReturnType<typeof workspace.control.call<'authority/get'>>>['delegations']
  > {
    const { control, folder } = workspace;
    return (await control.call('authority/get', { workspace: folder })).delegations;
  }

  /** The newest decision, as its record says it. */
  async function newestDecision(): Promise<{
    chain?: { agent: string }[];
    action: { actor: object };
  }> {
    const { control, folder } = workspace;
    const { items } = await control.call('ledger/list', { workspace: folder, limit: 20 });
    const [item] = items.filter(({ type }) => type === 'decision');
    return (JSON.parse(item?.line ?? '{}') as { body: never }).body;
  }

  it('acts under a delegation of its own, and the ledger has the whole chain', async () => {
    assert.match(await readAs({ id: 'explorer' }), /two/);
    const { chain, action } = await newestDecision();
    const agents = chain?.map(({ agent }) => agent);
    assert.deepEqual(agents, ['agent:test-agent', 'agent:test-agent/explorer']);
    assert.equal((action.actor as { agent: string }).agent, 'agent:test-agent/explorer');
    assert.deepEqual(
      (await delegations()).map(({ agent, depth, hops }) => ({ agent, depth, hops })),
      [
        { agent: 'agent:test-agent', depth: 0, hops: 4 },
        { agent: 'agent:test-agent/explorer', depth: 1, hops: 3 },
      ],
    );
  });

  it('may have sub-agents, as deep as it goes and no deeper', async () => {
    const ids = ['explorer', 'b', 'c', 'd'];
    for (const [at, id] of ids.entries()) {
      if (at > 0) assert.match(await readAs({ id, parent: ids[at - 1] }), /two/);
    }
    assert.match(await readAs({ id: 'e', parent: 'd' }), /no hop left \(DELEGATION_TOO_DEEP\)/);
  });

  it('is refused where the policy lets agents have none', async () => {
    const strict = await serveWorkspace({
      policy: (folder) => policyText(folder, 'delegation: { maxDepth: 0 }\n'),
    });
    try {
      assert.match(await readAs({ id: 'a' }, strict), /no hop left \(DELEGATION_TOO_DEEP\)/);
      assert.match(await readAs(undefined, strict), /two/);
    } finally {
      await strict.stop();
    }
  });

  it('goes deeper where the policy says so, and no deeper than that', async () => {
    const deep = await serveWorkspace({
      policy: (folder) => policyText(folder, 'delegation: { maxDepth: 5 }\n'),
    });
    try {
      const ids = ['a', 'b', 'c', 'd', 'e'];
      for (const [at, id] of ids.entries()) {
        const subagent = at === 0 ? { id } : { id, parent: ids[at - 1] };
        assert.match(await readAs(subagent, deep), /two/, id);
      }
      assert.match(await readAs({ id: 'f', parent: 'e' }, deep), /\(DELEGATION_TOO_DEEP\)/);
    } finally {
      await deep.stop();
    }
  });

  it('is refused where it is named strangely, or its parent never called', async () => {
    for (const subagent of [{}, { id: '../x' }, { id: 'x', more: 1 }, 'x', null, { id: '' }]) {
      assert.match(await readAs(subagent), /MCP_SUBAGENT_REFUSED/, JSON.stringify(subagent));
    }
    assert.match(await readAs({ id: 'x', parent: 'nobody' }), /SUBJECT_UNKNOWN/);
  });

  it('is refused with everything below it, within a second, once an ancestor is revoked', async () => {
    const explorer = (await delegations()).find(({ agent }) => agent.endsWith('/explorer'));
    await workspace.control.call('revocations/add', {
      kind: 'delegation',
      value: explorer?.jti ?? '',
      reason: 'it wandered off',
    });
    for (const subagent of [
      { id: 'explorer' },
      { id: 'b', parent: 'explorer' },
      { id: 'd', parent: 'c' },
    ]) {
      assert.match(await readAs(subagent), /delegation .* was revoked by .*: it wandered off/);
    }
    assert.match(await readAs({ id: 'another' }), /two/);
    const refused = (await delegations()).filter(({ problem }) => problem !== undefined);
    assert.deepEqual(
      refused.map(({ agent }) => agent.split('/').slice(1).join('/')),
      ['explorer', 'explorer/b', 'explorer/b/c', 'explorer/b/c/d'],
    );
  });
});

describe('a sub-agent of an agent that a rule denies', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;

  const denied = (folder: string): string =>
    policyText(
      folder,
      `policies:
  - id: sub-agents-read
    effect: allow
    match: { tool: mcp.tool.call, resource: "mcp:filesystem/*", agent: "agent:test-agent/*" }
  - id: not-this-agent
    effect: deny
    match: { tool: mcp.tool.call, agent: "agent:test-agent" }
`,
    );

  before(async () => {
    workspace = await serveWorkspace({ policy: denied });
  });

  after(() => workspace.stop());

  it('is denied as well, whatever a rule allows its own name', async () => {
    const { agent, file } = workspace;
    const call = { name: 'read_text_file', arguments: { path: file('src/app.txt') } };
    const _meta = { 'axtary.com/subagent': { id: 'explorer' } };
    for (const asked of [call, { ...call, _meta }]) {
      assert.match(textOf(await agent.callTool(asked)), /not-this-agent/);
    }
  });
});
