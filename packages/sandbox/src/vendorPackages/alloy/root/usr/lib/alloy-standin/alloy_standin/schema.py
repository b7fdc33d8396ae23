"""How arguments of a component are described and checked against what a block says."""

import re

from .diagnostics import Problem
from .values import Live, evaluate, type_name

UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
BYTES = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}


class Arg:
    """An attribute: its kind and whether it must be given.

    Kinds: string, bool, number, duration, size, list, map, targets, metrics, logs (lists of receivers), rules.
    """

    def __init__(self, kind, required=False, default=None):
        self.kind = kind
        self.required = required
        self.default = default


class Sub:
    """A block within a block: its fields, and whether it may stand more than once or must stand."""

    def __init__(self, fields, many=False, required=False):
        self.fields = fields
        self.many = many
        self.required = required


def required(kind):
    return Arg(kind, required=True)


def seconds(text):
    """Length of a duration as Go writes it. Raises ValueError."""
    if text == "0":
        return 0.0
    parts = DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError('time: invalid duration "%s"' % text)
    return sum(float(number) * UNITS[unit] for number, unit in parts)


def size_in_bytes(text):
    """Bytes of a size such as `8KB` or `1MiB`. Raises ValueError."""
    match = re.fullmatch(r"(\d+)\s*([KMG]?I?B)?", text.upper())
    if not match:
        raise ValueError("units: invalid %s" % text)
    return int(match.group(1)) * BYTES[match.group(2) or "B"]


class Arguments(dict):
    """Values by attribute; blocks within by name, as one Arguments, as a list of them, or None.

    `ordered` has the blocks within as pairs of name and Arguments in the order of the text, for those whose order matters.
    """

    def __init__(self, block):
        super().__init__()
        self.block = block
        self.ordered = []


def read_arguments(block, fields, resolve, problems):
    """What a block says, checked. Adds to `problems` what is wrong with it."""
    arguments = Arguments(block)
    for name, field in fields.items():
        if isinstance(field, Sub):
            arguments[name] = [] if field.many else None
        else:
            arguments[name] = field.default
    seen = set()
    for attribute in block.attributes():
        field = fields.get(attribute.name)
        if attribute.name in seen:
            problems.append(
                Problem('attribute "%s" may only be provided once' % attribute.name, attribute.start, attribute.end)
            )
        elif field is None:
            problems.append(
                Problem('unrecognized attribute name "%s"' % attribute.name, attribute.start, attribute.end)
            )
        elif isinstance(field, Sub):
            problems.append(
                Problem(
                    '"%s" must be a block, but is used as an attribute' % attribute.name,
                    attribute.start,
                    attribute.end,
                )
            )
        else:
            arguments[attribute.name] = _value(attribute, field, resolve, problems)
        seen.add(attribute.name)
    for inner in block.blocks():
        _read_block(inner, fields, resolve, problems, arguments, seen)
        seen.add(inner.name)
    for name, field in fields.items():
        if field.required and name not in seen:
            what = "block" if isinstance(field, Sub) else "attribute"
            problems.append(Problem('missing required %s "%s"' % (what, name), block.start, block.head_end))
    return arguments


def _read_block(inner, fields, resolve, problems, arguments, seen):
    field = fields.get(inner.name)
    if field is None:
        problems.append(Problem('unrecognized block name "%s"' % inner.name, inner.start, inner.head_end))
    elif not isinstance(field, Sub):
        problems.append(
            Problem('"%s" must be an attribute, but is used as a block' % inner.name, inner.start, inner.head_end)
        )
    elif not field.many and inner.name in seen:
        problems.append(Problem('block "%s" may only be specified once' % inner.name, inner.start, inner.head_end))
    else:
        read = read_arguments(inner, field.fields, resolve, problems)
        arguments.ordered.append((inner.name, read))
        if field.many:
            arguments[inner.name].append(read)
        else:
            arguments[inner.name] = read


def _value(attribute, field, resolve, problems):
    value = evaluate(attribute.value, resolve)
    try:
        return _convert(value, field.kind)
    except ValueError as error:
        problems.append(Problem(str(error), attribute.value.start, attribute.value.end))
        return field.default


def _convert(value, kind):
    if kind == "duration":
        return seconds(_expect(value, str, "string"))
    if kind == "size":
        return size_in_bytes(_expect(value, str, "string"))
    if kind == "string":
        return _expect(value, str, "string")
    if kind == "bool":
        return _expect(value, bool, "bool")
    if kind == "number":
        return _expect(value, (int, float), "number")
    if kind == "map":
        return _expect(value, dict, "object")
    if kind in ("metrics", "logs"):
        for receiver in _expect(value, list, "array"):
            if getattr(receiver, "takes", None) != kind:
                raise ValueError("expected capsule, got %s" % type_name(receiver))
        return value
    if kind == "rules":
        if type_name(value) != "capsule" and value != {}:
            raise ValueError("expected capsule, got %s" % type_name(value))
        return value
    return _expect(value, (list, Live), "array")


def _expect(value, types, word):
    if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
        raise ValueError("expected %s, got %s" % (word, type_name(value)))
    return value
