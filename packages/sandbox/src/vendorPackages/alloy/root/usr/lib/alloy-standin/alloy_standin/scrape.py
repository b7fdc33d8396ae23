"""prometheus.scrape, prometheus.relabel and prometheus.remote_write: from targets to an endpoint."""

import queue
import random
import re
import time
import urllib.request

from .component import Component, Receiver, forward
from .relabel import RULE, Rules
from .schema import Arg, Sub, required
from .values import now
from .wire import CLIENT, Endpoint, Refused, double_field, message, number_field, snappy

LINE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')
MOST_WAITING = 100_000


class Scrape(Component):
    """Asks its targets, at once and then again and again, and says with `up` which of them answered."""

    FIELDS = {
        "targets": required("targets"),
        "forward_to": required("metrics"),
        "job_name": Arg("string"),
        "scrape_interval": Arg("duration", default=60.0),
        "scrape_timeout": Arg("duration", default=10.0),
        "metrics_path": Arg("string", default="/metrics"),
        "scheme": Arg("string", default="http"),
        "honor_labels": Arg("bool", default=False),
        "honor_timestamps": Arg("bool", default=True),
        "enable_compression": Arg("bool", default=True),
        "enable_http2": Arg("bool", default=True),
        "follow_redirects": Arg("bool", default=True),
        "sample_limit": Arg("number", default=0),
        "body_size_limit": Arg("size"),
        "scrape_protocols": Arg("list"),
        "clustering": Sub({"enabled": required("bool")}),
    }

    def start(self):
        self.run(self._loop)

    def _loop(self):
        while True:
            begun = time.monotonic()
            for target in now(self.arguments["targets"]):
                forward(self.arguments["forward_to"], self._scrape(target))
            if self.pause(max(0.1, self.arguments["scrape_interval"] - (time.monotonic() - begun))):
                return

    def _scrape(self, target):
        at, begun = int(time.time() * 1000), time.monotonic()
        own = {name: value for name, value in target.items() if not name.startswith("__")}
        own.setdefault("job", self.arguments["job_name"] or self.id)
        own.setdefault("instance", target.get("__address__", ""))
        samples, up = [], 1
        try:
            samples = target["__scrape__"]() if "__scrape__" in target else self._ask(target)
        except (OSError, ValueError) as error:
            up = 0
            self.log.write("debug", "Scrape failed", scrape_pool=self.id, target=own["instance"], err=error)
        about = [
            ("up", {}, up),
            ("scrape_duration_seconds", {}, time.monotonic() - begun),
            ("scrape_samples_scraped", {}, len(samples)),
            ("scrape_samples_post_metric_relabeling", {}, len(samples)),
        ]
        return [
            ({**self._merged(own, labels), "__name__": name}, float(value), at) for name, labels, value in samples
        ] + [({**own, "__name__": name}, float(value), at) for name, _, value in about]

    def _merged(self, own, labels):
        if self.arguments["honor_labels"]:
            return {**own, **labels}
        clashing = {"exported_" + name: value for name, value in labels.items() if name in own}
        return {**labels, **clashing, **own}

    def _ask(self, target):
        scheme = target.get("__scheme__", self.arguments["scheme"])
        path = target.get("__metrics_path__", self.arguments["metrics_path"])
        url = "%s://%s%s" % (scheme, target.get("__address__", ""), path)
        with urllib.request.urlopen(url, timeout=self.arguments["scrape_timeout"]) as answer:
            return list(read_exposition(answer.read().decode("utf-8", "replace")))


def read_exposition(text):
    """Samples of Prometheus' text format as triples of name, labels and value."""
    for line in text.splitlines():
        match = LINE.match(line) if line and not line.startswith("#") else None
        if match:
            labels = {
                name: value.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
                for name, value in LABEL.findall(match.group(2) or "")
            }
            yield match.group(1), labels, float(match.group(3).replace("Inf", "inf"))


class Relabel(Component):
    """Changes or drops series on their way."""

    FIELDS = {"forward_to": required("metrics"), "max_cache_size": Arg("number"), "rule": RULE}

    def __init__(self, *parts):
        super().__init__(*parts)
        self._rules = Rules(self.arguments["rule"])
        self.exports = {"receiver": Receiver("metrics", self._pass), "rules": self._rules}

    def _pass(self, samples):
        changed = [(self._rules.apply(labels), value, at) for labels, value, at in samples]
        forward(self.arguments["forward_to"], [sample for sample in changed if sample[0] is not None])


