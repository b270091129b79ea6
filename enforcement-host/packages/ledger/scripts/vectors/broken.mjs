import { canonicalize, changed as alter } from '../../../actionpass/scripts/vectors/jose.mjs';

import { disclosureDigest, exportOf, Forger } from './forger.mjs';
import {
  after,
  call,
  decision,
  everything,
  HASH,
  intent,
  KEYS,
  OTHER_HASH,
  outcome,
  pass,
  signedCall,
} from './ledgers.mjs';
import { known } from './valid.mjs';

function invalid(code, seq, name, why, text, more = {}) {
  return {
    name: `${code.toLowerCase().replaceAll('_', '-')}-${name}`,
    why,
    text,
    verdict: 'INVALID',
    code,
    seq,
    ...more,
  };
}

function incomplete(code, seq, name, why, text, more = {}) {
  return { ...invalid(code, seq, name, why, text, more), verdict: 'INCOMPLETE' };
}

/** Changes a line of a finished export, as whoever holds no key can. */
function changed(text, at, change) {
  const lines = text.split('\n').slice(0, -1);
  const index = at < 0 ? lines.length + at : at;
  return lines.map((line, n) => `${n === index ? change(line) : line}\n`).join('');
}

/** An export of a call of which the line of record 1 is other, with everything after it anew. */
function withRecord(notary, line, disclosures) {
  const good = call(notary).records[1];
  const ledger = new Forger(notary, KEYS.first).genesis();
  ledger.addLine(line(good.line), disclosures?.(good.disclosures) ?? good.disclosures);
  return exportOf(ledger.checkpoint());
}

export function brokenCases(notary) {
  return [
    ...lineCases(notary),
    ...disclosureCases(notary),
    ...chainCases(notary),
    ...signatureCases(notary),
    ...orderCases(notary),
    ...exportCases(notary),
    ...anchorCases(notary),
  ];
}

function lineCases(notary) {
  const of = (code, name, why, line, disclosures) =>
    invalid(code, 1, name, why, withRecord(notary, line, disclosures));
  return [
    of('NOT_CANONICAL', 'space', 'a space more', (line) => line.replace(',"v":1', ', "v":1')),
    of('NOT_CANONICAL', 'order', 'members in another order', (line) =>
      line.replace('"type":"decision","v":1', '"v":1,"type":"decision"'),
    ),
    of('NOT_CANONICAL', 'number', '1.0 is not how 1 is written', (line) =>
      line.replace('"v":1}', '"v":1.0}'),
    ),
    of('NOT_CANONICAL', 'duplicate', 'a member twice', (line) =>
      line.replace('"v":1', '"v":1,"v":1'),
    ),
    of('NOT_CANONICAL', 'escape', 'an escape that need not be', (line) =>
      line.replace('a rule', '\\u0061 rule'),
    ),
    of('MALFORMED', 'surrogate', 'half a character', (line) => line.replace('a rule', '\\ud800')),
    of(
      'MALFORMED',
      'proto',
      'a member that RFC 8785 writers must not make a prototype of',
      (line) => line.replace('"v":1', '"__proto__":{},"v":1'),
    ),
    of('MALFORMED', 'no-json', 'not JSON', (line) => line.slice(0, -1)),
    of('MALFORMED', 'array', 'not an object', () => '[]'),
    of('MALFORMED', 'empty', 'an empty line', () => ''),
    of('MALFORMED', 'bom', 'a byte order mark', (line) => `\ufeff${line}`),
    of('SCHEMA_MISMATCH', 'member', 'a member that is not listed', (line) =>
      line.replace('"v":1', '"v":1,"w":1'),
    ),
    of('SCHEMA_MISMATCH', 'version', 'another version', (line) => line.replace('"v":1', '"v":2')),
    of(
      'SCHEMA_MISMATCH',
      'type',
      'a type that is none',
      (line) => line.replace('"type":"decision"', '"type":"promise"'),
      () => [],
    ),
    of('SCHEMA_MISMATCH', 'time', 'a time that is none', (line) =>
      line.replace('2026-01-02T03:04:06', '2026-13-02T03:04:06'),
    ),
    of('SCHEMA_MISMATCH', 'body-member', 'a member of a body that is not listed', (line) =>
      line.replace('"rule":"r1"', '"rule":"r1","why":"x"'),
    ),
    of('SCHEMA_MISMATCH', 'verdict', 'a verdict that is none', (line) =>
      line.replace('"verdict":"allow"', '"verdict":"maybe"'),
    ),
    of('LINE_TOO_LONG', 'record', 'more than 1,048,576 bytes', (line) =>
      line.replace('a rule', 'x'.repeat(1_048_576)),
    ),
  ];
}

