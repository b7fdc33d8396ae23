"""The command line, as far as services and roles use it."""

import queue
import signal
import sys

from . import VERSION
from .controller import COMPONENTS, Configuration, Controller, read_sources
from .diagnostics import ConfigError, render
from .log import Log
from .parser import parse
from .server import serve

USAGE = """A stand-in for Grafana Alloy: it reads the same configuration and does what a few components say.

Usage:
  alloy run [flags] PATH        runs; PATH is a file, or a folder whose *.alloy files are one configuration
  alloy validate [flags] PATH   checks a configuration
  alloy fmt [-t] [-w] FILE      checks the syntax only; gives FILE back as it is and does not judge its form
  alloy --version

Components: %s
""" % ", ".join(sorted(COMPONENTS))

# Flags of the vendor by command: True for those that are switches.
COMMON = {
    "config.format": False,
    "config.bypass-conversion-errors": True,
    "config.extra-args": False,
    "stability.level": False,
    "feature.community-components.enabled": True,
}
FLAGS = {
    "run": {
        **COMMON,
        "server.http.listen-addr": False,
        "server.http.memory-addr": False,
        "server.http.ui-path-prefix": False,
        "server.http.enable-pprof": True,
        "server.http.disable-support-bundle": True,
        "storage.path": False,
        "disable-reporting": True,
        "feature.component-shutdown-deadline": False,
        "cluster.enabled": True,
        "cluster.node-name": False,
    },
    "validate": COMMON,
    "fmt": {"test": True, "write": True},
}
SHORT = {"t": "test", "w": "write"}


class UsageError(Exception):
    """A command line that says something wrong."""


def main(arguments):
    """Runs a command; gives its exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    if arguments[0] in ("-v", "--version"):
        print("alloy, version v%s (a stand-in, not Grafana Alloy)" % VERSION)
        return 0
    command = arguments[0]
    try:
        if command not in FLAGS:
            raise UsageError('unknown command "%s" for "alloy"' % command)
        if "-h" in arguments or "--help" in arguments:
            print(USAGE, end="")
            return 0
        flags, paths = _read_flags(FLAGS[command], arguments[1:])
        if len(paths) != 1 and not (command == "fmt" and not paths):
            raise UsageError("accepts 1 arg(s), received %d" % len(paths))
        if flags.get("config.format", "alloy") != "alloy":
            raise UsageError("the stand-in reads no other format than alloy")
        return {"run": _run, "validate": _validate, "fmt": _fmt}[command](flags, (paths or ["-"])[0])
    except UsageError as error:
        print("Error: %s" % error, file=sys.stderr)
        return 1


def _read_flags(known, arguments):
    flags, paths, rest = {}, [], list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            paths += rest
            break
        if word == "-" or not word.startswith("-"):
            paths.append(word)
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("--"):
            name = SHORT.get(name, name)
        if name not in known:
            raise UsageError("unknown flag: %s" % word.partition("=")[0])
        if not equals and not known[name]:
            if not rest:
                raise UsageError("flag needs an argument: %s" % word)
            value = rest.pop(0)
        flags[name] = value if equals or not known[name] else "true"
    return flags, paths


def _read(path):
    try:
        return read_sources(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError('reading config path "%s": stat %s: %s' % (path, path, reason)) from None
    except UnicodeDecodeError:
        raise UsageError('reading config path "%s": illegal UTF-8 encoding' % path) from None


def _report(error, sources):
    print(render(error.problems, sources), file=sys.stderr)
    if any("cannot find the definition" in problem.message for problem in error.problems):
        print("This is a stand-in. It has %s.\n" % ", ".join(sorted(COMPONENTS)), file=sys.stderr)


def _validate(_, path):
    sources = _read(path)
    try:
        Configuration(sources, Log(), "")
    except ConfigError as error:
        _report(error, sources)
        raise UsageError("validation failed") from None
    return 0


def _fmt(flags, path):
    if "test" in flags and "write" in flags:
        raise UsageError("cannot use -w/--write and -t/--test at the same time")
    name = "<stdin>" if path == "-" else path
    try:
        if path == "-":
            text = sys.stdin.read()
        else:
            with open(path, encoding="utf-8", newline="") as file:
                text = file.read()
    except IsADirectoryError:
        raise UsageError("cannot format a directory") from None
    except OSError as error:
        raise UsageError("stat %s: %s" % (path, (error.strerror or str(error)).lower())) from None
    try:
        parse(name, text)
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        raise UsageError("encountered errors during formatting") from None
    if "test" not in flags and "write" not in flags:
        sys.stdout.write(text)
    return 0


def _run(flags, path):
    log = Log()
    controller = Controller(log, flags.get("storage.path", "data-alloy/"))
    log.write("info", "this is a stand-in, not Grafana Alloy", version=VERSION)
    wishes = queue.Queue()

    signal.signal(signal.SIGHUP, lambda *_: wishes.put(("reload", None)))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: wishes.put(("stop", None)))

    def reload_now():
        """Loads anew and waits for how it went."""
        answer = queue.Queue()
        wishes.put(("reload", answer))
        return answer.get()

    address = flags.get("server.http.listen-addr", "127.0.0.1:12345")
    try:
        serve(address, lambda: controller.loaded, reload_now, VERSION)
    except (OSError, ValueError, OverflowError) as error:
        raise UsageError("failed to listen on %s: %s" % (address, error)) from None
    log.write("info", "now listening for http traffic", service="http", addr=address)

    sources = _read(path)
    try:
        controller.load(sources)
    except ConfigError as error:
        _report(error, sources)
        raise UsageError("could not perform the initial load successfully") from None
    log.write("info", "finished complete graph evaluation", controller_path="/")

    while True:
        wish, answer = _next(wishes)
        if wish == "stop":
            log.write("info", "interrupt received")
            controller.stop()
            return 0
        problem = _reload(controller, path, log)
        if answer:
            answer.put(problem)


def _next(wishes):
    # In steps: a wait without end would not let a signal through.
    while True:
        try:
            return wishes.get(timeout=0.5)
        except queue.Empty:
            continue


def _reload(controller, path, log):
    """Loads the files again; gives what went wrong, having said so. What runs goes on then."""
    log.write("info", "reload requested via SIGHUP signal or /-/reload", service="http")
    sources = {}
    try:
        sources = _read(path)
        controller.load(sources)
    except ConfigError as error:
        _report(error, sources)
        problem = str(error)
    except UsageError as error:
        problem = str(error)
    else:
        log.write("info", "config reloaded", service="http")
        return None
    log.write("error", "failed to reload config", service="http", err=problem)
    return problem