class RemoteWrite(Component):
    """Sends samples to endpoints by Prometheus' protocol: again when that may help, else it drops and says so."""

    FIELDS = {
        "external_labels": Arg("map", default={}),
        "endpoint": Sub(
            {
                **CLIENT,
                "send_exemplars": Arg("bool", default=True),
                "send_native_histograms": Arg("bool", default=False),
                "protobuf_message": Arg("string"),
                "queue_config": Sub(
                    {
                        "capacity": Arg("number", default=10000),
                        "min_shards": Arg("number", default=1),
                        "max_shards": Arg("number", default=50),
                        "max_samples_per_send": Arg("number", default=2000),
                        "batch_send_deadline": Arg("duration", default=5.0),
                        "min_backoff": Arg("duration", default=0.03),
                        "max_backoff": Arg("duration", default=5.0),
                        "retry_on_http_429": Arg("bool", default=True),
                        "sample_age_limit": Arg("duration", default=0.0),
                    }
                ),
                "metadata_config": Sub(
                    {
                        "send": Arg("bool", default=True),
                        "send_interval": Arg("duration"),
                        "max_samples_per_send": Arg("number"),
                    }
                ),
                "write_relabel_config": RULE,
            },
            many=True,
        ),
        "wal": Sub(
            {
                "truncate_frequency": Arg("duration"),
                "min_keepalive_time": Arg("duration"),
                "max_keepalive_time": Arg("duration"),
            }
        ),
    }

    def __init__(self, *parts):
        super().__init__(*parts)
        self._queues = [
            (queue.Queue(), endpoint, Rules(endpoint["write_relabel_config"]))
            for endpoint in self.arguments["endpoint"]
        ]
        self.exports = {"receiver": Receiver("metrics", self._take)}

    def start(self):
        for waiting, endpoint, rules in self._queues:
            self.run(self._send_all, waiting, endpoint, rules)

    def _take(self, samples):
        external = self.arguments["external_labels"]
        for waiting, _, _ in self._queues:
            if waiting.qsize() * 100 > MOST_WAITING:
                waiting.get_nowait()
            waiting.put([({**external, **labels}, value, at) for labels, value, at in samples])

    def _send_all(self, waiting, endpoint, rules):
        target = Endpoint(endpoint)
        settings = endpoint["queue_config"] or {}
        most = int(settings.get("max_samples_per_send", 2000))
        while not self.stopping:
            try:
                samples = waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            kept = [(rules.apply(labels), value, at) for labels, value, at in samples]
            kept = [sample for sample in kept if sample[0] is not None]
            for at in range(0, len(kept), most):
                self._send(target, kept[at : at + most], settings)

    def _send(self, target, samples, settings):
        body = snappy(write_request(samples))
        headers = {
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        }
        backoff, longest = settings.get("min_backoff", 0.03), settings.get("max_backoff", 5.0)
        about = {"subcomponent": "rw", "remote_name": self.id.split(".")[-1], "url": target.url}
        while not self.stopping:
            try:
                target.post(body, headers)
                return
            except Refused as error:
                if not error.again:
                    self.log.write(
                        "error",
                        "non-recoverable error",
                        **about,
                        failedSampleCount=len(samples),
                        failedHistogramCount=0,
                        failedExemplarCount=0,
                        err=error,
                    )
                    return
                self.log.write("warn", "Failed to send batch, retrying", **about, err=error)
            except OSError as error:
                self.log.write("warn", "Failed to send batch, retrying", **about, err=error)
            # Quieter than the original, which tells of every repetition of its 30 ms.
            self.pause(max(backoff, 0.25) * random.uniform(0.9, 1.1))
            backoff = min(backoff * 2, longest)


def write_request(samples):
    """Samples as the message WriteRequest; each is a triple of labels, value and time in milliseconds."""
    series = []
    for labels, value, at in samples:
        pairs = [message(1, message(1, name) + message(2, str(labels[name]))) for name in sorted(labels)]
        series.append(message(1, b"".join(pairs) + message(2, double_field(1, value) + number_field(2, at))))
    return b"".join(series)
