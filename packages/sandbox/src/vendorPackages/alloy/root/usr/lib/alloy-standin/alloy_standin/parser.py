"""Reads a configuration into a tree. Stops at the first thing that it cannot read."""

from .diagnostics import fail
from .scanner import Scanner, is_identifier
from .tree import Access, Array, Attribute, Binary, Block, Call, Literal, Name, Object, Unary

# Higher binds closer; all but `^` from left to right.
PRECEDENCE = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "%": 5,
}


def parse(file, text):
    """The statements of one file. Raises ConfigError."""
    return _Parser(Scanner(file, text).tokens()).file()


class _Parser:
    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0

    @property
    def token(self):
        return self.tokens[self.at]

    def _take(self):
        token = self.token
        if token.kind != "EOF":
            self.at += 1
        return token

    def _expect(self, kind):
        if self.token.kind != kind:
            fail("expected %s, got %s" % (kind, self.token.kind), self.token.start, self.token.end)
        return self._take()

    def _name(self):
        if self.token.kind != "IDENT":
            fail("expected identifier, got %s" % self.token.kind, self.token.start, self.token.end)
        return self._take()

    def file(self):
        body = self._body("EOF")
        self._expect("EOF")
        return body

    def _body(self, until):
        body = []
        while self.token.kind not in (until, "EOF"):
            body.append(self._statement())
            if self.token.kind == until:
                break
            self._expect("TERMINATOR")
        return body

    def _statement(self):
        first = self._name()
        parts, last, label = [first.text], first, None
        while self.token.kind == ".":
            self._take()
            last = self._name()
            parts.append(last.text)
        if self.token.kind not in ("=", "{"):
            last, label = self._label(parts)
        if self.token.kind == "=":
            return self._attribute(parts, label, first, last)
        if self.token.kind != "{":
            what = "attribute assignment or block body" if len(parts) == 1 and label is None else "block body"
            fail("expected %s, got %s" % (what, self.token.kind), self.token.start, self.token.end)
        self._take()
        body = self._body("}")
        end = self._expect("}")
        return Block(".".join(parts), label, body, first.start, last.end, end.end)

    def _label(self, parts):
        token = self.token
        if token.kind != "STRING":
            if token.kind in ("TERMINATOR", "EOF") and len(parts) == 1:
                what = "attribute assignment or block body"
            else:
                what = "block label"
            fail("expected %s, got %s" % (what, token.kind), token.start, token.end)
        if not token.text.startswith('"'):
            fail(
                'expected block label to be a double quoted string, but got "%s"' % token.text,
                token.start,
                token.end,
            )
        if token.value != "" and not is_identifier(token.text[1:-1]):
            fail(
                'expected block label to be a valid identifier, but got "%s"' % token.text[1:-1],
                token.start,
                token.end,
            )
        self._take()
        return token, token.value or None

    def _attribute(self, parts, label, first, last):
        if len(parts) != 1:
            fail('attribute names may only consist of a single identifier with no "."', first.start, last.end)
        if label is not None:
            fail("attribute names may not have labels", last.start, last.end)
        self._take()
        return Attribute(parts[0], self._expression(), first.start)

    def _expression(self, least=1):
        left = self._power()
        while PRECEDENCE.get(self.token.kind, 0) >= least:
            sign = self._take().kind
            left = Binary(sign, left, self._expression(PRECEDENCE[sign] + 1))
        return left

    def _power(self):
        left = self._unary()
        if self.token.kind != "^":
            return left
        self._take()
        return Binary("^", left, self._power())

    def _unary(self):
        if self.token.kind in ("!", "-"):
            sign = self._take()
            return Unary(sign.kind, self._unary(), sign.start)
        value = self._primary()
        while True:
            kind = self.token.kind
            if kind == ".":
                self._take()
                name = self._expect("IDENT")
                if isinstance(value, Name):
                    value = Name(value.parts + [name.text], value.start, name.end)
                else:
                    value = Access(value, name.text, value.start, name.end)
            elif kind == "[":
                self._take()
                index = self._expression()
                value = Access(value, index, value.start, self._expect("]").end)
            elif kind == "(":
                self._take()
                arguments = self._list(")", "expression list", self._expression)
                value = Call(value, arguments, value.start, self._expect(")").end)
            elif kind in ("STRING", "{"):
                fail("cannot use a block as an expression", value.start, self.token.end)
            else:
                return value

    def _primary(self):
        token = self.token
        if token.kind == "IDENT":
            self._take()
            return Name([token.text], token.start, token.end)
        if token.kind in ("STRING", "NUMBER", "BOOL", "NULL"):
            self._take()
            return Literal(token.value, token.start, token.end)
        if token.kind == "(":
            self._take()
            inner = self._expression()
            self._expect(")")
            return inner
        if token.kind == "[":
            self._take()
            items = self._list("]", "expression list", self._expression)
            return Array(items, token.start, self._expect("]").end)
        if token.kind == "{":
            self._take()
            fields = self._list("}", "field list", self._field)
            return Object(fields, token.start, self._expect("}").end)
        return fail("expected expression, got %s" % token.kind, token.start, token.end)

    def _list(self, until, what, item):
        items = []
        while self.token.kind not in (until, "EOF"):
            items.append(item())
            if self.token.kind == until:
                break
            if self.token.kind != ",":
                fail("missing ',' in %s" % what, self.token.start, self.token.end)
            self._take()
        return items

    def _field(self):
        token = self.token
        if token.kind not in ("STRING", "IDENT"):
            fail("expected field name (string or identifier), got %s" % token.kind, token.start, token.end)
        self._take()
        self._expect("=")
        return (token.value if token.kind == "STRING" else token.text), self._expression()
