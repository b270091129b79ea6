"""Exports (section 6): their lines, their proofs and their manifest."""

import hashlib
import json

from canonical import Fault, canonicalize, read_line
from records import Chain, Key, Order, Tree, leaf_of, next_key, parse_record, place_of, sha256, spell, unspell
from schema import is_valid

MAX_REST = 2 * 1024 * 1024

_HASH = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_HASHES = {"type": "array", "maxItems": 64, "items": _HASH}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
_LOG = {"type": "string", "pattern": "^log_[A-Za-z0-9_-]{22}$"}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 256}
_NAMES = {"type": "array", "maxItems": 1000, "items": _TEXT}
_TIME = {"type": "string", "maxLength": 64}


def _closed(required, **optional):
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {**required, **optional},
    }


_HEADER = _closed(
    {"format": {"const": 1}, "log": _LOG, "from": _COUNT, "size": _COUNT, "root": _HASH},
    prev=_HASH,
    tree=_closed({
        "size": _COUNT,
        "nodes": {"type": "array", "maxItems": 64, "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
    }),
    select=_closed({}, types=_NAMES, since=_TIME, until=_TIME, agents=_NAMES, tools=_NAMES),
    redact=_NAMES,
)
_MANIFEST = _closed(
    {
        "log": _LOG, "size": _COUNT, "root": _HASH, "head": _HASH, "records": _COUNT, "hidden": _COUNT,
        "content": _HASH,
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"},
        "software": {"type": "string", "minLength": 1, "maxLength": 512},
    },
    consistency=_closed({"size": _COUNT, "root": _HASH, "proof": _HASHES}),
)
_LINES = {
    "header": _closed({"export": _HEADER}),
    "key": _closed({"key": {"type": "string", "maxLength": 16384}}),
    "inclusion": _closed({"inclusion": _HASHES}),
    "manifest": _closed({"manifest": {"type": "string", "maxLength": 16384}}),
}


def _read(kind, line):
    try:
        value = read_line(line)
    except Fault as fault:
        raise Fault("EXPORT_MALFORMED") from fault
    if not is_valid(value, _LINES[kind]):
        raise Fault("EXPORT_MALFORMED", f"not a {kind}")
    return next(iter(value.values()))


class Keys:
    """The keys of a ledger from its genesis on (section 6, step 3)."""

    def __init__(self, log):
        self._log = log
        self._known = []
        self.genesis = None

    def add(self, text):
        try:
            self._add(text.encode("utf-8", "surrogatepass"))
        except (Fault, ValueError) as error:
            raise Fault("KEYS_INVALID", str(error)) from error

    def _add(self, line):
        record, _hidden = parse_record(line, None)
        if record["log"] != self._log:
            raise ValueError("another log")
        if not self._known:
            if record["type"] != "genesis" or record["seq"] != 0:
                raise ValueError("no genesis")
            if "checkpointKey" not in record["body"]:
                raise ValueError("the genesis names no key")
            self.genesis = line
            self._known.append((0, 0, Key(record["body"]["checkpointKey"])))
            return
        seq, epoch, key = self._known[-1]
        if record["type"] != "key_epoch" or record["seq"] <= seq:
            raise ValueError("no next key")
        self._known.append((record["seq"], epoch + 1, next_key(record, epoch, key)))

    def before(self, seq):
        """Epoch and key in force before a record; None where there is none."""
        known = [(epoch, key) for at, epoch, key in self._known if at < seq]
        return known[-1] if known else (0, None)

    @property
    def genesis_kid(self):
        return self._known[0][2].kid if self._known else None


def includes(index, size, leaf, root, proof):
    """Inclusion proof of RFC 9162 section 2.1.3.2."""
    if index >= size:
        return False
    at, last, node = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at % 2 == 1 or at == last:
            node = sha256(b"\1" + step + node)
            while at % 2 == 0 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            node = sha256(b"\1" + node + step)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(first, first_root, second, second_root, proof):
    """Consistency proof of RFC 9162 section 2.1.4.2; the empty tree begins every other."""
    if first > second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == sha256(b"")
    steps = list(proof)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        return False
    at, last = first - 1, second - 1
    while at % 2 == 1:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at % 2 == 1 or at == last:
            old, new = sha256(b"\1" + step + old), sha256(b"\1" + step + new)
            while at % 2 == 0 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            new = sha256(b"\1" + new + step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


class ExportVerifier:
    """Takes an export line by line; raises Fault at the first check that fails."""

    def __init__(self, known):
        self._known = known
        self._content = hashlib.sha256()
        self._header = self._keys = self._chain = self._order = None
        self._inclusion = self._disclosures = None
        self._manifest = self.end = None
        self.next = self.records = self.hidden = 0

    @property
    def dangling(self):
        return self._order.dangling if self._order else 0

    @property
    def is_begun(self):
        return self._header is not None

    @property
    def is_whole(self):
        return self._manifest is not None

    def take(self, line):
        if self._manifest is not None:
            raise Fault("EXPORT_MALFORMED")
        if self._header is None:
            self._header = _read("header", line)
            self._keys = Keys(self._header["log"])
        elif line.startswith(b'{"manifest":'):
            return self._take_manifest(line)
        elif line.startswith(b'{"key":'):
            self._take_key(line)
        elif line.startswith(b'{"inclusion":') and not self._is_within:
            self._inclusion = _read("inclusion", line)
        elif line.startswith(b'{"disclosures":[[') and self._disclosures is None:
            self._disclosures = line
        else:
            self._take_record(line)
        self._content.update(line + b"\n")
        return None

    @property
    def _is_within(self):
        return self._inclusion is not None or self._disclosures is not None

    def _take_key(self, line):
        key = _read("key", line)
        if self._is_within or self._order is not None:
            raise Fault("EXPORT_MALFORMED")
        self._keys.add(key)

    def _begin(self):
        header = self._header
        start, is_selection = header["from"], "select" in header
        is_part = start > 0 or is_selection
        self.next = start
        self._order = Order(is_part)
        tree = header.get("tree")
        if is_part and not is_selection:
            is_tree = tree is not None and tree["size"] == start and len(tree["nodes"]) == bin(start).count("1")
            if "prev" not in header or not is_tree:
                raise Fault("EXPORT_MALFORMED")
        self._known.check_genesis(self._keys.genesis_kid)
        self._known.check_log(header["log"])
        if not is_part:
            self._chain = Chain(may_hide=True)
        elif not is_selection:
            epoch, key = self._keys.before(start)
            nodes = [bytes.fromhex(node) for node in tree["nodes"]]
            self._chain = Chain(start, header["prev"], Tree(start, nodes), header["log"], key, epoch, True)
            self._known.check(start, header["prev"], self._chain.tree.root())

    def _take_record(self, line):
        disclosures, inclusion = self._disclosures, self._inclusion
        self._disclosures = self._inclusion = None
        if self._order is None:
            self._begin()
        if self.end is not None:
            raise Fault("EXPORT_MALFORMED")
        if self._chain is not None:
            self._take_next(line, disclosures)
        else:
            self._take_selected(line, disclosures, inclusion or [])

    def _take_next(self, line, disclosures):
        chain, header = self._chain, self._header
        is_last = chain.size == header["size"]
        root = chain.tree.root() if is_last else None
        record, hidden = chain.accept(line, disclosures)
        if record["seq"] == 0 and line != self._keys.genesis:
            raise Fault("KEYS_INVALID")
        self._note(record, hidden)
        self._known.check(chain.size, chain.head, chain.tree.root())
        if is_last:
            if record["type"] != "checkpoint" or spell(root) != header["root"]:
                raise Fault("MANIFEST_MISMATCH")
            _epoch, key = self._keys.before(chain.size)
            if (key and key.kid) != (chain.key and chain.key.kid):
                raise Fault("KEYS_INVALID")
            self.end = (chain.size, chain.head)
        self.next = chain.size

    def _note(self, record, hidden):
        self.records += 1
        self.hidden += hidden
        self._order.check(record)

    def _take_selected(self, line, disclosures, inclusion):
        header = self._header
        record, hidden = parse_record(line, disclosures)
        seq = record["seq"]
        if record["log"] != header["log"]:
            raise Fault("LOG_MISMATCH")
        if seq < self.next:
            raise Fault("SEQ_MISMATCH")
        self.next = seq
        if seq == header["size"]:
            self._take_end(line, record, hidden)
        else:
            proof = [unspell(step) for step in inclusion]
            if not includes(seq, header["size"], leaf_of(line), unspell(header["root"]), proof):
                raise Fault("INCLUSION_INVALID")
            self._note(record, hidden)
        self.next = seq + 1

    def _take_end(self, line, record, hidden):
        size, root = self._header["size"], self._header["root"]
        _epoch, key = self._keys.before(size)
        if key is None:
            raise Fault("KEYS_INVALID")
        try:
            if record["type"] != "checkpoint":
                raise ValueError("no checkpoint")
            key.assert_signed("axtary-checkpoint+jwt", record["body"]["jws"], {**place_of(record), "root": root})
        except ValueError as error:
            raise Fault("CHECKPOINT_INVALID", str(error)) from error
        head = spell(leaf_of(line))
        self.end = (size + 1, head)
        self._note(record, hidden)
        self._known.check(size, record["prev"], unspell(root))
        self._known.check_head(size + 1, head)

    def _take_manifest(self, line):
        jws = _read("manifest", line)
        if self._is_within:
            raise Fault("EXPORT_MALFORMED")
        _epoch, key = self._keys.before(self._header["size"] + 1)
        if key is None:
            raise Fault("KEYS_INVALID")
        try:
            payload = key.read("axtary-export+jwt", jws)
            manifest = json.loads(payload)
            if not is_valid(manifest, _MANIFEST) or canonicalize(manifest).encode() != payload:
                raise ValueError("no manifest")
        except ValueError as error:
            raise Fault("MANIFEST_INVALID", str(error)) from error
        self._manifest = manifest
        self._compare(manifest)

    def _compare(self, manifest):
        header = self._header
        if self.end is None:
            raise Fault("MANIFEST_MISMATCH")
        expected = {name: header[name] for name in ("log", "size", "root")}
        expected.update(head=self.end[1], records=self.records, content=spell(self._content.digest()))
        if any(manifest[name] != value for name, value in expected.items()):
            raise Fault("MANIFEST_MISMATCH")
        if manifest["hidden"] != self.hidden or (self.hidden > 0 and "redact" not in header):
            raise Fault("REDACTION_UNDECLARED")
        claim = manifest.get("consistency")
        if claim is None:
            return
        proof = [unspell(step) for step in claim["proof"]]
        if not is_consistent(claim["size"], unspell(claim["root"]), header["size"], unspell(header["root"]), proof):
            raise Fault("CONSISTENCY_INVALID")
        self._known.check_root(claim["size"], claim["root"])
