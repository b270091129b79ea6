import assert from 'node:assert/strict';

import { Ajv } from 'ajv';
import fc from 'fast-check';

import { CSV_COLUMNS } from '../../src/formats/csv.js';
import { LEDGER_FORMATS, type LedgerFormatName } from '../../src/index.js';
import { CONTEXT, eventsWith } from './events.js';
import { parseCef, parseCsv, parseLeef } from './parsers.js';
import { ECS_DOCUMENT, OCSF_API_ACTIVITY, OTLP_LOGS } from './schemas.js';

const ajv = new Ajv({ formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/ } });
const validators = {
  ocsf: ajv.compile(OCSF_API_ACTIVITY),
  ecs: ajv.compile(ECS_DOCUMENT),
  otlp: ajv.compile(OTLP_LOGS),
};

/** What must not break, hide in or reorder a line. */
const HOSTILE = [
  'a\nCEF:0|x|y|z|1|forged|9|',
  'a\r\n"b",c',
  'a|b\\|c',
  'a=b\\=c act=deny outcome=success',
  'a\tseq=1\tprev=forged',
  '"quoted", ""twice""',
  '\u202ereversed\u2066isolated\u2069',
  'nul\0and\u0007bell\u001b[31m',
  '\ud800 lone \udfff',
  '\u2028line\u2029paragraph\u0085next',
  '=cmd|/c calc',
  "'=quoted",
  '\\u000a is no newline, nor is \\\\u000a or \\u005cu000a',
  '@SUM(A1)',
  '\\',
  'x'.repeat(1_000_000),
];

function written(name: LedgerFormatName, text: string): readonly string[] {
  return eventsWith(text).map((event) => LEDGER_FORMATS[name].write(event, CONTEXT));
}

// Everything that a terminal, a spreadsheet or a parser may take for more than a character.
// eslint-disable-next-line no-control-regex -- controls are what is looked for
const UNSAFE = /[\0-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;

const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('\\', '|', '=', '"', '\n', '\r', '\t', ',', ' ', 'a') }),
);

describe('formats of other systems', () => {
  it('write one line a record, whatever an agent wrote', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const name of Object.keys(LEDGER_FORMATS) as LedgerFormatName[]) {
          for (const line of written(name, text.toWellFormed())) {
            assert.match(line, /^[^\r\n]*\r?\n$/, name);
            assert.ok(!UNSAFE.test(name === 'leef' ? line.replaceAll('\t', '') : line.trimEnd()));
          }
        }
      }),
    );
  });

  it('say each thing once in CEF, and its parser reads what was written', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const [n, line] of written('cef', text).entries()) {
          const { header, fields } = parseCef(line.slice(0, -1));
          assert.equal(header.length, 6);
          assert.equal(fields['externalId'], `log_AAAAAAAAAAAAAAAAAAAAAA:${n + 1}`);
          assert.ok(!UNSAFE.test(line.slice(0, -1)));
        }
        const [decision = ''] = written('cef', text);
        assert.equal(parseCef(decision.slice(0, -1)).fields['act'], 'allow');
      }),
    );
  });

  it('say each thing once in LEEF, and its parser reads what was written', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const [n, line] of written('leef', text).entries()) {
          const { fields } = parseLeef(line.slice(0, -1));
          assert.equal(fields['seq'], String(n + 1));
          assert.match(fields['prev'] ?? '', /^sha256:[0-9a-f]{64}$/);
          assert.ok(!UNSAFE.test(line.slice(0, -1).replaceAll('\t', '')));
        }
      }),
    );
  });

  it('are strict RFC 4180 in CSV, and no cell is a formula', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const rows = parseCsv(LEDGER_FORMATS.csv.header + written('csv', text).join(''));
        assert.deepEqual(rows[0], [...CSV_COLUMNS]);
        assert.equal(rows.length, 5);
        for (const row of rows) {
          assert.equal(row.length, CSV_COLUMNS.length);
          assert.ok(row.every((cell) => !/^[=+\-@\t\r]/.test(cell)));
        }
      }),
    );
  });

  for (const name of ['ocsf', 'ecs', 'otlp'] as const) {
    it(`meet the published schema in ${name}, and keep every text`, () => {
      fc.assert(
        fc.property(anyText, (text) => {
          for (const line of written(name, text)) {
            const event: unknown = JSON.parse(line);
            const validate = validators[name];
            assert.ok(validate(event), `${ajv.errorsText(validate.errors)}: ${line}`);
          }
          const short = text.slice(0, 200).toWellFormed() || 'x';
          assert.ok(
            JSON.stringify(JSON.parse(written(name, text)[0] ?? '')).includes(
              JSON.stringify(short).slice(1, -1),
            ),
          );
        }),
      );
    });
  }

  it('give back what was written, to whoever undoes their escapes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const resource = text.slice(0, 200) || 'x';
        const [cef = '', leef = '', csv = ''] = (['cef', 'leef', 'csv'] as const).map(
          (name) => written(name, text)[0],
        );
        const cell = parseCsv(csv)[0]?.[CSV_COLUMNS.indexOf('resource')] ?? '';
        assert.equal(unescaped(parseCef(cef.slice(0, -1)).fields['request'] ?? ''), resource);
        assert.equal(unescaped(parseLeef(leef.slice(0, -1)).fields['resource'] ?? ''), resource);
        assert.equal(unescaped(cell.replace(/^'/, '')), resource);
      }),
    );
  });

  it('are the records themselves in jsonl', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const events = eventsWith(text.toWellFormed());
        const lines = events.map((event) => LEDGER_FORMATS.jsonl.write(event, CONTEXT));
        assert.deepEqual(
          lines.map((line): unknown => JSON.parse(line)),
          events.map(({ record }) => record),
        );
      }),
    );
  });

  it('carry the call over to what names it by an id only, and the trace', () => {
    const [, , outcome = ''] = written('otlp', 'tool');
    assert.match(outcome, /"gen_ai.tool.name","value":\{"stringValue":"tool"/);
    assert.match(outcome, /"traceId":"4bf92f3577b34da6a3ce929d0e0e4736"/);
    assert.match(outcome, /"error.type","value":\{"stringValue":"E"/);
    assert.doesNotMatch(written('otlp', 'tool').join(''), /arguments/);
  });

  it('say that a denial was blocked, in OCSF', () => {
    const [event] = eventsWith('x');
    assert.ok(event?.record.type === 'decision');
    const denied = { ...event, verdict: 'deny', outcome: 'failure' } as const;
    const line = LEDGER_FORMATS.ocsf.write(denied, CONTEXT);
    assert.match(line, /"status_id":2.*"action_id":2.*"disposition_id":2/);
  });

  it('say what became of calls that waited or were stopped, in OCSF', () => {
    const [decision, , outcome] = eventsWith('x');
    assert.ok(decision && outcome?.record.type === 'outcome');
    const body = { intentId: 'int_1', status: 'blocked' } as const;
    for (const [event, expected] of [
      [{ ...decision, verdict: 'step_up' }, /"action_id":0.*"disposition":"Challenge"/],
      [outcome, /"action_id":0.*"disposition":"Logged"/],
      [
        { ...outcome, record: { ...outcome.record, body } },
        /"action_id":2.*"disposition":"Blocked"/,
      ],
    ] as const) {
      assert.match(LEDGER_FORMATS.ocsf.write(event, CONTEXT), expected);
    }
  });
});

/** Undoes `\\uXXXX`, once from the beginning to the end. */
function unescaped(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
