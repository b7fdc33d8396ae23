"""loki.source.journal: lines of the system's journal, read by journalctl."""

import json
import os
import subprocess
import time

from .component import Component, forward
from .schema import Arg, required

PRIORITIES = ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"]


class Journal(Component):
    """Follows the journal. How far it read outlives a restart."""

    FIELDS = {
        "forward_to": required("logs"),
        "format_as_json": Arg("bool", default=False),
        "labels": Arg("map", default={}),
        "matches": Arg("string", default=""),
        "max_age": Arg("duration", default=7 * 3600.0),
        "path": Arg("string", default=""),
        "relabel_rules": Arg("rules", default={}),
    }

    def __init__(self, *parts):
        super().__init__(*parts)
        self._process = None
        self._cursor = None
        self._cursor_at = 0
        self._saved = 0.0

    def start(self):
        self.run(self._loop)

    def stop(self):
        self._stopping.set()
        if self._process:
            self._process.terminate()
        super().stop()
        self._save()

    def _loop(self):
        self._load()
        while not self.stopping:
            try:
                self._process = subprocess.Popen(
                    self._command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
                )
            except FileNotFoundError:
                self.log.write("error", "this machine has no journalctl: no lines of the journal are read")
                return
            for line in self._process.stdout:
                self._take(line)
            said = self._process.stderr.read().decode("utf-8", "replace").strip()
            if self.stopping:
                return
            self.log.write("warn", "journalctl ended, it is started again", err=said or self._process.wait())
            self.pause(5)

    def _command(self):
        command = ["journalctl", "--follow", "--output=json", "--no-pager", "--quiet", "--lines=all"]
        if self.arguments["path"]:
            command.append("--directory=" + self.arguments["path"])
        oldest = time.time() - self.arguments["max_age"]
        if self._cursor and self._cursor_at >= oldest:
            command.append("--after-cursor=" + self._cursor)
        else:
            command.append("--since=@%d" % oldest)
        return command + self.arguments["matches"].split()

    def _take(self, line):
        try:
            entry = json.loads(line)
            micros = int(entry["__REALTIME_TIMESTAMP"])
        except (ValueError, KeyError):
            return
        self._cursor, self._cursor_at = entry.get("__CURSOR"), micros / 1e6
        text = _text(entry.get("MESSAGE"))
        labels = self._labels(entry)
        if text is not None and labels:
            text = json.dumps(entry) if self.arguments["format_as_json"] else text
            forward(self.arguments["forward_to"], [(labels, micros * 1000, text)])
        if time.monotonic() > self._saved + 2:
            self._save()

    def _labels(self, entry):
        labels = {}
        for name, value in entry.items():
            if isinstance(value, str) and not name.startswith("__") and name != "MESSAGE":
                labels["__journal_" + name.lower()] = value
        priority = entry.get("PRIORITY", "")
        if isinstance(priority, str) and priority.isdigit() and int(priority) < len(PRIORITIES):
            labels["__journal_priority_keyword"] = PRIORITIES[int(priority)]
        labels["job"] = self.id
        labels.update(self.arguments["labels"])
        rules = self.arguments["relabel_rules"]
        labels = rules.apply(labels) if rules else labels
        return {name: value for name, value in (labels or {}).items() if not name.startswith("__")}

    def _load(self):
        try:
            with open(self.storage("cursor.json"), encoding="utf-8") as file:
                self._cursor, self._cursor_at = json.load(file)
        except (OSError, ValueError):
            self._cursor = None

    def _save(self):
        self._saved = time.monotonic()
        if not self._cursor:
            return
        path = self.storage("cursor.json")
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump([self._cursor, self._cursor_at], file)
        os.replace(path + ".new", path)


def _text(message):
    """A message that is no UTF-8 comes as the list of its bytes."""
    if isinstance(message, list) and all(isinstance(byte, int) for byte in message):
        return bytes(message).decode("utf-8", "replace")
    return message if isinstance(message, str) else None
