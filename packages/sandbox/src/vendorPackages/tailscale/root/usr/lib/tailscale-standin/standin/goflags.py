"""Options as Go's flag package reads them: one or two hyphens, `-x=v`, `-x v`, and booleans that stand alone."""

import re


class FlagError(Exception):
    """What is wrong with the command line."""


def parse_bool(text):
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise ValueError(text)


def parse_duration(text):
    """Seconds of `60s`, `1m30s`, `500ms` or `0`."""
    if text == "0":
        return 0.0
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(text)
    return sum(float(number) * units[unit] for number, unit in parts)


class Flags:
    """Known options with their defaults; a boolean default makes a boolean option."""

    def __init__(self, defaults, aliases=None, durations=()):
        self.defaults = defaults
        self.aliases = aliases or {}
        self.durations = durations

    def parse(self, args):
        """Returns the values of all options, the names of those that were given, and what else stood there."""
        values, given, rest = dict(self.defaults), [], []
        args = list(args)
        while args:
            arg = args.pop(0)
            if arg == "--":
                rest += args
                break
            if not arg.startswith("-") or arg == "-":
                # Go stops at the first word that is no option.
                rest += [arg, *args]
                break
            name, equals, text = arg.lstrip("-").partition("=")
            name = self.aliases.get(name, name)
            if name not in self.defaults:
                raise FlagError(f"flag provided but not defined: -{name}")
            is_bool = isinstance(self.defaults[name], bool)
            if not equals:
                if is_bool:
                    text = "true"
                elif args:
                    text = args.pop(0)
                else:
                    raise FlagError(f"flag needs an argument: -{name}")
            values[name] = self._value(name, text, is_bool)
            if name not in given:
                given.append(name)
        return values, given, rest

    def _value(self, name, text, is_bool):
        try:
            if is_bool:
                return parse_bool(text)
            if name in self.durations:
                return parse_duration(text)
        except ValueError:
            raise FlagError(f'invalid value "{text}" for flag -{name}: parse error') from None
        return text