function disclosureCases(notary) {
  const of = (code, name, why, disclosures, line = (text) => text) =>
    invalid(code, 1, name, why, withRecord(notary, line, disclosures));
  const other = (text) => ({ name: 'x', text });
  return [
    of('DISCLOSURE_MISMATCH', 'value', 'another value than was sealed', (all) =>
      all.map(({ name, text }) => ({ name, text: text.replace('user:ada', 'user:eve') })),
    ),
    of('DISCLOSURE_MISMATCH', 'salt', 'another salt', ([{ name, text }, ...rest]) => [
      { name, text: `["${'A'.repeat(22)}"${text.slice(25)}` },
      ...rest,
    ]),
    of('DISCLOSURE_MISMATCH', 'stranger', 'a disclosure that opens nothing', (all) => [
      ...all,
      other(canonicalize(['A'.repeat(22), 'intent', {}])),
    ]),
    sealedOtherwise(notary),
    openMember(notary),
    of('MALFORMED', 'disclosure', 'not salt, name and value', (all) => [
      ...all,
      other(canonicalize(['A'.repeat(22), 'intent'])),
    ]),
    of('MALFORMED', 'disclosure-salt', 'a salt that is not 128 bits', (all) => [
      ...all,
      other(canonicalize(['A'.repeat(21), 'intent', {}])),
    ]),
    of('MALFORMED', 'disclosure-twice', 'a disclosure twice', (all) => [...all, all[0]]),
    of('NOT_CANONICAL', 'disclosure', 'a disclosure with a space', (all) =>
      all.map(({ name, text }) => ({ name, text: text.replace(',', ', ') })),
    ),
    invalid(
      'DISCLOSURE_MISMATCH',
      1,
      'order',
      'digests that are not sorted',
      withRecord(notary, (line) => {
        const record = JSON.parse(line);
        record.body._sd.reverse();
        return canonicalize(record);
      }),
    ),
    missingMember(notary),
    undeclared(notary),
  ];
}

/** Seals a member that is none of those which may be. */
function sealedOtherwise(notary) {
  const text = canonicalize(['A'.repeat(22), 'verdict', 'allow']);
  const ledger = new Forger(notary, KEYS.first).genesis();
  const hidden = { verdict: undefined, actionHash: undefined, payloadHash: undefined };
  const open = alter(decision('dec_1'), hidden);
  ledger.add('decision', { ...open, _sd: [disclosureDigest(text)] });
  ledger.records[1].disclosures = [{ name: 'verdict', text }];
  return invalid(
    'DISCLOSURE_MISMATCH',
    1,
    'member',
    'seals what must be seen',
    exportOf(ledger.checkpoint()),
  );
}

function openMember(notary) {
  return invalid(
    'DISCLOSURE_MISMATCH',
    1,
    'open',
    'a member in the open that must be sealed',
    withRecord(notary, (line) => {
      const record = JSON.parse(line);
      record.body.actionHash = HASH;
      return canonicalize(record);
    }),
  );
}

