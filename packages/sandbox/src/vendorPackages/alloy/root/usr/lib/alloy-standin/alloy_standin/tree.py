"""What a parsed configuration is made of."""


class Node:
    """Something in the text, from `start` to `end`."""

    def __init__(self, start, end):
        self.start = start
        self.end = end


class Attribute(Node):
    """`name = value`"""

    def __init__(self, name, value, start):
        super().__init__(start, value.end)
        self.name = name
        self.value = value


class Block(Node):
    """`name "label" { body }`; `head_end` is where its name or label ends."""

    def __init__(self, name, label, body, start, head_end, end):
        super().__init__(start, end)
        self.name = name
        self.label = label
        self.body = body
        self.head_end = head_end

    @property
    def id(self):
        """Name with label, by which others refer to it."""
        return self.name + ("." + self.label if self.label else "")

    def attributes(self):
        """Its own attributes."""
        return [item for item in self.body if isinstance(item, Attribute)]

    def blocks(self):
        """Its own blocks."""
        return [item for item in self.body if isinstance(item, Block)]


class Literal(Node):
    """A string, number, switch or null."""

    def __init__(self, value, start, end):
        super().__init__(start, end)
        self.value = value


class Array(Node):
    """`[a, b]`"""

    def __init__(self, items, start, end):
        super().__init__(start, end)
        self.items = items


class Object(Node):
    """`{ name = value, … }`; fields are pairs of name and value."""

    def __init__(self, fields, start, end):
        super().__init__(start, end)
        self.fields = fields


class Name(Node):
    """`a.b.c`: names joined by dots."""

    def __init__(self, parts, start, end):
        super().__init__(start, end)
        self.parts = parts


class Access(Node):
    """`value.name` where the value is no plain name, and `value[index]`."""

    def __init__(self, value, key, start, end):
        super().__init__(start, end)
        self.value = value
        self.key = key


class Call(Node):
    """`function(arguments)`"""

    def __init__(self, function, arguments, start, end):
        super().__init__(start, end)
        self.function = function
        self.arguments = arguments


class Unary(Node):
    """`-value` and `!value`"""

    def __init__(self, sign, value, start):
        super().__init__(start, value.end)
        self.sign = sign
        self.value = value


class Binary(Node):
    """`left sign right`"""

    def __init__(self, sign, left, right):
        super().__init__(left.start, right.end)
        self.sign = sign
        self.left = left
        self.right = right


def names_in(node):
    """All plain names that an expression contains."""
    if isinstance(node, Name):
        return [node]
    if isinstance(node, Array):
        inner = node.items
    elif isinstance(node, Object):
        inner = [value for _, value in node.fields]
    elif isinstance(node, Access):
        inner = [node.value] + ([node.key] if isinstance(node.key, Node) else [])
    elif isinstance(node, Call):
        inner = [node.function] + node.arguments
    elif isinstance(node, Unary):
        inner = [node.value]
    elif isinstance(node, Binary):
        inner = [node.left, node.right]
    else:
        inner = []
    return [name for part in inner for name in names_in(part)]
