"""Values of expressions: the functions that configurations may call, and values that change while the program runs."""

import os
import platform
import socket

from .diagnostics import fail
from .tree import Access, Array, Binary, Call, Literal, Name, Object, Unary, names_in

CONSTANTS = {"hostname": socket.gethostname(), "os": "linux", "arch": platform.machine().replace("x86_64", "amd64")}
NAMESPACES = {"sys", "constants", "array", "string", "convert"}
DEPRECATED = {"env": "sys.env", "concat": "array.concat", "format": "string.format", "join": "string.join"}


class Live:
    """A list that somebody else keeps up to date, such as targets that were discovered."""

    def __init__(self, current):
        self._current = current

    def current(self):
        """What is in it now."""
        return self._current()


def now(value):
    """The value as it is at this moment, live lists within it included."""
    if isinstance(value, Live):
        return now(value.current())
    if isinstance(value, list):
        return [now(item) for item in value]
    return value


def _concat(*lists):
    return Live(lambda: [item for part in lists for item in now(part)])


def _format(template, *arguments):
    return template.replace("%v", "%s").replace("%q", '"%s"') % arguments


FUNCTIONS = {
    "sys.env": lambda name: os.environ.get(name, ""),
    "array.concat": _concat,
    "string.format": _format,
    "string.join": lambda parts, separator: separator.join(parts),
    "string.split": lambda text, separator: text.split(separator),
    "string.replace": lambda text, old, new: text.replace(old, new),
    "string.to_lower": lambda text: text.lower(),
    "string.to_upper": lambda text: text.upper(),
    "string.trim": lambda text, characters: text.strip(characters),
    "string.trim_prefix": lambda text, prefix: text[len(prefix) :] if text.startswith(prefix) else text,
    "string.trim_suffix": lambda text, suffix: text[: -len(suffix)] if suffix and text.endswith(suffix) else text,
    "string.trim_space": lambda text: text.strip(),
    "coalesce": lambda *values: next((value for value in values if value), values[-1] if values else None),
    "convert.nonsensitive": lambda value: value,
}


def type_name(value):
    """The word of the vendor's messages for the type of a value."""
    if value is None:
        return "null"
    for types, word in (
        (bool, "bool"),
        ((int, float), "number"),
        (str, "string"),
        ((list, Live), "array"),
        (dict, "object"),
    ):
        if isinstance(value, types):
            return word
    return "capsule"


def references(expression):
    """The names in an expression that mean components: everything but functions and constants."""
    return [name for name in names_in(expression) if not _is_standard(name)]


def _is_standard(name):
    dotted = ".".join(name.parts)
    return name.parts[0] in NAMESPACES or dotted in FUNCTIONS or dotted in DEPRECATED


def evaluate(node, resolve):
    """The value of an expression. `resolve` gives the value of a name that means a component. Raises ConfigError."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Array):
        return [evaluate(item, resolve) for item in node.items]
    if isinstance(node, Object):
        return {name: evaluate(value, resolve) for name, value in node.fields}
    if isinstance(node, Name):
        return _name(node, resolve)
    if isinstance(node, Call):
        return _call(node, resolve)
    if isinstance(node, Access):
        return _access(node, resolve)
    if isinstance(node, Unary):
        value = evaluate(node.value, resolve)
        return (not value) if node.sign == "!" else -value
    assert isinstance(node, Binary)
    return _binary(node, evaluate(node.left, resolve), evaluate(node.right, resolve))


def _name(node, resolve):
    if node.parts[0] == "constants":
        if len(node.parts) == 2 and node.parts[1] in CONSTANTS:
            return CONSTANTS[node.parts[1]]
        fail('field "%s" does not exist' % ".".join(node.parts[1:]), node.start, node.end)
    if _is_standard(node):
        fail('component "%s" does not exist or is out of scope' % ".".join(node.parts), node.start, node.end)
    return resolve(node)


def _call(node, resolve):
    name = ".".join(node.function.parts) if isinstance(node.function, Name) else ""
    function = FUNCTIONS.get(DEPRECATED.get(name, name))
    if function is None:
        fail('component "%s" does not exist or is out of scope' % name, node.start, node.end)
    arguments = [evaluate(argument, resolve) for argument in node.arguments]
    try:
        return function(*arguments)
    except (TypeError, ValueError, AttributeError) as error:
        return fail("%s: %s" % (name, error), node.start, node.end)


def _access(node, resolve):
    value = now(evaluate(node.value, resolve))
    key = node.key if isinstance(node.key, str) else evaluate(node.key, resolve)
    try:
        return value[key]
    except (KeyError, IndexError, TypeError):
        return fail('field "%s" does not exist' % key, node.start, node.end)


SIGNS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b if isinstance(a, int) and isinstance(b, int) else a / b,
    "%": lambda a, b: a % b,
    "^": lambda a, b: a**b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "&&": lambda a, b: a and b,
    "||": lambda a, b: a or b,
}


def _binary(node, left, right):
    same_kind = type_name(left) == type_name(right)
    if not same_kind or type_name(left) not in ("string", "number", "bool"):
        right_is_odd = type_name(left) in ("string", "number", "bool")
        odd, kind = (node.right, right) if right_is_odd else (node.left, left)
        wanted = type_name(left) if right_is_odd else "one of [number string]"
        fail("should be %s for binop %s, got %s" % (wanted, node.sign, type_name(kind)), odd.start, odd.end)
    try:
        return SIGNS[node.sign](left, right)
    except (TypeError, ZeroDivisionError) as error:
        return fail(str(error), node.start, node.end)