/** Everything sealed is kept back from a record that needs it, and nothing stands for it. */
function missingMember(notary) {
  const ledger = new Forger(notary, KEYS.first)
    .genesis()
    .add('policy_change', { policyHash: HASH, trustedBy: 'ada' });
  return invalid(
    'SCHEMA_MISMATCH',
    1,
    'no-member',
    'a sealed member that is neither there nor kept back',
    exportOf(ledger.checkpoint()),
  );
}

function undeclared(notary) {
  const ledger = signedCall(notary);
  const text = exportOf(ledger, { redact: ['human'], header: { redact: undefined } });
  return invalid(
    'REDACTION_UNDECLARED',
    6,
    'header',
    'a member is missing and the header does not say that any is',
    text,
  );
}

function chainCases(notary) {
  const good = exportOf(signedCall(notary));
  // The lines: header, key, genesis, then disclosures and record by turns.
  const lines = good.split('\n').slice(0, -1);
  const other = exportOf(signedCall(notary, 'c')).split('\n');
  const without = (from, count, ...more) => `${lines.toSpliced(from, count, ...more).join('\n')}\n`;
  const place = (changes) => exportOf(after(notary, ['decision', decision('dec_1'), changes]));
  return [
    invalid('SEQ_MISMATCH', 1, 'deleted', 'record 1 was taken out', without(3, 2)),
    invalid(
      'SEQ_MISMATCH',
      2,
      'repeated',
      'record 1 is there twice',
      without(5, 0, lines[3], lines[4]),
    ),
    invalid(
      'SEQ_MISMATCH',
      1,
      'swapped',
      'records 1 and 2 changed places',
      without(3, 4, lines[5], lines[6], lines[3], lines[4]),
    ),
    invalid('SEQ_MISMATCH', 1, 'signed', 'signed all the same', place({ seq: 2 })),
    invalid(
      'LOG_MISMATCH',
      2,
      'spliced',
      'record 2 of another ledger of the same key',
      without(5, 2, other[5], other[6]),
    ),
    invalid(
      'LOG_MISMATCH',
      1,
      'signed',
      'signed all the same',
      place({ log: `log_${'d'.repeat(22)}` }),
    ),
    invalid(
      'PREV_MISMATCH',
      2,
      'changed',
      'record 1 was changed',
      changed(good, 4, (line) => line.replace('a rule', 'no rule')),
    ),
    invalid('PREV_MISMATCH', 1, 'signed', 'signed all the same', place({ prev: OTHER_HASH })),
    invalid(
      'GENESIS_MISPLACED',
      1,
      'second',
      'a second genesis',
      exportOf(new Forger(notary, KEYS.first).genesis().genesis().checkpoint(), {
        keys: ([key]) => [key],
      }),
    ),
    invalid(
      'TIME_REVERSED',
      2,
      'mono',
      'the monotonic clock of one process went back',
      exportOf(
        after(
          notary,
          ['decision', decision('dec_1'), { mono: 5000 }],
          ['decision', decision('dec_2')],
        ),
      ),
    ),
    invalid(
      'CLOCK_UNRECORDED',
      2,
      'ts',
      'time went back and nothing says so',
      exportOf(
        after(
          notary,
          ['decision', decision('dec_1'), { ts: '2026-01-02T04:00:00.000Z' }],
          ['decision', decision('dec_2')],
        ),
      ),
    ),
    invalid(
      'CLOCK_UNRECORDED',
      2,
      'boot',
      'time went back between two processes and nothing says so',
      exportOf(
        after(
          notary,
          ['decision', decision('dec_1'), { ts: '2026-01-02T04:00:00.000Z' }],
          ['decision', decision('dec_2'), { boot: `boot_${'z'.repeat(22)}`, mono: 0 }],
        ),
      ),
    ),
    invalid(
      'CLOCK_UNRECORDED',
      2,
      'said',
      'what is said of the clock is not of the record before',
      exportOf(
        after(
          notary,
          ['decision', decision('dec_1'), { ts: '2026-01-02T04:00:00.000Z' }],
          ['clock_anomaly', { kind: 'backwards', before: '2026-01-02T03:59:00.000Z', byMs: 1 }],
        ),
      ),
    ),
  ];
}

