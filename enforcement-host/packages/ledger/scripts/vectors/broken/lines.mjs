import { notary } from '../notary.mjs';
import { invalid, withRecord } from './cases.mjs';

const of = ([code, name, why], line, disclosures) =>
  invalid([code, 1, name, why], withRecord(notary, line, disclosures));
export const LINE_CASES = [
  of(['NOT_CANONICAL', 'space', 'a space more'], (line) => line.replace(',"v":1', ', "v":1')),
  of(['NOT_CANONICAL', 'order', 'members in another order'], (line) =>
    line.replace('"type":"decision","v":1', '"v":1,"type":"decision"'),
  ),
  of(['NOT_CANONICAL', 'number', '1.0 is not how 1 is written'], (line) =>
    line.replace('"v":1}', '"v":1.0}'),
  ),
  of(['NOT_CANONICAL', 'duplicate', 'a member twice'], (line) =>
    line.replace('"v":1', '"v":1,"v":1'),
  ),
  of(['NOT_CANONICAL', 'escape', 'an escape that need not be'], (line) =>
    line.replace('a rule', '\\u0061 rule'),
  ),
  of(['MALFORMED', 'surrogate', 'half a character'], (line) => line.replace('a rule', '\\ud800')),
  of(
    ['MALFORMED', 'proto', 'a member that RFC 8785 writers must not make a prototype of'],
    (line) => line.replace('"v":1', '"__proto__":{},"v":1'),
  ),
  of(['MALFORMED', 'no-json', 'not JSON'], (line) => line.slice(0, -1)),
  of(['MALFORMED', 'array', 'not an object'], () => '[]'),
  of(['MALFORMED', 'empty', 'an empty line'], () => ''),
  of(['MALFORMED', 'bom', 'a byte order mark'], (line) => `\ufeff${line}`),
  of(['SCHEMA_MISMATCH', 'member', 'a member that is not listed'], (line) =>
    line.replace('"v":1', '"v":1,"w":1'),
  ),
  of(['SCHEMA_MISMATCH', 'version', 'another version'], (line) => line.replace('"v":1', '"v":2')),
  of(
    ['SCHEMA_MISMATCH', 'type', 'a type that is none'],
    (line) => line.replace('"type":"decision"', '"type":"promise"'),
    () => [],
  ),
  of(['SCHEMA_MISMATCH', 'time', 'a time that is none'], (line) =>
    line.replace('2026-01-02T03:04:06', '2026-13-02T03:04:06'),
  ),
  of(['SCHEMA_MISMATCH', 'body-member', 'a member of a body that is not listed'], (line) =>
    line.replace('"rule":"r1"', '"rule":"r1","why":"x"'),
  ),
  of(['SCHEMA_MISMATCH', 'verdict', 'a verdict that is none'], (line) =>
    line.replace('"verdict":"allow"', '"verdict":"maybe"'),
  ),
  of(['LINE_TOO_LONG', 'record', 'more than 1,048,576 bytes'], (line) =>
    line.replace('a rule', 'x'.repeat(1_048_576)),
  ),
];
