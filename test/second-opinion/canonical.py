"""Reading lines: strict JSON in the form of RFC 8785 (docs/ledger-format.md, section 1)."""

import decimal
import json
import math

MAX_LINE_BYTES = 1024 * 1024


class Fault(Exception):
    """A check that failed: its code, and the record if that is not the next one."""

    def __init__(self, code, message="", seq=None):
        super().__init__(message or code)
        self.code = code
        self.seq = seq


def read_line(line):
    """The value of a line, which must be written in its canonical form."""
    if len(line) > MAX_LINE_BYTES:
        raise Fault("LINE_TOO_LONG")
    try:
        text = line.decode("utf-8")
        value = json.loads(text, parse_constant=_no_constant, parse_int=_number, parse_float=_number)
        written = canonicalize(value)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Fault("MALFORMED", str(error)) from error
    if written != text:
        raise Fault("NOT_CANONICAL")
    return value


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")


def _number(text):
    """Numbers are those of ECMAScript: IEEE 754 doubles."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number that is not finite")
    return int(value) if value.is_integer() and abs(value) <= 2**53 - 1 else value


def canonicalize(value):
    """RFC 8785; raises ValueError for what it cannot write."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _write_number(value)
    if isinstance(value, str):
        return _write_string(value)
    if isinstance(value, list):
        return "[" + ",".join(canonicalize(element) for element in value) + "]"
    members = sorted(value.items(), key=lambda member: _utf16(member[0]))
    return "{" + ",".join(f"{_write_name(name)}:{canonicalize(member)}" for name, member in members) + "}"


def _utf16(text):
    return text.encode("utf-16-be", "surrogatepass")


def _write_name(name):
    if name == "__proto__":
        raise ValueError("a member named __proto__")
    return _write_string(name)


def _write_string(text):
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise ValueError("a lone surrogate")
    return json.dumps(text, ensure_ascii=False)


def _write_number(value):
    """Number::toString of ECMAScript; Python's repr has the same shortest digits."""
    if value == 0:
        return "0"
    if isinstance(value, int):
        return str(value)
    sign, digits, exponent = decimal.Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + exponent
    return ("-" if sign else "") + _place_point(text.rstrip("0"), point)


def _place_point(digits, point):
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = point - 1
    tail = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{tail}e{'+' if exponent >= 0 else '-'}{abs(exponent)}"
