import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

import {
  checkpointText,
  originOf,
  parseCheckpointText,
} from '../../src/anchors/checkpoint-note.js';
import { cosigner, noteSigner, parseVerifierKey } from '../../src/anchors/note-key.js';
import { parseNote, signNote, verifyNote, writeNote } from '../../src/anchors/note.js';
import { emptyRoot, digestOf } from '../../src/merkle/tree.js';
import { ARCHE, NEUMANN } from './notes.js';

const LOG = `log_${'A'.repeat(22)}`;
const CLOCK = { now: () => new Date('2026-01-02T03:04:05.678Z') };
const { privateKey } = generateKeyPairSync('ed25519');
const signer = noteSigner('example.com/log', privateKey);
const verifier = parseVerifierKey(signer.verifierKey);

function parsed(text: string): NonNullable<ReturnType<typeof parseNote>> {
  const note = parseNote(text);
  assert.ok(note);
  return note;
}

describe('a signed note', () => {
  it('verifies as the reference implementation has signed it', () => {
    const note = parsed(`${NEUMANN.text}\n${NEUMANN.signature}`);
    assert.equal(note.text, NEUMANN.text);
    assert.equal(verifyNote(note, [parseVerifierKey(NEUMANN.verifierKey)])?.length, 1);
  });

  it('is signed byte for byte as the reference implementation signs', () => {
    // PKCS #8 of an Ed25519 key is a fixed beginning and the 32 bytes of its seed (RFC 8410).
    const seed = Buffer.from(NEUMANN.seed.split('+').slice(4).join('+'), 'base64').subarray(1);
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const neumann = noteSigner('PeterNeumann', key);
    assert.equal(neumann.verifierKey, NEUMANN.verifierKey);
    assert.equal(signNote(NEUMANN.text, neumann), `${NEUMANN.text}\n${NEUMANN.signature}`);
  });

  it('of a public log verifies by the log and by its witness, who says when', () => {
    const note = parsed(ARCHE.note);
    const keys = [ARCHE.logKey, ARCHE.witnessKey].map(parseVerifierKey);
    const verified = verifyNote(note, keys) ?? [];
    assert.deepEqual(
      verified.map(({ name, signedAt }) => [name, signedAt]),
      [
        ['arche2025h1.staging.ct.transparency.dev', undefined],
        ['remora.n621.de', 0x6a122120],
      ],
    );
  });

  it('of a public log is rejected as a whole once one byte of it is another', () => {
    const keys = [parseVerifierKey(ARCHE.witnessKey)];
    for (const changed of [
      ARCHE.note.replace('1432088532', '1432088533'),
      ARCHE.note.replace('U7WM', 'U7WN'),
      ARCHE.note.replace('2net5wAAAABqEiEg', '2net5wAAAABqEiEh'),
      ARCHE.note.replace('PlfF3V06', 'PlfF3V07'),
    ]) {
      assert.notEqual(changed, ARCHE.note);
      assert.equal(verifyNote(parsed(changed), keys), undefined);
    }
  });

  it('is rejected if a known key has signed wrongly, though another has signed well', () => {
    const other = noteSigner('example.com/log', generateKeyPairSync('ed25519').privateKey);
    const note = parsed(signNote('a\n', signer));
    const bad = { name: other.name, keyId: other.keyId, bytes: Buffer.alloc(64) };
    const both = parsed(writeNote({ ...note, signatures: [...note.signatures, bad] }));
    assert.equal(verifyNote(both, [verifier])?.length, 1);
    assert.equal(verifyNote(both, [verifier, parseVerifierKey(other.verifierKey)]), undefined);
  });

  it('is rejected if only unknown keys have signed, also under a known name', () => {
    const other = noteSigner('example.com/log', generateKeyPairSync('ed25519').privateKey);
    assert.equal(verifyNote(parsed(signNote('a\n', other)), [verifier]), undefined);
    assert.equal(verifyNote(parsed(signNote('a\n', signer)), []), undefined);
  });

  it('is not held against a key that shares an id with another name', () => {
    const namesake = { name: 'example.com/other', keyId: signer.keyId, verify: () => undefined };
    assert.equal(verifyNote(parsed(signNote('a\n', signer)), [namesake, verifier])?.length, 1);
  });

  it('may hold empty lines in its text', () => {
    const note = parsed(signNote('a\n\nb\n', signer));
    assert.equal(note.text, 'a\n\nb\n');
    assert.ok(verifyNote(note, [verifier]));
  });

  it('is not parsed in any other form', () => {
    const good = signNote('a\n', signer);
    const [, line = ''] = good.split('\n\n');
    for (const bad of [
      '',
      'a\n',
      'a\n\n',
      good.slice(0, -1),
      good.replace('\u2014', '-'),
      good.replace('\u2014 ', '\u2014  '),
      good.replace('a\n', 'a\r\n'),
      good.replace('a\n', 'a\0\n'),
      good.replace('a\n', 'a\ud800\n'),
      good.replace('example.com/log', 'example.com+log'),
      good.replace('example.com/log', 'example.com\u00a0log'),
      good.replace('example.com/log', 'example.com\u0085log'),
      good.replace(/ [^ ]+\n$/, ' AAAA\n'),
      good.replace(/=*\n$/, '\n'),
      `a\n${line}`,
      `a\n\n${line.repeat(65)}`,
      `${'a'.repeat(256 * 1024)}\n\n${line}`,
    ]) {
      assert.notEqual(bad, good);
      assert.equal(parseNote(bad), undefined, JSON.stringify(bad.slice(0, 200)));
    }
    assert.ok(parseNote(`a\n\n${line.repeat(16)}`));
  });

  it('is not signed over what cannot be the text of one', () => {
    for (const text of ['', 'a', 'a\n\0\n', '\ud800\n']) {
      assert.throws(() => signNote(text, signer), TypeError);
    }
  });
});

