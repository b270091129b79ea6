"""As much of JSON Schema (draft 2020-12) as the schemas of records use."""

import re


def is_valid(value, schema):
    """Whether a value meets a schema. Lengths of texts are counted in UTF-16 code units."""
    if schema is True or schema == {}:
        return True
    return all(_CHECKS[name](value, argument, schema) for name, argument in schema.items() if name in _CHECKS)


def _type(value, names, _schema):
    return any(_TYPES[name](value) for name in ([names] if isinstance(names, str) else names))


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "number": _is_number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def _same(one, other):
    return type(one) is type(other) and one == other


def _length(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _members(value, properties, schema):
    if not isinstance(value, dict):
        return True
    more = schema.get("additionalProperties", True)
    for name, member in value.items():
        known = properties.get(name)
        if known is None and more is False:
            return False
        if not is_valid(member, more if known is None else known):
            return False
    return True


def _additional(value, more, schema):
    return True if "properties" in schema else _members(value, {}, {"additionalProperties": more})


def _names(value, names, _schema):
    return not isinstance(value, dict) or all(is_valid(name, names) for name in value)


def _ordered(holds):
    return lambda value, bound, _schema: not _is_number(value) or holds(value, bound)


def _sized(kind, size, holds):
    return lambda value, bound, _schema: not isinstance(value, kind) or holds(size(value), bound)


_AT_LEAST = lambda size, bound: size >= bound
_AT_MOST = lambda size, bound: size <= bound

_CHECKS = {
    "type": _type,
    "const": lambda value, constant, _schema: _same(value, constant),
    "enum": lambda value, values, _schema: any(_same(value, one) for one in values),
    "pattern": lambda value, pattern, _schema: not isinstance(value, str) or re.search(pattern.replace("$", r"\Z"), value) is not None,
    "minLength": _sized(str, _length, _AT_LEAST),
    "maxLength": _sized(str, _length, _AT_MOST),
    "minimum": _ordered(lambda value, bound: value >= bound),
    "maximum": _ordered(lambda value, bound: value <= bound),
    "exclusiveMinimum": _ordered(lambda value, bound: value > bound),
    "required": lambda value, names, _schema: not isinstance(value, dict) or all(name in value for name in names),
    "properties": _members,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": lambda value, items, _schema: not isinstance(value, list) or all(is_valid(element, items) for element in value),
    "minItems": _sized(list, len, _AT_LEAST),
    "maxItems": _sized(list, len, _AT_MOST),
    "anyOf": lambda value, options, _schema: any(is_valid(value, option) for option in options),
    "oneOf": lambda value, options, _schema: sum(is_valid(value, option) for option in options) == 1,
}
