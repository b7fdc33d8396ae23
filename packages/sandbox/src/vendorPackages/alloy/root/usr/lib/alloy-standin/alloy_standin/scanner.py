"""Turns text of the configuration language into tokens.

As in Go, a line that could end a statement ends it: the scanner puts a TERMINATOR there.
"""

from .diagnostics import Position, fail

TWO_CHARACTERS = {"==", "!=", "<=", ">=", "&&", "||"}
ONE_CHARACTER = set("=<>!+-*/%^{}()[],.")
ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
}
DIGITS_OF_ESCAPE = {"x": 2, "u": 4, "U": 8}


class Token:
    """A token: its kind (a word in capitals or the sign itself), its text, for strings its value, and where it stands."""

    def __init__(self, kind, text, start, end, value=None):
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.value = value


def is_identifier(text):
    """Whether a text may be a name or a label."""
    return text != "" and _starts_name(text[0]) and all(_in_name(char) for char in text)


def _starts_name(char):
    return char == "_" or char.isalpha()


def _in_name(char):
    return _starts_name(char) or char.isdigit()


class Scanner:
    """Scans one file."""

    def __init__(self, file, text):
        self.file = file
        self.text = text
        self.at = 0
        self.line = 1
        self.line_start = 0
        self.ends_statement = False

    def tokens(self):
        """All tokens, EOF last."""
        found = []
        while True:
            token = self._next()
            found.append(token)
            if token.kind == "EOF":
                return found

    def _position(self, at=None):
        offset = self.at if at is None else at
        return Position(self.file, self.line, offset - self.line_start + 1)

    def _next(self):
        token = self._skip_blank()
        if token:
            return token
        if self.at >= len(self.text):
            if self.ends_statement:
                return self._terminator()
            return Token("EOF", "", self._position(), self._position())
        char = self.text[self.at]
        if _starts_name(char):
            return self._name()
        if char.isdigit() or (char == "." and self.text[self.at + 1 : self.at + 2].isdigit()):
            return self._number()
        if char == '"':
            return self._string()
        if char == "`":
            return self._raw_string()
        if char == "'":
            fail("illegal single-quoted string; use double quotes", self._position())
        return self._sign()

    def _skip_blank(self):
        """Passes blanks and comments; gives a terminator when a line that can end does."""
        while self.at < len(self.text):
            rest = self.text[self.at : self.at + 2]
            if rest[0] == "\n":
                if self.ends_statement:
                    return self._terminator()
                self._newline()
            elif rest[0] in " \t\r":
                self.at += 1
            elif rest == "//":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif rest == "/*":
                self._block_comment()
            else:
                return None
        return None

    def _newline(self):
        self.at += 1
        self.line += 1
        self.line_start = self.at

    def _block_comment(self):
        start = self._position()
        end = self.text.find("*/", self.at + 2)
        if end < 0:
            fail("block comment not terminated", start)
        while self.at < end + 2:
            if self.text[self.at] == "\n":
                self._newline()
            else:
                self.at += 1

    def _terminator(self):
        self.ends_statement = False
        return Token("TERMINATOR", "\n", self._position(), self._position())

    def _made(self, kind, start_at, ends, value=None):
        self.ends_statement = ends
        start = self._position(start_at)
        return Token(kind, self.text[start_at : self.at], start, self._position(self.at - 1), value)

    def _name(self):
        start = self.at
        while self.at < len(self.text) and _in_name(self.text[self.at]):
            self.at += 1
        word = self.text[start : self.at]
        kinds = {"true": ("BOOL", True), "false": ("BOOL", False), "null": ("NULL", None)}
        kind, value = kinds.get(word, ("IDENT", None))
        return self._made(kind, start, True, value)

    def _number(self):
        start = self.at
        while self.at < len(self.text) and (
            self.text[self.at] in ".eE"
            or self.text[self.at].isdigit()
            or (self.text[self.at] in "+-" and self.text[self.at - 1] in "eE")
        ):
            self.at += 1
        word = self.text[start : self.at]
        try:
            value = int(word) if word.isdigit() else float(word)
        except ValueError:
            fail("exponent has no digits", self._position(start))
        return self._made("NUMBER", start, True, value)

    def _string(self):
        start = self.at
        self.at += 1
        value = []
        while True:
            char = self.text[self.at : self.at + 1]
            if char in ("", "\n"):
                fail("string literal not terminated", self._position(start))
            self.at += 1
            if char == '"':
                return self._made("STRING", start, True, "".join(value))
            value.append(self._escape() if char == "\\" else char)

    def _escape(self):
        start = self.at - 1
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char in ESCAPES:
            return ESCAPES[char]
        base, digits = 16, DIGITS_OF_ESCAPE.get(char, 0)
        if char and char in "01234567":
            base, digits = 8, 3
            self.at -= 1
        code = self.text[self.at : self.at + digits]
        try:
            if digits == 0 or len(code) < digits:
                raise ValueError
            value = chr(int(code, base))
        except ValueError:
            fail("unknown escape sequence", self._position(start + 1))
        self.at += digits
        return value

    def _raw_string(self):
        start, position = self.at, self._position()
        self.at += 1
        while self.text[self.at : self.at + 1] not in ("", "`"):
            if self.text[self.at] == "\n":
                self._newline()
            else:
                self.at += 1
        if self.at >= len(self.text):
            fail("string literal not terminated", position)
        self.at += 1
        self.ends_statement = True
        text = self.text[start : self.at]
        return Token("STRING", text, position, self._position(self.at - 1), text[1:-1])

    def _sign(self):
        start = self.at
        two = self.text[start : start + 2]
        if two in TWO_CHARACTERS:
            self.at += 2
            return self._made(two, start, False)
        char = two[0]
        if char in "|&":
            fail("missing second %s in %s" % (char, char * 2), self._position(start + 1))
        if char not in ONE_CHARACTER:
            fail("illegal character U+%04X '%s'" % (ord(char), char), self._position())
        self.at += 1
        return self._made(char, start, char in "})]")
