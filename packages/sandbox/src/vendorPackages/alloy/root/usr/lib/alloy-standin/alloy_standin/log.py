"""Log lines as the vendor writes them: logfmt on standard error."""

import datetime
import sys
import threading

LEVELS = ["debug", "info", "warn", "error"]


class Log:
    """Writes lines of a level and above."""

    def __init__(self):
        self.level = "info"
        self._lock = threading.Lock()

    def write(self, level, message, **fields):
        """One line; fields follow in their order, `_` in their names only keeps them apart from Python's words."""
        if LEVELS.index(level) < LEVELS.index(self.level):
            return
        time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        pairs = [("ts", time), ("level", level), ("msg", message)]
        pairs += [(name.rstrip("_"), value) for name, value in fields.items()]
        line = " ".join("%s=%s" % (name, _quoted(str(value))) for name, value in pairs)
        with self._lock:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()


def _quoted(text):
    if text and not any(char in ' ="\n\t\\' for char in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"%s"' % escaped


class ComponentLog:
    """The log of one component: says in every line whose it is."""

    def __init__(self, log, component_id):
        self._log = log
        self._id = component_id

    def write(self, level, message, **fields):
        """As `Log.write`."""
        self._log.write(level, message, component_path="/", component_id=self._id, **fields)
