import { createHash } from 'node:crypto';

import {
  base64url,
  canonicalize,
  changed,
  sha256,
} from '../../../actionpass/scripts/vectors/jose.mjs';

const SEALED = {
  decision: ['actionHash', 'payloadHash'],
  'decision.action': ['context', 'intent'],
  'decision.action.actor': ['human'],
  'decision.action.capability': ['constraints', 'resource'],
  approval: ['artifact', 'denied'],
  pass: ['actionHash', 'payloadHash'],
  intent: ['actionHash', 'payloadHash', 'resource', 'usage'],
  outcome: ['error', 'result', 'resultHash'],
  reconciliation: ['reason'],
  revocation: ['reason'],
  policy_change: ['workspace'],
  key: ['name'],
};
const START = Date.parse('2026-01-02T03:04:05.678Z');

/** Leaf hash of a line, RFC 6962 section 2.1. */
export function leafOf(line) {
  return createHash('sha256').update(`\0${line}`).digest();
}

export function digestOf(bytes) {
  return `sha256:${bytes.toString('hex')}`;
}

function node(left, right) {
  return createHash('sha256').update('\u0001').update(left).update(right).digest();
}

function split(count) {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

/** RFC 6962 section 2.1. */
export function treeHash(leaves) {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0];
  const half = split(leaves.length);
  return node(treeHash(leaves.slice(0, half)), treeHash(leaves.slice(half)));
}

/** RFC 6962 section 2.1.1, from the leaf up. */
export function inclusionPath(index, leaves) {
  if (leaves.length <= 1) return [];
  const half = split(leaves.length);
  return index < half
    ? [...inclusionPath(index, leaves.slice(0, half)), treeHash(leaves.slice(half))]
    : [...inclusionPath(index - half, leaves.slice(half)), treeHash(leaves.slice(0, half))];
}

/** RFC 6962 section 2.1.2. */
export function consistencyPath(first, leaves, isWhole = true) {
  if (first === leaves.length) return isWhole ? [] : [treeHash(leaves)];
  const half = split(leaves.length);
  return first <= half
    ? [...consistencyPath(first, leaves.slice(0, half), isWhole), treeHash(leaves.slice(half))]
    : [
        ...consistencyPath(first - half, leaves.slice(half), false),
        treeHash(leaves.slice(0, half)),
      ];
}

/** The roots of the complete subtrees of so many leaves, the largest first. */
export function frontierOf(leaves) {
  const nodes = [];
  let start = 0;
  for (let bit = 2 ** 30; bit >= 1; bit /= 2) {
    if (leaves.length - start < bit) continue;
    nodes.push(treeHash(leaves.slice(start, start + bit)).toString('hex'));
    start += bit;
  }
  return nodes;
}

/** Writes a ledger record by record, as well or as badly as it is told. */
export class Forger {
  constructor(notary, key, label = 'a') {
    this.notary = notary;
    this.key = key;
    this.label = label;
    this.log = `log_${label.repeat(22)}`;
    this.boot = `boot_${label.repeat(22)}`;
    this.records = [];
    this.epoch = 0;
    this.salts = 0;
  }

  get leaves() {
    return this.records.map(({ line }) => leafOf(line));
  }

  get place() {
    const seq = this.records.length;
    const last = this.records.at(-1);
    return {
      boot: this.boot,
      log: this.log,
      mono: seq * 10,
      prev: last ? digestOf(leafOf(last.line)) : `sha256:${'0'.repeat(64)}`,
      seq,
      ts: new Date(START + seq * 1000).toISOString(),
    };
  }

  /** @param changes members of the record that are other than they should be. */
  add(type, body, changes = {}) {
    const disclosures = [];
    const sealed = this.seal(type, body, disclosures);
    return this.addLine(
      canonicalize({ v: 1, type, ...this.place, body: sealed, ...changes }),
      disclosures,
    );
  }

  addLine(line, disclosures = []) {
    this.records.push({ line, disclosures });
    return this;
  }

  /** A copy to go on from. */
  fork() {
    return Object.assign(new Forger(this.notary, this.key, this.label), this, {
      records: this.records.map((record) => ({ ...record })),
    });
  }

  genesis(changes = {}) {
    return this.add('genesis', { software: 'vectors 1', checkpointKey: this.key.jwk }, changes);
  }

  /** @param wrong `key`, `typ`, `payload` and `jws` are other than they should be where they are given. */
  checkpoint({ key = this.key, typ = 'axtary-checkpoint+jwt', payload = {}, jws, place } = {}) {
    const own = { ...this.place, ...place };
    const root = digestOf(treeHash(this.leaves));
    const signed = this.sign(key, typ, { ...own, root, ...payload });
    return this.add('checkpoint', { jws: jws?.(signed) ?? signed }, own);
  }

