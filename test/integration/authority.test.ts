import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import path from 'node:path';

import { ARTIFACT_TYPES, controlProtocol } from '@axtary/protocol';
import { generateKeyPair } from 'jose';

import { textOf } from '../testkit/agent.js';
import { approvalStatement, createApprover, signWith, type Approver } from '../testkit/approver.js';
import {
  answerApproval,
  connectControl,
  pendingApproval,
  proof,
  type ControlClient,
} from '../testkit/control-client.js';
import { ENROLMENT_CODE } from '../testkit/host-process.js';
import { serveWorkspace, type ServedWorkspace } from '../testkit/served-workspace.js';

/** Sends a request as it is, without a client that would correct it. */
function send(
  where: { socketPath: string } | { port: number },
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { body = '', ...rest } = options;
    const outgoing = httpRequest({ host: '127.0.0.1', ...where, ...rest }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const WORKSPACE = { workspace: '/tmp' };
const AT_START = { line: 0, column: 0 };
const COORDINATE = 'A'.repeat(43);
const PUBLIC_JWK = { kty: 'EC', crv: 'P-256', x: COORDINATE, y: COORDINATE };
const PRIVATE_JWK = { ...PUBLIC_JWK, d: COORDINATE };

/** Parameters that every method of the control endpoint would take. */
const VALID_PARAMS: Readonly<Record<string, unknown>> = {
  'session/prove': { proof: 'a.b.c' },
  'approvers/enrol': {
    jwk: PUBLIC_JWK,
    name: 'user:mallory@test',
    proof: 'a.b.c',
    code: ENROLMENT_CODE,
  },
  'workspaces/open': WORKSPACE,
  'workspaces/close': WORKSPACE,
  'policy/check': { text: 'version: 1' },
  'policy/proposal': WORKSPACE,
  'policy/trust': { ...WORKSPACE, statement: 'a.b.c' },
  'policy/analyze': { ...WORKSPACE, text: '', kind: 'policy' },
  'policy/complete': { ...WORKSPACE, text: '', kind: 'policy', position: AT_START },
  'policy/hover': { ...WORKSPACE, text: '', kind: 'policy', position: AT_START },
  'policy/rename': { ...WORKSPACE, text: '', position: AT_START, newName: 'x' },
  'policy/activity': { ...WORKSPACE, hours: 24 },
  'policy/ruleFrom': { ...WORKSPACE, from: { decisionSeq: 1 }, effect: 'deny' },
  'policy/simulate': { ...WORKSPACE, text: '', subject: { kind: 'ledger', seq: 1 } },
  'policy/impact': { ...WORKSPACE, text: '', last: 1, run: 'a' },
  'policy/diff': WORKSPACE,
  'policy/tests': { ...WORKSPACE, files: [{ path: 'a.test.yml', text: '' }] },
  'policy/cancel': { run: 'a' },
  'sessions/request': { ...WORKSPACE, text: 'allow everything' },
  'approvals/list': WORKSPACE,
  'approvals/get': { ...WORKSPACE, id: 'apr_x' },
  'approvals/answer': { ...WORKSPACE, id: 'apr_x', statement: 'a.b.c' },
  'ledger/list': { ...WORKSPACE, limit: 1 },
  'ledger/export': { ...WORKSPACE, file: '/tmp/export' },
  'ledger/verify': { file: '/tmp/export' },
  'ledger/query': { ...WORKSPACE, filter: {}, spans: 1 },
  'ledger/rows': { ...WORKSPACE, id: 'q', offset: 0, limit: 1 },
  'ledger/detail': { ...WORKSPACE, seq: 0 },
  'payloads/retain': { days: 180, megabytes: 1024 },
  'anchors/set': { anchors: [] },
  'ledger/accept': { ...WORKSPACE, expected: `sha256:${'0'.repeat(64)}` },
  'agents/endpoint': WORKSPACE,
  'authority/get': WORKSPACE,
  'keys/provide': { jwk: PRIVATE_JWK },
  'keys/rotate': { jwk: PRIVATE_JWK },
  'keys/jwks': {},
  'revocations/add': { kind: 'all', reason: 'because' },
  'revocations/lift': { id: 'rev_x', reason: 'because' },
  'budgets/reconcile': { ...WORKSPACE, id: 'int_x', outcome: 'not_executed', reason: 'because' },
  'host/stop': { reason: 'user' },
};

describe('what an agent can reach', function () {
  this.timeout(60_000);
  let workspace: ServedWorkspace;
  let approver: Approver;
  let control: ControlClient;
  let url: URL;
  let bearer: string;

  before(async () => {
    workspace = await serveWorkspace();
    ({ approver, control } = workspace);
    const endpoint = await control.call('agents/endpoint', { workspace: workspace.folder });
    url = new URL(endpoint.servers[0]?.url ?? '');
    bearer = endpoint.bearer;
  });

  after(() => workspace.stop());

  it('refuses every control method to a connection that has proven nothing', async () => {
    const stranger = await connectControl(workspace.state);
    for (const [method, definition] of Object.entries(controlProtocol)) {
      if (definition.kind !== 'request' || method === 'session/open') continue;
      const params = VALID_PARAMS[method];
      assert.ok(definition.params.safeParse(params).success, `valid parameters for ${method}`);
      const call = stranger.call as (name: string, params: unknown) => Promise<unknown>;
      await assert.rejects(call(method, params), { code: 'UNAUTHORISED' }, method);
    }
    stranger.close();
  });

  it('refuses proofs by another key, of another connection, and of another type', async () => {
    const other = await createApprover('user:mallory@test');
    const stranger = await connectControl(workspace.state);
    const { challenge } = stranger;
    const forged = [
      await other.sign(ARTIFACT_TYPES.control, { challenge }),
      await approver.sign(ARTIFACT_TYPES.control, { challenge: control.challenge }),
      await approver.sign(ARTIFACT_TYPES.approval, { challenge }),
      await signWith(
        (await generateKeyPair('ES256')).privateKey,
        {
          alg: 'ES256',
          kid: approver.kid,
          typ: ARTIFACT_TYPES.control,
        },
        { challenge },
      ),
    ];
    for (const jws of forged) {
      await assert.rejects(stranger.call('session/prove', { proof: jws }), {
        code: 'UNAUTHORISED',
      });
    }
    stranger.close();
  });

  it('enrols nobody by the enrolment code once somebody is enrolled', async () => {
    const other = await createApprover('user:mallory@test');
    const stranger = await connectControl(workspace.state);
    const signed = await proof(stranger, other);
    const { jwk, name } = other;
    for (const code of [ENROLMENT_CODE, '', 'x'.repeat(39), ENROLMENT_CODE.toUpperCase()]) {
      await assert.rejects(stranger.call('approvers/enrol', { jwk, name, proof: signed, code }), {
        remoteCode: 'ENROLMENT_REFUSED',
      });
    }
    stranger.close();
  });

  it('answers nothing but MCP and announcements on the agent endpoint, whatever the method and path', async () => {
    const socketPath = path.join(workspace.state, 'agent.sock');
    const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'];
    const names = Object.keys(controlProtocol).flatMap((name) => [
      `/${name}`,
      `/control/${name}`,
      `/api/${name}`,
    ]);
    const paths = [
      '/',
      '/api/approvals',
      '/approvals',
      '/control',
      '/host/stop',
      '/mcp',
      '/mcp/../control',
      '/announce/',
      '/announce/x',
      '/mcp/../announcements',
      ...names,
    ];
    for (const method of methods) {
      for (const target of paths) {
        for (const where of [{ socketPath }, { port: Number(url.port) }]) {
          const headers = { host: url.host, authorization: `Bearer ${bearer}` };
          const answer = await send(where, { method, path: target, headers });
          assert.equal(answer.status, 404, `${method} ${target}`);
        }
      }
      // The one path beside MCP: it says who makes a call, and answers nothing about any.
      const headers = { host: url.host, authorization: `Bearer ${bearer}` };
      for (const where of [{ socketPath }, { port: Number(url.port) }]) {
        const answer = await send(where, { method, path: '/announce', headers });
        assert.equal(answer.status, method === 'POST' ? 400 : 404, `${method} /announce`);
      }
    }
  });

  it('refuses loopback requests with a wrong bearer, Host or Origin', async () => {
    const good = {
      host: url.host,
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
    };
    const port = Number(url.port);
    const wrong: [number, Record<string, string>][] = [
      [401, { ...good, authorization: '' }],
      [401, { ...good, authorization: `Bearer ${'A'.repeat(43)}` }],
      [401, { ...good, authorization: `Basic ${bearer}` }],
      [401, { ...good, authorization: `Bearer ${bearer} ` + 'x' }],
      ...[
        'localhost',
        `localhost:${port}`,
        `127.1:${port}`,
        `[::1]:${port}`,
        `0.0.0.0:${port}`,
        `127.0.0.1.:${port}`,
        '127.0.0.1',
        `evil.example:${port}`,
        `127.0.0.1:${port + 1}`,
      ].map((name): [number, Record<string, string>] => [421, { ...good, host: name }]),
      ...['null', 'http://evil.example', `http://127.0.0.1:${port}`, 'vscode-webview://x'].map(
        (origin): [number, Record<string, string>] => [403, { ...good, origin }],
      ),
    ];
    for (const [status, headers] of wrong) {
      const answer = await send(
        { port },
        { method: 'POST', path: url.pathname, headers, body: '{}' },
      );
      assert.equal(answer.status, status, JSON.stringify(headers));
    }
  });

  it('gives a bearer no other workspace', async () => {
    const answer = await send(
      { port: Number(url.port) },
      {
        method: 'POST',
        path: '/mcp/ws_0000000000000000/filesystem',
        headers: { host: url.host, authorization: `Bearer ${bearer}` },
      },
    );
    assert.equal(answer.status, 401);
  });

  it('takes no answer to a request but one signed for it by an enrolled approver', async () => {
    const { agent } = workspace;
    const call = agent.callTool({
      name: 'write_file',
      arguments: { path: workspace.file('src/app.txt'), content: 'forged' },
    });
    const approval = await pendingApproval(control, workspace.folder);
    const detail = await control.call('approvals/get', {
      workspace: workspace.folder,
      id: approval.id,
    });
    const mallory = await createApprover('user:mallory@test');
    const right = approvalStatement(approver, detail, { verdict: 'approve', reason: '' });
    const zero = `sha256:${'0'.repeat(64)}`;
    const forged = [
      'not.a.jws',
      await mallory.sign(ARTIFACT_TYPES.approval, { ...right, sub: mallory.name }),
      await mallory.sign(ARTIFACT_TYPES.approval, right),
      await approver.sign(ARTIFACT_TYPES.control, right),
      await approver.sign(ARTIFACT_TYPES.approval, { ...right, jti: 'another' }),
      await approver.sign(ARTIFACT_TYPES.approval, { ...right, payload_hash: zero }),
      await approver.sign(ARTIFACT_TYPES.approval, { ...right, action_hash: zero }),
      await approver.sign(ARTIFACT_TYPES.approval, { ...right, policy_hash: zero }),
      await approver.sign(ARTIFACT_TYPES.approval, { ...right, sub: 'user:somebody-else' }),
      await approver.sign(ARTIFACT_TYPES.approval, { ...right, verdict: 'yes' }),
      await approver.sign(ARTIFACT_TYPES.approval, { ...right, extra: 1 }),
    ];
    for (const statement of forged) {
      await assert.rejects(
        control.call('approvals/answer', {
          workspace: workspace.folder,
          id: approval.id,
          statement,
        }),
        { remoteCode: 'APPROVAL_STATEMENT_INVALID' },
      );
    }
    await answerApproval(control, approver, { approval, verdict: 'deny', reason: 'no' });
    assert.match(textOf(await call), /no/);
    await assert.rejects(answerApproval(control, approver, { approval, verdict: 'approve' }), {
      remoteCode: 'APPROVAL_ALREADY_DECIDED',
    });
  });
});
