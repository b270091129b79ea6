import assert from 'node:assert/strict';

import fc from 'fast-check';

import { LEDGER_FORMATS } from '../../src/index.js';
import { syslogMessage } from '../../src/sinks/syslog-message.js';
import { CONTEXT, eventsWith } from '../formats/events.js';
import { parseCef } from '../formats/parsers.js';
import { parseSyslog, type SyslogMessage } from './receivers.js';

const HOSTILE = ['\n', '\r\n', '|', '=', '\\', '\t', '"', ']', ' x="y"', '\0', '\u2028', '\u202e'];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.constantFrom(...HOSTILE, '\ud800', '] <110>1 - ', 'é', '😀'), { maxLength: 12 })
    .map((parts) => parts.join('')),
);

function messages(
  text: string,
  options: Partial<Parameters<typeof syslogMessage>[1]> = {},
): SyslogMessage[] {
  const base = { context: CONTEXT, hostname: 'host.example' };
  return eventsWith(text).map((event) =>
    parseSyslog(syslogMessage(event, { ...base, ...options }).toString('utf8')),
  );
}

describe('a syslog message', () => {
  it('has the facility of audit logs, a severity, the time of the record and its place', () => {
    const [decision, , outcome] = messages('x');
    assert.equal(decision?.priority, 13 * 8 + 6);
    assert.equal(outcome?.priority, 13 * 8 + 4);
    assert.equal(decision?.time, '2026-01-02T03:04:05.678Z');
    assert.deepEqual(
      [decision?.hostname, decision?.app, decision?.id],
      ['host.example', 'axtary', 'decision'],
    );
    assert.equal(decision?.data['seq'], '1');
    assert.equal(decision?.data['verdict'], 'allow');
    assert.equal(outcome?.data['tool'], 'x');
  });

  it('is one message whatever an agent wrote, and its parameters are what was written', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const [n, { data, text: said }] of messages(text).entries()) {
          assert.equal(data['seq'], String(n + 1));
          assert.doesNotMatch(said, /[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
        }
        const quiet = text.replace(/[^\x20-\x7e]/g, '').slice(0, 200) || 'x';
        assert.equal(messages(quiet)[0]?.data['tool'], quiet);
      }),
    );
  });

  it('carries a line of a format as it is, and then names only the place beside it', () => {
    const [decision] = messages('a|b=c', { format: LEDGER_FORMATS.cef });
    assert.deepEqual(Object.keys(decision?.data ?? {}), ['log', 'seq']);
    assert.equal(parseCef(decision?.text ?? '').fields['requestMethod'], 'a|b=c');
    const [record] = messages('ends in space ', { format: LEDGER_FORMATS.jsonl });
    assert.equal((JSON.parse(record?.text ?? '') as { seq: number }).seq, 1);
  });

  it('has a dash for a host without a name that can be written', () => {
    assert.equal(messages('x', { hostname: 'höst name' })[0]?.hostname, 'hstname');
    assert.equal(messages('x', { hostname: 'ü' })[0]?.hostname, '-');
  });
});