  keyEpoch(next, { old = this.key, fresh = next, epoch = this.epoch + 1, payload = {} } = {}) {
    const statement = { ...this.place, epoch, key: next.jwk, ...payload };
    const signatures = {
      old: this.sign(old, 'axtary-key-epoch+jwt', statement),
      new: this.sign(fresh, 'axtary-key-epoch+jwt', statement),
    };
    this.add('key_epoch', { epoch, key: next.jwk, signatures });
    this.key = next;
    this.epoch++;
    return this;
  }

  sign(key, typ, payload) {
    const header = canonicalize({ alg: 'ES256', kid: key.kid, typ });
    return this.notary.sign(key, header, canonicalize(payload));
  }

  seal(path, object, disclosures) {
    const names = SEALED[path] ?? [];
    const open = {};
    const digests = [];
    for (const [name, value] of Object.entries(object)) {
      const inner = `${path}.${name}`;
      if (names.includes(name)) {
        const text = canonicalize([this.salt(), name, value]);
        disclosures.push({ name, text });
        digests.push(disclosureDigest(text));
      } else
        open[name] =
          inner in SEALED || inner === 'decision.action'
            ? this.seal(inner, value, disclosures)
            : value;
    }
    return digests.length > 0 ? { ...open, _sd: digests.sort() } : open;
  }

  salt() {
    const bytes = createHash('sha256').update(`${this.log} salt ${this.salts++}`).digest();
    return base64url(bytes.subarray(0, 16));
  }
}

export function disclosureDigest(text) {
  return base64url(createHash('sha256').update(base64url(text)).digest());
}

/**
 * An export of a ledger whose last record is a checkpoint.
 *
 * `seqs` selects records. `header`, `keys`, `lines` and `manifest` change what comes out, each
 * before the manifest is signed; `signer` signs that.
 */
export function exportOf(ledger, options = {}) {
  const size = ledger.records.length - 1;
  const { from = 0, seqs } = options;
  const chosen = [...ledger.records.keys()].filter((seq) =>
    seqs ? seqs.includes(seq) || seq === size : seq >= from,
  );
  const keys = ledger.records
    .filter(({ line }) => /"type":"(?:genesis|key_epoch)","v":1\}$/.test(line))
    .map(({ line }) => canonicalize({ key: line }));
  const lines = [
    canonicalize({ export: headerOf(ledger, options) }),
    ...(options.keys?.(keys) ?? keys),
    ...chosen.flatMap((seq) => linesOf(ledger, seq, options)),
  ];
  const text = (options.lines?.(lines) ?? lines).map((line) => `${line}\n`).join('');
  const payload = { ...manifestOf(ledger, chosen, options), content: sha256(text) };
  const { signer = ledger.key, typ = 'axtary-export+jwt' } = options;
  const jws = ledger.sign(signer, typ, { ...payload, ...options.manifest });
  return `${text}${canonicalize({ manifest: options.jws?.(jws) ?? jws })}\n`;
}

/** Leaf hashes of the records that the last checkpoint signs, and their root. */
function treeOf({ leaves }) {
  const signed = leaves.slice(0, -1);
  return { signed, root: digestOf(treeHash(signed)) };
}

function headerOf(ledger, { from = 0, seqs, select, redact = [], header: changes = {} }) {
  const { signed, root } = treeOf(ledger);
  const before = signed.slice(0, from);
  const start = {
    prev: digestOf(signed[from - 1] ?? signed[0]),
    tree: { nodes: frontierOf(before), size: from },
  };
  const header = {
    format: 1,
    from,
    log: ledger.log,
    root,
    size: signed.length,
    ...(from > 0 && !seqs ? start : {}),
    ...(seqs && { select: select ?? { types: ['decision'] } }),
    ...(redact.length > 0 && { redact }),
  };
  return changed(header, changes);
}

function linesOf(ledger, seq, { seqs, redact = [] }) {
  const { line, disclosures } = ledger.records[seq];
  const { signed } = treeOf(ledger);
  const left = disclosures.filter(({ name }) => !redact.includes(name));
  const lines = [];
  if (seqs && seq < signed.length) {
    lines.push(canonicalize({ inclusion: inclusionPath(seq, signed).map(digestOf) }));
  }
  if (left.length > 0) lines.push(`{"disclosures":[${left.map(({ text }) => text).join(',')}]}`);
  return [...lines, line];
}

function manifestOf(ledger, chosen, { redact = [], since }) {
  const { signed, root } = treeOf(ledger);
  const sealed = chosen.flatMap((seq) => ledger.records[seq].disclosures);
  return {
    created: '2026-01-03T00:00:00.000Z',
    head: digestOf(ledger.leaves.at(-1)),
    hidden: sealed.filter(({ name }) => redact.includes(name)).length,
    log: ledger.log,
    records: chosen.length,
    root,
    size: signed.length,
    software: 'vectors 1',
    ...(since !== undefined && { consistency: consistencyOf(signed, since) }),
  };
}

function consistencyOf(signed, size) {
  const proof = consistencyPath(size, signed).map(digestOf);
  return { proof, root: digestOf(treeHash(signed.slice(0, size))), size };
}