function signatureCases(notary) {
  const checkpoint = (name, why, wrong, seq = 5) =>
    invalid('CHECKPOINT_INVALID', seq, name, why, exportOf(call(notary).checkpoint(wrong)));
  const epoch = (name, why, wrong) => ({
    name,
    why,
    ledger: new Forger(notary, KEYS.first).genesis().keyEpoch(KEYS.second, wrong).checkpoint(),
  });
  const epochs = [
    epoch('old', 'the old key did not sign the new one', { old: KEYS.stranger }),
    epoch('new', 'the new key did not sign itself', { fresh: KEYS.first }),
    epoch('number', 'not the next epoch', { epoch: 2 }),
    epoch('place', 'signed for another place', { payload: { seq: 7 } }),
  ];
  const noKey = new Forger(notary, KEYS.first)
    .add('genesis', {
      software: 'vectors 1',
      checkpointKey: { ...KEYS.first.jwk, x: 'A'.repeat(43), y: 'A'.repeat(43) },
    })
    .add('decision', decision('dec_1'))
    .checkpoint();
  const goodKeys = everything(notary);
  return [
    checkpoint('key', 'signed by another key', { key: KEYS.stranger }),
    checkpoint('typ', 'signed as another artifact', { typ: 'axtary-export+jwt' }),
    checkpoint('root', 'signs other records', { payload: { root: OTHER_HASH } }),
    checkpoint('seq', 'signs another place', { payload: { seq: 4 } }),
    checkpoint('member', 'signs a member more', { payload: { more: 1 } }),
    checkpoint('padding', 'base64url with padding', { jws: (jws) => jws.replace('.', '=.') }),
    checkpoint('spelling', 'another spelling of the same signature bytes', { jws: respelled }),
    checkpoint('signature', 'no signature', {
      jws: (jws) => `${jws.slice(0, -86)}${'A'.repeat(86)}`,
    }),
    invalid(
      'CHECKPOINT_INVALID',
      3,
      'old-key',
      'signed by the key of the epoch before',
      oldKey(notary),
    ),
    invalid(
      'KEYS_INVALID',
      0,
      'no-point',
      'the genesis names no point of the curve',
      exportOf(noKey),
    ),
    ...epochs.map(({ name, why, ledger }) =>
      invalid('KEYS_INVALID', 0, `epoch-${name}`, why, exportOf(ledger)),
    ),
    ...epochs.map(({ name, why, ledger }) =>
      invalid(
        'KEY_EPOCH_INVALID',
        1,
        `epoch-${name}`,
        `${why}, and it is left out of the keys`,
        exportOf(ledger, { keys: ([genesis]) => [genesis], signer: KEYS.first }),
      ),
    ),
    invalid(
      'KEYS_INVALID',
      0,
      'other',
      'a key of another ledger',
      exportOf(signedCall(notary), {
        keys: () => [
          canonicalize({ key: new Forger(notary, KEYS.first, 'c').genesis().records[0].line }),
        ],
      }),
    ),
    invalid(
      'KEYS_INVALID',
      0,
      'genesis',
      'another genesis of the same ledger among the keys',
      exportOf(signedCall(notary), { keys: ([key]) => [key.replace('vectors 1', 'vectors 2')] }),
    ),
    invalid(
      'KEYS_INVALID',
      17,
      'forked',
      'a second key that the records do not name',
      forkedKeys(notary),
    ),
    invalid(
      'KEYS_INVALID',
      0,
      'none',
      'no key at all',
      exportOf(signedCall(notary), { keys: () => [] }),
    ),
    invalid(
      'KEYS_INVALID',
      5,
      'none-selection',
      'a selection without a key',
      exportOf(signedCall(notary), { seqs: [], keys: () => [] }),
    ),
    invalid(
      'MANIFEST_INVALID',
      6,
      'key',
      'the manifest is signed by another key',
      exportOf(signedCall(notary), { signer: KEYS.stranger }),
    ),
    invalid(
      'MANIFEST_INVALID',
      18,
      'old-key',
      'the manifest is signed by the key before',
      exportOf(goodKeys, { signer: KEYS.first }),
    ),
    invalid(
      'MANIFEST_INVALID',
      6,
      'typ',
      'signed as another artifact',
      exportOf(signedCall(notary), { typ: 'axtary-checkpoint+jwt' }),
    ),
    invalid(
      'MANIFEST_INVALID',
      6,
      'member',
      'a member that is not listed',
      exportOf(signedCall(notary), { manifest: { more: 1 } }),
    ),
    invalid(
      'MANIFEST_INVALID',
      6,
      'spelling',
      'another spelling of the signature',
      exportOf(signedCall(notary), { jws: respelled }),
    ),
  ];
}

