#!/usr/bin/env python3
"""A second verifier of ledgers and exports, written from docs/ledger-format.md.

    verify.py export FILE [--trust-root KID] [--anchors JSON]
    verify.py ledger FILE [--trust-root KID] [--anchors JSON]
    verify.py vectors exports.json

Prints one line of JSON for each file; ends with 0, 1, 3 or 4 as the verdict says.
"""

import argparse
import json
import pathlib
import sys

from canonical import Fault
from export import MAX_REST, ExportVerifier
from records import Chain, Order, spell

EXIT_CODES = {"VALID_ANCHORED": 0, "INVALID": 1, "VALID_UNANCHORED": 3, "INCOMPLETE": 4}


class Known:
    """What is known from outside: the trust root, and states of the ledger."""

    def __init__(self, trust_root=None, anchors=()):
        self._trust_root = trust_root
        self._anchors = list(anchors)
        self.confirmed = 0

    @property
    def largest(self):
        return max((anchor["size"] for anchor in self._anchors), default=0)

    def check_genesis(self, kid):
        if self._trust_root is not None and kid != self._trust_root:
            raise Fault("TRUST_ROOT_MISMATCH")

    def check_log(self, log):
        if any(anchor["log"] != log for anchor in self._anchors):
            raise Fault("ANCHOR_MISMATCH")

    def check(self, size, head, root):
        self._compare(size, {"head": head, "root": spell(root)}, needed=())

    def check_head(self, size, head):
        self._compare(size, {"head": head}, needed=("head",))

    def check_root(self, size, root):
        self._compare(size, {"root": root}, needed=("root",))

    def _compare(self, size, state, needed):
        for anchor in self._anchors:
            if anchor["size"] != size or any(name not in anchor for name in needed):
                continue
            if any(anchor.get(name, value) != value for name, value in state.items()):
                raise Fault("ANCHOR_MISMATCH")
            self.confirmed = max(self.confirmed, size)


def verify_export(path, known):
    data = pathlib.Path(path).read_bytes()
    verifier = ExportVerifier(known)
    *lines, rest = data.split(b"\n")
    try:
        for line in lines:
            verifier.take(line)
        if verifier.is_whole and rest:
            raise Fault("EXPORT_MALFORMED")
        if len(rest) > MAX_REST:
            raise Fault("LINE_TOO_LONG")
    except Fault as fault:
        return report("INVALID", fault.code, verifier.next, verifier)
    if not data:
        return report("INCOMPLETE", "EMPTY", 0, verifier)
    if not verifier.is_whole:
        return report("INCOMPLETE", "TORN_TAIL" if rest else "MANIFEST_MISSING", verifier.next, verifier)
    if known.largest > verifier.end[0]:
        return report("INVALID", "TRUNCATED", verifier.end[0], verifier)
    return report("VALID_ANCHORED" if known.confirmed else "VALID_UNANCHORED", None, None, verifier)


class LedgerVerifier:
    """A ledger with its segments (section 5)."""

    def __init__(self, known):
        self._known = known
        self._chain, self._order = Chain(), Order(False)
        self.hidden = 0

    @property
    def next(self):
        return self._chain.size

    @property
    def records(self):
        return self._chain.size

    @property
    def dangling(self):
        return self._order.dangling

    def take(self, line, disclosures):
        chain = self._chain
        record, _hidden = chain.accept(line, disclosures)
        try:
            self._order.check(record)
            if chain.size == 1:
                self._known.check_genesis(chain.key and chain.key.kid)
                self._known.check_log(chain.log)
            self._known.check(chain.size, chain.head, chain.tree.root())
        except Fault as fault:
            raise Fault(fault.code, str(fault), chain.size - 1) from fault


def verify_ledger(path, known):
    verifier = LedgerVerifier(known)
    segments = sorted(pathlib.Path(f"{path}.segments").glob("[0-9]*.jsonl"))
    rest = b""
    try:
        for file in [*segments, pathlib.Path(path)]:
            if rest:
                raise Fault("MALFORMED")
            rest = _take_file(file.read_bytes(), verifier)
    except Fault as fault:
        return report("INVALID", fault.code, verifier.next if fault.seq is None else fault.seq, verifier)
    if known.largest > verifier.next:
        return report("INVALID", "TRUNCATED", verifier.next, verifier)
    if rest:
        return report("INCOMPLETE", "TORN_TAIL", verifier.next, verifier)
    if verifier.next == 0:
        return report("INCOMPLETE", "EMPTY", 0, verifier)
    return report("VALID_ANCHORED" if known.confirmed else "VALID_UNANCHORED", None, None, verifier)


def _take_file(data, verifier):
    disclosures, done = None, 0
    for line in data.split(b"\n")[:-1]:
        end = len(line) + 1
        if disclosures is None and line.startswith(b'{"disclosures":[['):
            disclosures = line
            continue
        verifier.take(line, disclosures)
        done += end + (0 if disclosures is None else len(disclosures) + 1)
        disclosures = None
    rest = data[done:]
    if rest and not _is_torn(rest):
        raise Fault("MALFORMED")
    return rest


def _is_torn(rest):
    written = rest.rstrip(b"\0")
    if b"\n" not in written:
        return _is_begun(written, b'{"disclosures":[[') or _is_begun(written, b'{"body":{')
    first, tail = written.split(b"\n", 1)
    return first.startswith(b'{"disclosures":[[') and _is_begun(tail, b'{"body":{')


def _is_begun(data, start):
    if data[: len(start)] != start[: len(data)]:
        return False
    try:
        json.loads(data[:-1])
        return False
    except ValueError:
        return True


def report(verdict, code, seq, verifier):
    return {
        "verdict": verdict, "code": code, "seq": seq, "records": verifier.records,
        "hidden": verifier.hidden, "danglingIntents": verifier.dangling,
    }


def run_vectors(index):
    """Prints each disagreement, and the count of cases."""
    cases = json.loads(pathlib.Path(index).read_text())
    wrong = 0
    for case in cases:
        known = Known(case.get("trustRoot"), case.get("anchors", []))
        found = verify_export(pathlib.Path(index).parent / case["file"], known)
        if any(found[name] != case.get(name) for name in ("verdict", "code", "seq")):
            wrong += 1
            print(json.dumps({"file": case["file"], "expected": case, "found": found}))
    print(json.dumps({"cases": len(cases), "disagreements": wrong}))
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["export", "ledger", "vectors"])
    parser.add_argument("file")
    parser.add_argument("--trust-root")
    parser.add_argument("--anchors", default="[]", help="JSON: a list of {log, size, head, root}")
    given = parser.parse_args()
    if given.what == "vectors":
        return run_vectors(given.file)
    known = Known(given.trust_root, json.loads(given.anchors))
    found = (verify_export if given.what == "export" else verify_ledger)(given.file, known)
    print(json.dumps(found))
    return EXIT_CODES[found["verdict"]]


if __name__ == "__main__":
    sys.exit(main())
