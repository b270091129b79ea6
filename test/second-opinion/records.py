"""Records: sealed members, signatures, the chain and the order (sections 2 to 5)."""

import base64
import hashlib
import json
import pathlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from canonical import Fault, canonicalize, read_line
from schema import is_valid

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
WHOLE = json.loads((SCHEMAS / "ledger-record.schema.json").read_text())
REDACTED = json.loads((SCHEMAS / "ledger-record-redacted.schema.json").read_text())
NO_HASH = "sha256:" + "0" * 64

SEALED = {
    "decision": {
        (): {"actionHash", "payloadHash"},
        ("action",): {"context", "intent"},
        ("action", "actor"): {"human"},
        ("action", "capability"): {"constraints", "resource"},
    },
    "approval": {(): {"artifact", "denied"}},
    "pass": {(): {"actionHash", "payloadHash"}},
    "intent": {(): {"actionHash", "payloadHash", "resource", "usage"}},
    "outcome": {(): {"error", "result", "resultHash"}},
    "reconciliation": {(): {"reason"}},
    "revocation": {(): {"reason"}},
    "policy_change": {(): {"workspace"}},
    "key": {(): {"name"}},
}


def sha256(data):
    return hashlib.sha256(data).digest()


def spell(digest):
    return "sha256:" + digest.hex()


def unspell(text):
    return bytes.fromhex(text[len("sha256:"):])


