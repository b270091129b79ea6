import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

import { authorize, createSigner, demoAction } from '@axtary/actionpass';
import { createPolicy } from '@axtary/policy';

import { newPrivateJwk } from '../testkit/agent.js';
import { REPOSITORY, temporaryFolder } from '../testkit/folders.js';

const ISSUER = 'https://passes.example.com';
const AUDIENCE = 'https://billing.example.com';
const PROGRAMS = path.join(REPOSITORY, 'test', 'testkit', 'servers');

interface Sent {
  readonly code: string;
  readonly proof?: string;
}

describe('a pass that is bound to a key, between real processes', function () {
  this.timeout(60_000);
  const root = temporaryFolder('possession');
  const executed = path.join(root.path, 'executed');
  const issuerKey = newPrivateJwk();
  const holderKey = newPrivateJwk();
  const thiefKey = newPrivateJwk();
  const servers: ChildProcess[] = [];
  let url = '';
  let otherUrl = '';

  before(async () => {
    [url, otherUrl] = await Promise.all([startServer(), startServer()]);
  });

  after(() => {
    for (const server of servers) server.kill('SIGKILL');
    root.remove();
  });

  /** One of several resource servers that share a store of what was used. */
  async function startServer(): Promise<string> {
    const { kty, crv, x, y } = issuerKey;
    const jwks = [{ kty, crv, x, y }];
    const options = { issuer: ISSUER, jwks, store: path.join(root.path, 'used'), executed };
    const program = path.join(PROGRAMS, 'resource-server.mjs');
    const server = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    servers.push(server);
    for await (const port of createInterface({ input: server.stdout })) {
      return `http://127.0.0.1:${port}/actions`;
    }
    throw new Error('the resource server did not start');
  }

  /** Sends a request from a process of its own. */
  async function present(request: Readonly<Record<string, unknown>>): Promise<Sent[]> {
    const program = path.join(PROGRAMS, 'pass-client.mjs');
    const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(`${JSON.stringify({ url, action: demoAction, ...request })}\n`);
    return JSON.parse(await text(child.stdout)) as Sent[];
  }

  async function issue(): Promise<string> {
    const { kid } = createSigner(holderKey);
    const result = await authorize({
      action: demoAction,
      issuer: ISSUER,
      tenant: demoAction.actor.tenant,
      policy: createPolicy({
        version: 1,
        preset: 'none',
        policies: [{ id: 'all', effect: 'allow', match: { tool: '**' } }],
      }),
      signingKey: issuerKey,
      holder: kid ?? '',
      audience: [AUDIENCE],
    });
    assert.ok(result.permitted);
    return result.actionPass.token;
  }

  function timesExecuted(): number {
    return readFileSync(executed, { encoding: 'utf8', flag: 'a+' }).split('\n').length - 1;
  }

  async function codeOf(request: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const [sent] = await present(request);
    return sent?.code;
  }

  it('is worth nothing to another process that has it, even for the same action', async () => {
    const pass = await issue();
    assert.equal(await codeOf({ pass, scheme: 'Bearer' }), 'DPOP_PROOF_MISSING');
    assert.equal(await codeOf({ pass }), 'DPOP_PROOF_MISSING');
    assert.equal(await codeOf({ pass, key: thiefKey }), 'DPOP_KEY_MISMATCH');
    assert.equal(timesExecuted(), 0);
    assert.equal(await codeOf({ pass, key: holderKey }), 'EXECUTED');
    assert.equal(timesExecuted(), 1);
  });

  it('is worth nothing with a proof that was captured on the way', async () => {
    const before = timesExecuted();
    const pass = await issue();
    const [sent] = await present({ pass, key: holderKey, action: { ...demoAction, id: 'act_x' } });
    assert.equal(sent?.code, 'PASS_ACTION_MISMATCH');
    assert.equal(await codeOf({ pass, proof: sent.proof }), 'DPOP_REPLAYED');
    assert.equal(await codeOf({ pass: await issue(), proof: sent.proof }), 'DPOP_PROOF_INVALID');
    assert.equal(timesExecuted(), before);
  });

  it('is used once, of a thousand requests at two servers, and never after a restart', async () => {
    const before = timesExecuted();
    const pass = await issue();
    const request = { pass, key: holderKey, times: 250 };
    const answers = await Promise.all([
      present(request),
      present({ ...request, url: otherUrl }),
      present(request),
      present({ ...request, url: otherUrl }),
    ]);
    const codes = answers.flat().map(({ code }) => code);
    assert.equal(codes.length, 1000);
    assert.deepEqual([...new Set(codes)].toSorted(), ['EXECUTED', 'PASS_REPLAYED']);
    assert.equal(codes.filter((code) => code === 'EXECUTED').length, 1);
    assert.equal(timesExecuted(), before + 1);
    for (const server of servers.splice(0)) server.kill('SIGKILL');
    url = await startServer();
    assert.equal(await codeOf({ pass, key: holderKey }), 'PASS_REPLAYED');
  });
});
