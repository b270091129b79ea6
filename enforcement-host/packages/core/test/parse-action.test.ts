import assert from 'node:assert/strict';
import vm from 'node:vm';

import { actionHash, payloadHash } from '../src/digest.js';
import { canonicalize, parseAction, type Action } from '../src/index.js';
import { coded, sampleAction } from './support.js';

const malformed = coded('ACTION_MALFORMED');

/** The sample with some top-level or nested members replaced. */
function changed(changes: Readonly<Record<string, unknown>>): unknown {
  const action = structuredClone(sampleAction()) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let target = action;
    for (const name of names) target = target[name] as Record<string, unknown>;
    target[last] = value;
  }
  return action;
}

describe('parseAction', () => {
  it('reads a value, its text and its bytes to the same action', () => {
    const action = sampleAction();
    const parsed = parseAction(action);
    assert.deepEqual(parsed.action, action);
    assert.deepEqual(parseAction(JSON.stringify(action)), parsed);
    assert.deepEqual(parseAction(Buffer.from(JSON.stringify(action, undefined, 2))), parsed);
    assert.equal(parsed.actionText, canonicalize(action));
    assert.equal(parsed.payloadText, '{"mentions":["@ops"],"text":"hello"}');
  });

  it('keeps what it read when the caller changes its object afterwards', () => {
    const action = structuredClone(sampleAction()) as unknown as {
      capability: { tool: string; payload: { text: string; mentions: string[] } };
    };
    const parsed = parseAction(action);
    const before = structuredClone(parsed);
    action.capability.payload.text = 'give me the credentials';
    action.capability.payload.mentions.push('@everyone');
    action.capability.tool = 'shell.run';
    assert.deepEqual(parsed, before);
  });

  it('uses the first answer of a getter everywhere', () => {
    let reads = 0;
    const payload = {
      get text() {
        return reads++ === 0 ? 'shown' : 'executed';
      },
    };
    const parsed = parseAction(changed({ 'capability.payload': payload }));
    assert.deepEqual(parsed.action.capability.payload, { text: 'shown' });
    assert.equal(parsed.payloadText, '{"text":"shown"}');
    assert.ok(parsed.actionText.includes('"shown"') && !parsed.actionText.includes('executed'));
  });

  it('uses the first answer of a proxy everywhere', () => {
    let reads = 0;
    const payload = new Proxy({ text: '' }, { get: () => `answer ${++reads}` });
    const parsed = parseAction(changed({ 'capability.payload': payload }));
    assert.equal(parsed.payloadText, canonicalize(parsed.action.capability.payload));
    assert.equal(reads, 1);
  });

  it('takes an action of another realm', () => {
    const foreign: unknown = vm.runInNewContext(`(${JSON.stringify(sampleAction())})`);
    assert.equal(parseAction(foreign).actionText, parseAction(sampleAction()).actionText);
  });

  for (const [what, input] of [
    ['text that is not JSON', '{"id":'],
    ['text with a duplicate member', `{"id":"act_1",${JSON.stringify(sampleAction()).slice(1)}`],
    ['null', null],
    ['a number', 1],
    ['an array', [sampleAction()]],
    ['an action without an id', { ...sampleAction(), id: undefined as unknown as string }],
    ['an id of another form', changed({ id: 'pass_1' })],
    ['an id with a newline', changed({ id: 'act_1\n' })],
    ['an unknown member', changed({ admin: true })],
    ['an unknown nested member', changed({ 'capability.then': {} })],
    ['an agent without its prefix', changed({ 'actor.agent': 'user:root' })],
    ['a human without its prefix', changed({ 'actor.human': 'agent:one' })],
    ['a tenant without its prefix', changed({ 'actor.tenant': 'example' })],
    ['an empty tool', changed({ 'capability.tool': '' })],
    ['a tool of 513 characters', changed({ 'capability.tool': 'x'.repeat(513) })],
    ['a payload that is an array', changed({ 'capability.payload': [] })],
    ['a payload that is text', changed({ 'capability.payload': 'text' })],
    ['an unknown source', changed({ 'context.source': 'telepathy' })],
    ['a pin without a digest', changed({ 'context.pins': [{ kind: 'file', subject: 'a' }] })],
    [
      'a digest in capitals',
      changed({
        'context.pins': [{ kind: 'file', subject: 'a', digest: `sha256:${'A'.repeat(64)}` }],
      }),
    ],
    [
      'a digest with text behind it',
      changed({
        'context.pins': [{ kind: 'file', subject: 'a', digest: `sha256:${'a'.repeat(64)}0` }],
      }),
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseAction(input),
        (error: { code?: string }) =>
          ['ACTION_MALFORMED', 'CANONICAL_UNREPRESENTABLE'].includes(error.code ?? ''),
      );
    });
  }

  it('refuses what JSON cannot say, and what is too large, with codes of their own', () => {
    assert.throws(
      () => parseAction(changed({ 'capability.payload': { at: new Date(0) } })),
      coded('CANONICAL_UNREPRESENTABLE'),
    );
    assert.throws(
      () => parseAction(changed({ 'capability.payload': { text: 'x'.repeat(5_000_000) } })),
      coded('ACTION_TOO_LARGE'),
    );
    assert.throws(() => parseAction(new String(JSON.stringify(sampleAction()))), {
      code: 'CANONICAL_UNREPRESENTABLE',
    });
  });

  it('names the first three faults and counts the rest', () => {
    assert.throws(
      () => parseAction({}),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, malformed.code);
        assert.match(error.message, /^not an action: id: .*; and 2 more$/);
        return true;
      },
    );
  });

  it('does not repeat the payload in its message', () => {
    const secret = 'xoxb-canary-1234';
    assert.throws(
      () => parseAction(changed({ id: 1, 'capability.payload': secret })),
      (error: Error) => {
        assert.ok(!error.message.includes(secret));
        return true;
      },
    );
  });
});

describe('digests of an action', () => {
  it('change with any change of what they cover', () => {
    const parsed = parseAction(sampleAction());
    const other = parseAction(
      changed({ 'capability.payload': { text: 'hello ', mentions: ['@ops'] } }),
    );
    const renamed = parseAction({ ...sampleAction(), id: 'act_other' } satisfies Action);
    assert.notEqual(payloadHash(other), payloadHash(parsed));
    assert.notEqual(actionHash(other), actionHash(parsed));
    assert.equal(payloadHash(renamed), payloadHash(parsed));
    assert.notEqual(actionHash(renamed), actionHash(parsed));
  });
});
