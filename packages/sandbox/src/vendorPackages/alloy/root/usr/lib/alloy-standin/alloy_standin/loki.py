"""loki.relabel, loki.process and loki.write: lines on their way to an endpoint."""

import json
import queue
import re
import time

from .component import Component, Receiver, forward
from .diagnostics import fail
from .relabel import RULE, Rules
from .schema import Arg, Sub, required
from .wire import CLIENT, Endpoint, Refused, message, number_field, snappy

# A line on its way: labels, time in nanoseconds, text.


class LokiRelabel(Component):
    """Changes labels of lines, or lends its rules to a source."""

    FIELDS = {"forward_to": required("logs"), "max_cache_size": Arg("number"), "rule": RULE}

    def __init__(self, *parts):
        super().__init__(*parts)
        self._rules = Rules(self.arguments["rule"])
        self.exports = {"receiver": Receiver("logs", self._pass), "rules": self._rules}

    def _pass(self, lines):
        changed = [(self._rules.apply(labels), at, text) for labels, at, text in lines]
        forward(self.arguments["forward_to"], [line for line in changed if line[0]])


class Process(Component):
    """Passes lines through stages."""

    FIELDS = {
        "forward_to": required("logs"),
        "stage.drop": Sub(
            {
                "drop_counter_reason": Arg("string", default="drop_stage"),
                "expression": Arg("string", default=""),
                "longer_than": Arg("size"),
                "older_than": Arg("duration"),
            },
            many=True,
        ),
        "stage.static_labels": Sub({"values": Arg("map", default={})}, many=True),
        "stage.label_drop": Sub({"values": required("list")}, many=True),
        "stage.label_keep": Sub({"values": required("list")}, many=True),
        "stage.decolorize": Sub({}, many=True),
    }

    def __init__(self, *parts):
        super().__init__(*parts)
        self._stages = [_stage(name, arguments) for name, arguments in self.arguments.ordered]
        self.exports = {"receiver": Receiver("logs", self._pass)}

    def _pass(self, lines):
        for stage in self._stages:
            lines = [line for line in map(stage, lines) if line is not None]
        forward(self.arguments["forward_to"], lines)


def _stage(name, arguments):
    """A function from a line to a line, or to None for one that is dropped."""
    if name == "stage.drop":
        return _dropping(arguments)
    if name == "stage.static_labels":
        return lambda line: ({**line[0], **arguments["values"]}, line[1], line[2])
    if name == "stage.decolorize":
        return lambda line: (line[0], line[1], re.sub(r"\x1b\[[0-9;]*m", "", line[2]))
    keeps = name == "stage.label_keep"
    return lambda line: (
        {label: value for label, value in line[0].items() if (label in arguments["values"]) == keeps},
        line[1],
        line[2],
    )


def _dropping(arguments):
    block = arguments.block
    conditions = []
    if arguments["expression"]:
        try:
            pattern = re.compile(arguments["expression"])
        except re.error as error:
            fail("drop stage regex compilation error: %s" % error, block.start, block.head_end)
        conditions.append(lambda line: pattern.search(line[2]))
    if arguments["longer_than"] is not None:
        conditions.append(lambda line: len(line[2].encode()) > arguments["longer_than"])
    if arguments["older_than"] is not None:
        conditions.append(lambda line: line[1] / 1e9 < time.time() - arguments["older_than"])
    if not conditions:
        fail(
            "drop stage must have at least one of: `source`, `expression`, `older_than` or `longer_than` configured",
            block.start,
            block.head_end,
        )
    return lambda line: None if all(condition(line) for condition in conditions) else line


class LokiWrite(Component):
    """Pushes lines to endpoints: again when that may help, else it drops the batch and says so."""

    FIELDS = {
        "external_labels": Arg("map", default={}),
        "max_streams": Arg("number", default=0),
        "endpoint": Sub(
            {
                **CLIENT,
                "batch_wait": Arg("duration", default=1.0),
                "batch_size": Arg("size", default=1024 * 1024),
                "min_backoff_period": Arg("duration", default=0.5),
                "max_backoff_period": Arg("duration", default=300.0),
                "max_backoff_retries": Arg("number", default=10),
                "retry_on_http_429": Arg("bool", default=True),
                "tenant_id": Arg("string", default=""),
            },
            many=True,
        ),
        "wal": Sub({"enabled": Arg("bool", default=False), "max_segment_age": Arg("duration")}),
    }

    def __init__(self, *parts):
        super().__init__(*parts)
        self._queues = [(queue.Queue(), endpoint) for endpoint in self.arguments["endpoint"]]
        self.exports = {"receiver": Receiver("logs", self._take)}

    def start(self):
        for waiting, endpoint in self._queues:
            self.run(self._send_all, waiting, endpoint)

    def _take(self, lines):
        for waiting, _ in self._queues:
            for line in lines:
                waiting.put(line)

    def _send_all(self, waiting, endpoint):
        target = Endpoint(endpoint)
        while not (self.stopping and waiting.empty()):
            batch = _batch(waiting, endpoint)
            if batch:
                self._send(target, endpoint, batch)

    def _send(self, target, endpoint, batch):
        external = self.arguments["external_labels"]
        body = snappy(push_request([({**labels, **external}, at, text) for labels, at, text in batch]))
        headers = {"Content-Type": "application/x-protobuf"}
        if endpoint["tenant_id"]:
            headers["X-Scope-OrgID"] = endpoint["tenant_id"]
        backoff = endpoint["min_backoff_period"]
        for attempt in range(1, int(endpoint["max_backoff_retries"]) + 1):
            status = -1
            try:
                target.post(body, headers)
                return
            except Refused as error:
                problem, status, again = error, error.status, error.again
            except OSError as error:
                problem, again = error, True
            last = not again or self.stopping or attempt == int(endpoint["max_backoff_retries"])
            self.log.write(
                "error" if last else "warn",
                (
                    "final error sending batch, no retries left, dropping data"
                    if last
                    else "error sending batch, will retry"
                ),
                status=status,
                tenant=endpoint["tenant_id"],
                error=problem,
            )
            if last or self.pause(backoff):
                return
            backoff = min(backoff * 2, endpoint["max_backoff_period"])


def _batch(waiting, endpoint):
    """Lines that came within the time to wait, or until they are many."""
    lines, size, end = [], 0, None
    while size < endpoint["batch_size"]:
        try:
            line = waiting.get(timeout=0.2 if end is None else max(0.001, end - time.monotonic()))
        except queue.Empty:
            return lines
        end = end or time.monotonic() + endpoint["batch_wait"]
        lines.append(line)
        size += len(line[2])
    return lines


def push_request(lines):
    """Lines as Loki's message PushRequest, one stream for each set of labels."""
    streams = {}
    for labels, at, text in lines:
        name = "{%s}" % ", ".join("%s=%s" % (label, json.dumps(str(labels[label]))) for label in sorted(labels))
        time_stamp = number_field(1, at // 10**9) + number_field(2, at % 10**9)
        streams.setdefault(name, []).append(message(2, message(1, time_stamp) + message(2, text)))
    return b"".join(message(1, message(1, name) + b"".join(entries)) for name, entries in streams.items())
