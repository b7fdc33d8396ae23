"""What is wrong with a configuration, shown with the lines around it."""


class Position:
    """Place of a character: file, line and column from 1."""

    def __init__(self, file, line, column):
        self.file = file
        self.line = line
        self.column = column

    def __str__(self):
        return "%s:%d:%d" % (self.file, self.line, self.column)


class Problem:
    """One thing that is wrong, from `start` to `end` (the last character, included)."""

    def __init__(self, message, start, end=None):
        self.message = message
        self.start = start
        self.end = end or start

    def __str__(self):
        return "%s: %s" % (self.start, self.message)


class ConfigError(Exception):
    """A configuration that cannot be taken, with every problem that was found."""

    def __init__(self, problems):
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def fail(message, start, end=None):
    """Raises one problem."""
    raise ConfigError([Problem(message, start, end)])


def render(problems, sources):
    """Text for people: each problem with the line before and after it.

    sources: content of the files by name.
    """
    return "\n".join(_render_one(problem, sources) for problem in problems)


def _render_one(problem, sources):
    head = "Error: %s\n" % problem
    text = sources.get(problem.start.file)
    if text is None:
        return head
    lines = text.split("\n")
    first = max(problem.start.line - 1, 1)
    last = min(problem.start.line + 1, len(lines))
    width = len(str(last))
    shown = [head]
    for number in range(first, last + 1):
        line = lines[number - 1].replace("\r", "").replace("\t", "    ")
        shown.append("%s | %s" % (str(number).rjust(width), line))
        if number == problem.start.line:
            shown.append("%s | %s" % (" " * width, _carets(problem, lines[number - 1])))
    return "\n".join(shown) + "\n"


def _carets(problem, line):
    start = problem.start.column
    same_line = problem.end.line == problem.start.line
    end = problem.end.column if same_line else len(line)
    before = "".join("    " if char == "\t" else " " for char in line[: start - 1])
    return before + "^" * max(1, end - start + 1)