def leaf_of(line):
    return sha256(b"\0" + line)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text):
    """The bytes of base64url in its one canonical spelling; raises ValueError for any other."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


class Key:
    """A public P-256 key that signs for a ledger."""

    def __init__(self, jwk):
        x, y = (int.from_bytes(unbase64url(jwk[name]), "big") for name in ("x", "y"))
        self._key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        self.kid = base64url(sha256(canonicalize(jwk).encode()))

    def read(self, typ, jws):
        """The payload of a compact JWS by this key; raises ValueError for anything else."""
        parts = re.fullmatch(r"([\w-]+)\.([\w-]+)\.([\w-]{86})", jws, re.ASCII)
        if not parts:
            raise ValueError("not a compact JWS")
        header, payload, signature = (unbase64url(part) for part in parts.groups())
        if json.loads(header) != {"alg": "ES256", "kid": self.kid, "typ": typ}:
            raise ValueError("another header")
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        signed = jws[: jws.rindex(".")].encode()
        try:
            self._key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise ValueError("the signature does not verify") from error
        return payload

    def assert_signed(self, typ, jws, payload):
        if self.read(typ, jws) != canonicalize(payload).encode():
            raise ValueError("it signs something else")


def parse_record(line, disclosures):
    """A record with its members opened, and how many of them are hidden."""
    record = read_line(line)
    if not isinstance(record, dict):
        raise Fault("MALFORMED")
    if not isinstance(record.get("body"), dict) or not isinstance(record.get("type"), str):
        raise Fault("SCHEMA_MISMATCH")
    opened = {} if disclosures is None else _read_disclosures(disclosures)
    body, hidden = _open(record["type"], record["body"], opened)
    record = {**record, "body": body}
    if not is_valid(record, REDACTED if hidden else WHOLE):
        raise Fault("SCHEMA_MISMATCH")
    if record["type"] == "key" and {"d", "k"} & set(body["jwk"]):
        raise Fault("SCHEMA_MISMATCH")
    return record, hidden


def _read_disclosures(line):
    value = read_line(line)
    listed = value.get("disclosures") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(listed, list) or not listed:
        raise Fault("MALFORMED")
    by_digest = {}
    for one in listed:
        if not _is_disclosure(one):
            raise Fault("MALFORMED")
        text = base64url(canonicalize(one).encode())
        by_digest[base64url(sha256(text.encode()))] = one
    if len(by_digest) != len(listed):
        raise Fault("MALFORMED")
    return by_digest


def _is_disclosure(one):
    if not isinstance(one, list) or len(one) != 3 or not isinstance(one[0], str):
        return False
    return re.fullmatch(r"[A-Za-z0-9_-]{22}", one[0]) is not None and isinstance(one[1], str)


def _open(type_, body, disclosed):
    left = dict(disclosed)
    body, hidden = _open_object(SEALED.get(type_), (), body, left)
    if left:
        raise Fault("DISCLOSURE_MISMATCH")
    return body, hidden


def _open_object(plan, path, value, left):
    if plan is None:
        return value, 0
    sealed = plan.get(path, set())
    opened, hidden = {}, 0
    for name, member in value.items():
        if name in sealed:
            raise Fault("DISCLOSURE_MISMATCH")
        if name == "_sd" and (sealed or _leads_on(plan, path)):
            continue
        below = path + (name,)
        if isinstance(member, dict) and (below in plan or _leads_on(plan, below)):
            member, more = _open_object(plan, below, member, left)
            hidden += more
        opened[name] = member
    if "_sd" in value and (sealed or _leads_on(plan, path)):
        hidden += _put_back(opened, value["_sd"], sealed, left)
    return opened, hidden


def _leads_on(plan, path):
    return any(len(other) > len(path) and other[: len(path)] == path for other in plan)


def _put_back(opened, digests, sealed, left):
    is_list = isinstance(digests, list) and digests and all(
        isinstance(digest, str) and re.fullmatch(r"[A-Za-z0-9_-]{43}", digest) for digest in digests
    )
    if not is_list or sorted(set(digests)) != digests:
        raise Fault("DISCLOSURE_MISMATCH")
    hidden = 0
    for digest in digests:
        if digest not in left:
            hidden += 1
            continue
        _salt, name, value = left[digest]
        if name not in sealed or name in opened:
            raise Fault("DISCLOSURE_MISMATCH")
        opened[name] = value
        del left[digest]
    return hidden


def place_of(record):
    return {name: record[name] for name in ("boot", "log", "mono", "prev", "seq", "ts")}


def next_key(record, epoch, key):
    """The key that a key_epoch record begins; raises ValueError where it does not."""
    body = record["body"]
    new = Key(body["key"])
    if key is None or body["epoch"] != epoch + 1 or new.kid == key.kid:
        raise ValueError("not the next epoch")
    payload = {**place_of(record), "epoch": body["epoch"], "key": body["key"]}
    key.assert_signed("axtary-key-epoch+jwt", body["signatures"]["old"], payload)
    new.assert_signed("axtary-key-epoch+jwt", body["signatures"]["new"], payload)
    return new


class Tree:
    """The roots of complete subtrees, the largest first: enough to append and to give the root."""

    def __init__(self, size=0, nodes=()):
        self.size = size
        self._nodes = list(nodes)

    def append(self, leaf):
        size = self.size
        while size % 2 == 1:
            leaf = sha256(b"\1" + self._nodes.pop() + leaf)
            size //= 2
        self._nodes.append(leaf)
        self.size += 1

    def root(self):
        if not self._nodes:
            return sha256(b"")
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = sha256(b"\1" + node + root)
        return root


class Order:
    """The order rules; in a part, what is named may be outside."""

    def __init__(self, is_part):
        self._is_part = is_part
        self._decisions, self._passes, self._intents = {}, {}, {}

    @property
    def dangling(self):
        return sum(state == "open" for state in self._intents.values())

    def check(self, record):
        rule = getattr(self, f"_{record['type']}", None)
        if rule is not None:
            rule(record["body"])

    def _missing(self, code):
        if not self._is_part:
            raise Fault(code)

    def _decision(self, body):
        if body["decisionId"] in self._decisions:
            raise Fault("DECISION_REPEATED")
        self._decisions[body["decisionId"]] = body

    def _approval(self, body):
        if body["decisionId"] not in self._decisions:
            self._missing("DECISION_MISSING")

    def _pass(self, body):
        decision = self._decisions.get(body["decisionId"])
        if decision is None:
            self._missing("DECISION_MISSING")
        else:
            if decision["verdict"] != "allow":
                raise Fault("DECISION_NOT_ALLOW")
            _assert_same("actionHash", decision, body)
        if body["jti"] in self._passes:
            raise Fault("PASS_REPEATED")
        self._passes[body["jti"]] = body

    def _intent(self, body):
        if body["decisionId"] not in self._decisions:
            self._missing("DECISION_MISSING")
        issued = self._passes.get(body["jti"])
        if issued is None:
            self._missing("PASS_MISSING")
        if issued == "used":
            raise Fault("PASS_REUSED")
        if body["intentId"] in self._intents:
            raise Fault("INTENT_REPEATED")
        if issued is not None:
            for name in ("decisionId", "actionHash", "payloadHash"):
                _assert_same(name, issued, body)
        self._passes[body["jti"]] = "used"
        self._intents[body["intentId"]] = "open"

    def _outcome(self, body):
        state = self._intents.get(body["intentId"])
        if state is None:
            self._missing("INTENT_MISSING")
            return
        if state != "open":
            raise Fault("OUTCOME_REPEATED")
        is_unknown = body["status"] in ("unknown", "failed")
        self._intents[body["intentId"]] = "unknown" if is_unknown else "done"

    def _reconciliation(self, body):
        state = self._intents.get(body["intentId"])
        if state is None:
            self._missing("INTENT_MISSING")
            return
        if state != "unknown" and not (self._is_part and state == "open"):
            raise Fault("OUTCOME_NOT_UNKNOWN")
        self._intents[body["intentId"]] = "done"


def _assert_same(name, one, other):
    if name in one and name in other and one[name] != other[name]:
        raise Fault("BINDING_MISMATCH")


class Chain:
    """Follows records, one at a time (section 5, steps 1 to 5)."""

    def __init__(self, size=0, head=NO_HASH, tree=None, log=None, key=None, epoch=0, may_hide=False):
        self.size, self.head, self.log = size, head, log
        self.tree = tree or Tree()
        self.key, self.epoch = key, epoch
        self._may_hide = may_hide
        self._last = None
        self.unsigned = 0

    def accept(self, line, disclosures):
        record, hidden = parse_record(line, disclosures)
        if hidden and not self._may_hide:
            raise Fault("DISCLOSURE_MISSING")
        self._check_place(record)
        self._check_clock(record)
        self._check_type(record)
        leaf = leaf_of(line)
        self.tree.append(leaf)
        self.size, self.head, self.log = self.size + 1, spell(leaf), record["log"]
        self._last = record
        self.unsigned = 0 if record["type"] == "checkpoint" else self.unsigned + 1
        return record, hidden

    def _check_place(self, record):
        if record["seq"] != self.size:
            raise Fault("SEQ_MISMATCH")
        if self.size > 0 and record["log"] != self.log:
            raise Fault("LOG_MISMATCH")
        if record["prev"] != self.head:
            raise Fault("PREV_MISMATCH")
        if (record["type"] == "genesis") != (record["seq"] == 0):
            raise Fault("GENESIS_MISPLACED")

    def _check_clock(self, record):
        last = self._last
        if last is None:
            return
        if record["boot"] == last["boot"] and record["mono"] < last["mono"]:
            raise Fault("TIME_REVERSED")
        is_said = record["type"] == "clock_anomaly"
        holds = record["body"]["before"] == last["ts"] if is_said else record["ts"] >= last["ts"]
        if not holds:
            raise Fault("CLOCK_UNRECORDED")

    def _check_type(self, record):
        try:
            if record["type"] == "genesis" and "checkpointKey" in record["body"]:
                self.key = Key(record["body"]["checkpointKey"])
            if record["type"] == "checkpoint":
                self._check_signature(record)
        except ValueError as error:
            raise Fault("CHECKPOINT_INVALID", str(error)) from error
        if record["type"] != "key_epoch":
            return
        try:
            self.key, self.epoch = next_key(record, self.epoch, self.key), self.epoch + 1
        except ValueError as error:
            raise Fault("KEY_EPOCH_INVALID", str(error)) from error

    def _check_signature(self, record):
        if self.key is None:
            raise ValueError("no key")
        payload = {**place_of(record), "root": spell(self.tree.root())}
        self.key.assert_signed("axtary-checkpoint+jwt", record["body"]["jws"], payload)