/** The last character of 64 bytes in base64url holds four bits that lax decoders ignore. */
function respelled(jws) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${jws.slice(0, -1)}${alphabet[alphabet.indexOf(jws.at(-1)) + 1]}`;
}

function oldKey(notary) {
  const ledger = new Forger(notary, KEYS.first).genesis().keyEpoch(KEYS.second);
  return exportOf(ledger.add('decision', decision('dec_1')).checkpoint({ key: KEYS.first }));
}

/** Whoever kept the first key names another second one, in the keys only, and signs the manifest. */
function forkedKeys(notary) {
  const ledger = everything(notary);
  const fork = ledger.fork();
  fork.records = fork.records.slice(0, 7);
  fork.key = KEYS.first;
  fork.epoch = 0;
  fork.keyEpoch(KEYS.stranger);
  const keys = ([genesis]) => [genesis, canonicalize({ key: fork.records[7].line })];
  return exportOf(ledger, { keys, signer: KEYS.stranger });
}

function orderCases(notary) {
  const of = (code, name, why, ...contents) =>
    invalid(code, contents.length, name, why, exportOf(after(notary, ...contents)));
  const d = (id, verdict) => ['decision', decision(id, verdict)];
  const p = (jti, id, changes) => ['pass', pass(jti, id, changes)];
  const i = (intentId, jti, id, changes) => ['intent', intent(intentId, jti, id, changes)];
  const o = (id, status) => ['outcome', outcome(id, status)];
  const r = (intentId) => [
    'reconciliation',
    { intentId, outcome: 'executed', by: 'ada', reason: 'seen' },
  ];
  const whole = [d('d'), p('p', 'd'), i('i', 'p', 'd')];
  const other = { actionHash: OTHER_HASH };
  return [
    of('DECISION_REPEATED', 'id', 'a decision id twice', d('d'), d('d')),
    of('DECISION_MISSING', 'pass', 'a pass without a decision', p('p', 'd')),
    of('DECISION_MISSING', 'approval', 'an approval without a decision', [
      'approval',
      { decisionId: 'd', denied: { by: 'bob', reason: '' } },
    ]),
    of('DECISION_MISSING', 'intent', 'an intent without a decision', i('i', 'p', 'd')),
    of('DECISION_NOT_ALLOW', 'deny', 'a pass on a denial', d('d', 'deny'), p('p', 'd')),
    of(
      'DECISION_NOT_ALLOW',
      'step-up',
      'a pass on what had to be approved first',
      d('d', 'step_up'),
      p('p', 'd'),
    ),
    of('PASS_MISSING', 'intent', 'an intent without a pass', d('d'), i('i', 'p', 'd')),
    of('PASS_REPEATED', 'id', 'a pass id twice', d('d'), p('p', 'd'), p('p', 'd')),
    of('PASS_REUSED', 'intent', 'a pass used twice', ...whole, i('j', 'p', 'd')),
    of('INTENT_REPEATED', 'id', 'an intent id twice', ...whole, p('q', 'd'), i('i', 'q', 'd')),
    of('INTENT_MISSING', 'outcome', 'an outcome without an intent', o('i')),
    of('INTENT_MISSING', 'reconciliation', 'a reconciliation without an intent', r('i')),
    of('OUTCOME_REPEATED', 'intent', 'an intent has two outcomes', ...whole, o('i'), o('i')),
    of('OUTCOME_NOT_UNKNOWN', 'executed', 'reconciles what is known', ...whole, o('i'), r('i')),
    of('OUTCOME_NOT_UNKNOWN', 'open', 'reconciles what has no outcome', ...whole, r('i')),
    of('BINDING_MISMATCH', 'pass', 'a pass for another action', d('d'), p('p', 'd', other)),
    of(
      'BINDING_MISMATCH',
      'intent-action',
      'an intent for another action',
      d('d'),
      p('p', 'd'),
      i('i', 'p', 'd', other),
    ),
    of(
      'BINDING_MISMATCH',
      'intent-payload',
      'an intent for another payload',
      d('d'),
      p('p', 'd'),
      i('i', 'p', 'd', { payloadHash: OTHER_HASH }),
    ),
    of(
      'BINDING_MISMATCH',
      'intent-decision',
      'an intent of another decision than its pass',
      d('d'),
      d('e'),
      p('p', 'd'),
      i('i', 'p', 'e'),
    ),
  ];
}

function exportCases(notary) {
  const ledger = signedCall(notary);
  const all = everything(notary);
  const good = exportOf(ledger);
  const lines = good.split('\n').slice(0, -1);
  const upTo = (count) =>
    lines
      .slice(0, count)
      .map((line) => `${line}\n`)
      .join('');
  const part = (changes) => exportOf(all, { from: 9, header: changes });
  const selection = exportOf(all, { seqs: [8, 10] });
  return [
    invalid(
      'EXPORT_MALFORMED',
      0,
      'header',
      'no header',
      exportOf(ledger, { lines: (text) => text.slice(1) }),
    ),
    invalid(
      'EXPORT_MALFORMED',
      0,
      'header-member',
      'a member of the header that is not listed',
      exportOf(ledger, { header: { more: 1 } }),
    ),
    invalid(
      'EXPORT_MALFORMED',
      0,
      'format',
      'another format',
      exportOf(ledger, { header: { format: 2 } }),
    ),
    invalid('EXPORT_MALFORMED', 6, 'twice', 'a second manifest', `${good}${lines.at(-1)}\n`),
    invalid(
      'EXPORT_MALFORMED',
      6,
      'more-lines',
      'lines after the manifest',
      `${good}${lines.at(-2)}\n`,
    ),
    invalid('EXPORT_MALFORMED', 6, 'more-bytes', 'bytes after the manifest', `${good}x`),
    invalid(
      'EXPORT_MALFORMED',
      6,
      'more-records',
      'a record after the last checkpoint',
      exportOf(ledger, { lines: (text) => [...text, call(notary).records[1].line] }),
    ),
    invalid(
      'EXPORT_MALFORMED',
      1,
      'late-key',
      'a key after the first record',
      exportOf(ledger, {
        lines: ([header, key, genesis, ...rest]) => [header, key, genesis, key, ...rest],
      }),
    ),
    invalid(
      'EXPORT_MALFORMED',
      9,
      'no-tree',
      'a part that does not say where it begins',
      part({ tree: undefined, prev: undefined }),
    ),
    invalid(
      'EXPORT_MALFORMED',
      9,
      'tree',
      'a tree of another size',
      part({ tree: { size: 8, nodes: ['0'.repeat(64)] } }),
    ),
    invalid(
      'CHECKPOINT_INVALID',
      17,
      'part-tree',
      'another tree of the same size',
      part({ tree: { size: 9, nodes: ['0'.repeat(64), '1'.repeat(64)] } }),
    ),
    invalid(
      'PREV_MISMATCH',
      9,
      'part',
      'the first record does not follow what the header says',
      part({ prev: OTHER_HASH }),
    ),
    invalid(
      'SEQ_MISMATCH',
      9,
      'part',
      'begins before it says',
      exportOf(all, { from: 8, header: headerOf(all, 9) }),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      5,
      'header-root',
      'the header names another root',
      exportOf(ledger, { header: { root: OTHER_HASH } }),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      6,
      'header-size',
      'the header names more records than there are',
      exportOf(ledger, { header: { size: 6 } }),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      4,
      'header-less',
      'the header names fewer records than there are',
      exportOf(ledger, { header: { size: 4 } }),
    ),
    ...['content', 'head', 'root'].map((name) =>
      invalid(
        'MANIFEST_MISMATCH',
        6,
        name,
        `the manifest is of another ${name}`,
        exportOf(ledger, { manifest: { [name]: OTHER_HASH } }),
      ),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      6,
      'log',
      'the manifest is of another ledger',
      exportOf(ledger, { manifest: { log: `log_${'d'.repeat(22)}` } }),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      6,
      'records',
      'the manifest counts other records',
      exportOf(ledger, { manifest: { records: 5 } }),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      6,
      'size',
      'the manifest names another size',
      exportOf(ledger, { manifest: { size: 4 } }),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      6,
      'changed-header',
      'the header was changed afterwards',
      changed(good, 0, (line) => line.replace(',"root"', ',"redact":["human"],"root"')),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      6,
      'swapped',
      'the manifest of another export of the same ledger',
      `${upTo(lines.length - 1)}${exportOf(ledger, { redact: ['human'] })
        .split('\n')
        .at(-2)}\n`,
    ),
    invalid(
      'MANIFEST_MISMATCH',
      6,
      'hidden-later',
      'a disclosure was taken out afterwards',
      changed(good, 3, (line) =>
        canonicalize({ disclosures: JSON.parse(line).disclosures.slice(1) }),
      ),
    ),
    invalid(
      'MANIFEST_MISMATCH',
      11,
      'left-out',
      'a selected record was taken out afterwards',
      selection
        .split('\n')
        .filter((_, n) => n < 3 || n > 5)
        .join('\n'),
      { seq: 18 },
    ),
    invalid(
      'REDACTION_UNDECLARED',
      6,
      'count',
      'fewer members are missing than were kept back',
      exportOf(ledger, { redact: ['human'], manifest: { hidden: 2 } }),
    ),
    invalid(
      'INCLUSION_INVALID',
      8,
      'none',
      'a selected record without its proof',
      exportOf(all, {
        seqs: [8, 10],
        lines: (text) => text.filter((line, n) => !(n === 3 && line.startsWith('{"inclusion"'))),
      }),
    ),
    invalid(
      'INCLUSION_INVALID',
      8,
      'other',
      'the proof of another record',
      exportOf(all, { seqs: [8, 10], lines: (text) => text.with(3, text[6]) }),
    ),
    invalid(
      'INCLUSION_INVALID',
      8,
      'record',
      'a record that is not in the ledger',
      exportOf(all, {
        seqs: [8],
        lines: (text) => text.with(5, text[5].replace('a rule', 'no rule')),
      }),
    ),
    invalid(
      'SEQ_MISMATCH',
      11,
      'selection',
      'selected records in another order',
      exportOf(all, {
        seqs: [8, 10],
        lines: (text) => [
          ...text.slice(0, 3),
          ...text.slice(6, 9),
          ...text.slice(3, 6),
          ...text.slice(9),
        ],
      }),
    ),
    invalid(
      'CHECKPOINT_INVALID',
      17,
      'selection',
      'the checkpoint of a selection signs another root',
      exportOf(all, { seqs: [], header: { root: OTHER_HASH } }),
    ),
    invalid(
      'CONSISTENCY_INVALID',
      18,
      'root',
      'an earlier root that never was',
      exportOf(all, { manifest: { consistency: { size: 7, root: OTHER_HASH, proof: [] } } }),
    ),
    invalid(
      'CONSISTENCY_INVALID',
      18,
      'proof',
      'a proof with a node more',
      exportOf(all, {
        manifest: {
          consistency: { ...consistencyOf(all), proof: [...consistencyOf(all).proof, OTHER_HASH] },
        },
      }),
    ),
    incomplete('EMPTY', 0, 'file', 'nothing', ''),
    incomplete('MANIFEST_MISSING', 0, 'header', 'the header alone', upTo(1)),
    incomplete('MANIFEST_MISSING', 3, 'cut', 'cut in the middle, between two lines', upTo(7)),
    incomplete('MANIFEST_MISSING', 6, 'end', 'everything but the manifest', upTo(lines.length - 1)),
    incomplete(
      'TORN_TAIL',
      2,
      'cut',
      'cut in the middle of a line',
      `${upTo(5)}${lines[5].slice(0, 20)}`,
    ),
    incomplete('TORN_TAIL', 6, 'end', 'without its last newline', good.slice(0, -1)),
  ];
}

function headerOf(ledger, from) {
  return JSON.parse(exportOf(ledger, { from }).split('\n')[0]).export;
}

function consistencyOf(ledger) {
  const manifest = JSON.parse(exportOf(ledger, { since: 7 }).split('\n').at(-2)).manifest;
  return JSON.parse(Buffer.from(manifest.split('.')[1], 'base64url')).consistency;
}

function anchorCases(notary) {
  const ledger = signedCall(notary);
  const all = everything(notary);
  const text = exportOf(ledger);
  const { log } = ledger;
  const anchors = (...states) => ({ anchors: states });
  const late = known(all, 18);
  return [
    invalid('TRUST_ROOT_MISMATCH', 0, 'whole', 'another key than the trusted', text, {
      trustRoot: KEYS.stranger.kid,
    }),
    invalid('TRUST_ROOT_MISMATCH', 9, 'part', 'the same of a part', exportOf(all, { from: 9 }), {
      trustRoot: KEYS.second.kid,
    }),
    invalid(
      'ANCHOR_MISMATCH',
      0,
      'log',
      'another ledger is known',
      text,
      anchors({ log: `log_${'d'.repeat(22)}`, size: 3, head: HASH }),
    ),
    invalid(
      'ANCHOR_MISMATCH',
      2,
      'head',
      'another third record is known',
      text,
      anchors({ log, size: 3, head: OTHER_HASH }),
    ),
    invalid(
      'ANCHOR_MISMATCH',
      2,
      'root',
      'other first records are known',
      text,
      anchors({ log, size: 3, root: OTHER_HASH }),
    ),
    invalid(
      'ANCHOR_MISMATCH',
      5,
      'last',
      'another checkpoint is known',
      text,
      anchors({ log, size: 6, head: OTHER_HASH }),
    ),
    invalid(
      'ANCHOR_MISMATCH',
      9,
      'part',
      'what comes before a part is known otherwise',
      exportOf(all, { from: 9 }),
      anchors({ log, size: 9, root: OTHER_HASH }),
    ),
    invalid(
      'ANCHOR_MISMATCH',
      17,
      'selection',
      'the tree of a selection is known otherwise',
      exportOf(all, { seqs: [8] }),
      anchors({ log, size: 17, root: OTHER_HASH }),
    ),
    invalid(
      'ANCHOR_MISMATCH',
      18,
      'since',
      'the earlier state is known otherwise',
      exportOf(all, { seqs: [8], since: 7 }),
      anchors({ log, size: 7, root: OTHER_HASH }),
    ),
    invalid(
      'TRUNCATED',
      6,
      'known',
      'more records are known',
      text,
      anchors({ log, size: late.size, head: late.head }),
    ),
    invalid(
      'TRUNCATED',
      18,
      'selection',
      'more records than the tree of a selection are known',
      exportOf(all, { seqs: [8] }),
      anchors({ log, size: 19, head: HASH }),
    ),
  ];
}
