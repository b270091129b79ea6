import assert from 'node:assert/strict';

import {
  ActionError,
  AxtaryError,
  assertNever,
  codeOf,
  messageOf,
  systemClock,
} from '../src/index.js';

class GateError extends AxtaryError<'GATE_SHUT'> {}

describe('AxtaryError', () => {
  it('has the name of its class, its code, its message and its cause', () => {
    const cause = new Error('rust');
    const error = new GateError('GATE_SHUT', 'the gate is shut', { cause });
    assert.ok(error instanceof AxtaryError && error instanceof Error);
    assert.deepEqual(
      [error.name, error.code, error.message, error.cause],
      ['GateError', 'GATE_SHUT', 'the gate is shut', cause],
    );
  });
});

describe('codeOf', () => {
  it('is the code of ours and INTERNAL for all else', () => {
    assert.equal(codeOf(new ActionError('ACTION_TOO_LARGE', 'too large')), 'ACTION_TOO_LARGE');
    assert.equal(codeOf(Object.assign(new Error('no'), { code: 'ENOENT' })), 'INTERNAL');
    assert.equal(codeOf(undefined), 'INTERNAL');
  });
});

describe('messageOf', () => {
  it('is the message of an error, else the text of the value', () => {
    assert.equal(messageOf(new Error('broken')), 'broken');
    assert.equal(messageOf('broken'), 'broken');
    assert.equal(messageOf(undefined), 'undefined');
  });

  it('is a text whatever was thrown', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = Object.defineProperty(new Error(), 'message', {
      get: () => {
        throw new Error('again');
      },
    });
    const odd = Object.assign(new Error(), { message: 42 });
    for (const thrown of [Object.create(null), proxy, hostile, odd, Symbol('s')]) {
      assert.equal(typeof messageOf(thrown), 'string');
      assert.equal(codeOf(thrown), 'INTERNAL');
    }
  });
});

describe('assertNever', () => {
  it('throws a TypeError when the types were wrong', () => {
    assert.throws(() => assertNever('surprise' as never), TypeError);
  });
});

describe('systemClock', () => {
  it('tells the present', () => {
    const before = Date.now();
    const now = systemClock.now().getTime();
    assert.ok(now >= before && now <= Date.now());
  });
});