describe('a cosignature', () => {
  const witness = cosigner('witness.example/w1', privateKey, CLOCK);
  const key = parseVerifierKey(witness.verifierKey);

  it('says when it was made', () => {
    const [signature] = verifyNote(parsed(signNote('a\n1\n', witness)), [key]) ?? [];
    assert.equal(signature?.signedAt, Math.floor(CLOCK.now().getTime() / 1000));
  });

  it('is none by the same key as a log, and the other way round', () => {
    const asLog = noteSigner('witness.example/w1', privateKey);
    const logKey = parseVerifierKey(asLog.verifierKey);
    assert.notEqual(logKey.keyId, key.keyId);
    assert.equal(logKey.verify('a\n', witness.sign('a\n').subarray(8)), undefined);
    assert.equal(key.verify('a\n', Buffer.concat([Buffer.alloc(8), asLog.sign('a\n')])), undefined);
  });

  it('does not verify with another time, nor one beyond what can be told apart', () => {
    const bytes = witness.sign('a\n');
    assert.ok(key.verify('a\n', bytes));
    for (const time of [0n, 2n ** 63n]) {
      const changed = Buffer.from(bytes);
      changed.writeBigUInt64BE(time);
      assert.equal(key.verify('a\n', changed), undefined);
    }
    assert.equal(key.verify('a\n', bytes.subarray(1)), undefined);
  });
});

describe('a verifier key', () => {
  it('is refused if its hash is not its own, or it is not one of Ed25519', () => {
    const [name = '', id = '', ...rest] = signer.verifierKey.split('+');
    const key = rest.join('+');
    for (const bad of [
      '',
      name,
      `${name}+${id}`,
      `${name}+00000000+${key}`,
      `${name}x+${id}+${key}`,
      `${name}+${id.toUpperCase()}X+${key}`,
      `${name} +${id}+${key}`,
      `${name}+${id}+${key.slice(0, -2)}`,
      `rekor.example+12345678+AwEB`,
    ]) {
      assert.throws(() => parseVerifierKey(bad), TypeError, bad);
    }
  });

  it('cannot be made of a key of another kind, or under another name than keys can have', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    assert.throws(() => noteSigner('example.com/log', ec.privateKey), TypeError);
    assert.throws(() => noteSigner('two words', privateKey), TypeError);
    assert.throws(() => noteSigner('', privateKey), TypeError);
  });
});

describe('the text of a checkpoint note', () => {
  const root = digestOf(emptyRoot());
  const text = checkpointText({ log: LOG, size: 7, root });

  it('names the ledger, its size and its root, as c2sp.org/tlog-checkpoint says', () => {
    assert.equal(
      text,
      `axtary.com/ledger/${LOG}\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`,
    );
    assert.deepEqual(parseCheckpointText(text), { log: LOG, size: 7, root });
  });

  it('may have extension lines', () => {
    assert.deepEqual(parseCheckpointText(`${text}more\n`), { log: LOG, size: 7, root });
  });

  it('is not read in any other form', () => {
    for (const bad of [
      '',
      text.slice(0, -1),
      `${text}\n`,
      `${text}a\n\n`,
      text.replace('\n7\n', '\n07\n'),
      text.replace('\n7\n', '\n-7\n'),
      text.replace('\n7\n', '\n9999999999999999\n'),
      text.replace('47DE', '48D'),
      text.replace('FU=', 'FV='),
      text.replace(originOf(LOG), `example.com/${LOG}`),
      text.replace(LOG, 'log_x'),
    ]) {
      assert.equal(parseCheckpointText(bad), undefined, bad);
    }
  });
});
