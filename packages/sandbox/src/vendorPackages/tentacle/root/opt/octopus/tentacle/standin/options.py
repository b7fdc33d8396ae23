"""Options as the original reads them: `--name=value`, `--name value`, names without case, some of them repeated."""

from . import Refused

TRUTH = {"true": True, "false": False}


def parse(args, values=(), repeated=(), switches=(), aliases=None):
    """Returns what was given, by the names in `values`, `repeated` and `switches`. @throws Refused"""
    known = {name.lower(): name for name in (*values, *repeated, *switches)}
    for alias, name in (aliases or {}).items():
        known[alias.lower()] = name
    found = {name: [] for name in repeated}
    args = list(args)
    while args:
        arg = args.pop(0)
        if not arg.startswith("-"):
            raise Refused(f"Unrecognized command line argument: '{arg}'")
        text, equals, value = arg.lstrip("-").partition("=")
        name = known.get(text.lower())
        if name is None:
            raise Refused(f"Unrecognized command line argument: '{arg.partition('=')[0]}'")
        if name in switches:
            found[name] = True
            continue
        if not equals:
            if not args or args[0].startswith("--"):
                raise Refused(f"Missing required value for option '--{name}'")
            value = args.pop(0)
        if name in repeated:
            found[name].append(value)
        else:
            found[name] = value
    return found


def truth(name, text):
    if text.lower() not in TRUTH:
        raise Refused(f"--{name} is either True or False, not '{text}'")
    return TRUTH[text.lower()]


def port(name, text):
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Refused(f"--{name} is no port: '{text}'")
    return int(text)
