"""What asks the Docker engine: its containers, their logs and their figures."""

import calendar
import http.client
import json
import os
import re
import socket
import time
import urllib.parse

from .component import Component, forward
from .relabel import RULE, Rules
from .schema import Arg, Sub, required
from .values import CONSTANTS, Live, now

SOCKET = "unix:///var/run/docker.sock"


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("docker", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    """The HTTP API of a Docker engine behind a socket or an address."""

    def __init__(self, host):
        self._host = host

    def open(self, path, timeout=10):
        """A connection and the answer to be read from it. Raises OSError."""
        parsed = urllib.parse.urlparse(self._host)
        if parsed.scheme == "unix":
            connection = _UnixConnection(parsed.path, timeout)
        else:
            connection = http.client.HTTPConnection(parsed.hostname, parsed.port or 2375, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from None
        if answer.status != 200:
            raise OSError("Docker answers %d: %s" % (answer.status, answer.read(500).decode("utf-8", "replace")))
        return connection, answer

    def get(self, path):
        """An answer as value. Raises OSError."""
        connection, answer = self.open(path)
        try:
            return json.loads(answer.read())
        finally:
            connection.close()

    def containers(self):
        """Those that run."""
        return self.get("/containers/json")


class DockerDiscovery(Component):
    """Containers as targets; asks again after its interval."""

    FIELDS = {
        "host": required("string"),
        "port": Arg("number", default=80),
        "host_networking_host": Arg("string", default="localhost"),
        "match_first_network": Arg("bool", default=True),
        "refresh_interval": Arg("duration", default=60.0),
        "filter": Sub({"name": required("string"), "values": required("list")}, many=True),
    }

    def __init__(self, *parts):
        super().__init__(*parts)
        self._targets = []
        self.exports = {"targets": Live(lambda: self._targets)}

    def start(self):
        self.run(self._loop)

    def _loop(self):
        engine = Engine(self.arguments["host"])
        while True:
            try:
                self._targets = [self._target(container) for container in engine.containers()]
            except (OSError, ValueError) as error:
                self.log.write("error", "Unable to refresh target groups", err=error)
            if self.pause(self.arguments["refresh_interval"]):
                return

    def _target(self, container):
        network, settings = next(
            iter(sorted((container.get("NetworkSettings") or {}).get("Networks", {}).items())), ("", {})
        )
        labels = {
            "__meta_docker_container_label_" + re.sub(r"\W", "_", name): value
            for name, value in (container.get("Labels") or {}).items()
        }
        address = settings.get("IPAddress") or self.arguments["host_networking_host"]
        return {
            **labels,
            "__address__": "%s:%d" % (address, self.arguments["port"]),
            "__meta_docker_container_id": container["Id"],
            "__meta_docker_container_name": container["Names"][0],
            "__meta_docker_container_network_mode": (container.get("HostConfig") or {}).get("NetworkMode", ""),
            "__meta_docker_network_name": network,
            "__meta_docker_network_ip": settings.get("IPAddress", ""),
        }


class RelabelDiscovery(Component):
    """Targets after rules."""

    FIELDS = {"targets": required("targets"), "rule": RULE}

    def __init__(self, *parts):
        super().__init__(*parts)
        self._rules = Rules(self.arguments["rule"])
        self.exports = {"output": Live(self._output), "rules": self._rules}

    def _output(self):
        changed = [self._rules.apply(target) for target in now(self.arguments["targets"])]
        return [target for target in changed if target]


class DockerLogs(Component):
    """Lines of containers, each once: how far it read outlives a restart."""

    FIELDS = {
        "host": required("string"),
        "targets": required("targets"),
        "forward_to": required("logs"),
        "labels": Arg("map", default={}),
        "relabel_rules": Arg("rules", default={}),
        "refresh_interval": Arg("duration", default=60.0),
    }

    def __init__(self, *parts):
        super().__init__(*parts)
        self._positions = {}
        self._read = set()
        self._open = set()
        self._saved = 0.0

    def start(self):
        try:
            with open(self.storage("positions.json"), encoding="utf-8") as file:
                self._positions = json.load(file)
        except (OSError, ValueError):
            self._positions = {}
        self.run(self._loop)

    def stop(self):
        self._stopping.set()
        # Whoever waits for a line would wait for ever.
        for connection in list(self._open):
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except (OSError, AttributeError):
                pass
        super().stop()
        self._save()

    def _loop(self):
        while True:
            for target in now(self.arguments["targets"]):
                container = target.get("__meta_docker_container_id")
                if container and container not in self._read:
                    self._read.add(container)
                    self.run(self._follow, container, target)
            if self.pause(1):
                return

    def _follow(self, container, target):
        engine = Engine(self.arguments["host"])
        begin = self._positions.get(container, 0)
        connection = None
        try:
            terminal = engine.get("/containers/%s/json" % container)["Config"]["Tty"]
            path = "/containers/%s/logs?follow=1&stdout=1&stderr=1&timestamps=1&since=%.9f" % (container, begin / 1e9)
            connection, answer = engine.open(path, timeout=None)
            self._open.add(connection)
            for stream, line in _lines(answer, terminal):
                self._forward(container, target, stream, line, begin)
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            if not self.stopping:
                self.log.write("error", "could not transfer logs", target="docker/" + container, err=error)
        self._open.discard(connection)
        # It may come back, or have been away for a moment only.
        self.pause(2)
        self._read.discard(container)

    def _forward(self, container, target, stream, line, begin):
        stamp, _, text = line.partition(" ")
        at = nanoseconds(stamp)
        # The engine gives the last line again: it counts from it, not from after it.
        if at <= begin:
            return
        labels = {**target, "__meta_docker_container_log_stream": stream}
        rules = self.arguments["relabel_rules"]
        labels = rules.apply(labels) if rules else labels
        if labels is not None:
            own = {name: value for name, value in labels.items() if not name.startswith("__")}
            forward(self.arguments["forward_to"], [({**own, **self.arguments["labels"]}, at, text)])
        self._positions[container] = at
        if time.monotonic() > self._saved + 2:
            self._save()

    def _save(self):
        self._saved = time.monotonic()
        path = self.storage("positions.json")
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(self._positions, file)
        os.replace(path + ".new", path)


def nanoseconds(stamp):
    """Nanoseconds since 1970 of a time such as 2026-01-02T03:04:05.123456789Z. Raises ValueError."""
    whole, _, fraction = stamp.rstrip("Z").partition(".")
    seconds = time.strptime(whole + " UTC", "%Y-%m-%dT%H:%M:%S %Z")
    return calendar.timegm(seconds) * 10**9 + int(fraction.ljust(9, "0")[:9] or 0)


def _lines(answer, terminal):
    """Lines of a log that goes on; without a terminal each piece has a head of eight bytes."""
    rest = {}
    while True:
        if terminal:
            stream, piece = "stdout", answer.read1(65536)
        else:
            head = answer.read(8)
            if len(head) < 8:
                return
            stream, piece = ("stderr" if head[0] == 2 else "stdout"), answer.read(int.from_bytes(head[4:8], "big"))
        if not piece:
            return
        *whole, last = (rest.get(stream, b"") + piece).split(b"\n")
        rest[stream] = last
        for line in whole:
            yield stream, line.decode("utf-8", "replace").rstrip("\r")


class Cadvisor(Component):
    """Figures of containers under the names of cAdvisor, as the engine tells them."""

    FIELDS = {
        "docker_host": Arg("string", default=SOCKET),
        "docker_only": Arg("bool", default=False),
        "storage_duration": Arg("duration", default=120.0),
        "store_container_labels": Arg("bool", default=True),
        "allowlisted_container_labels": Arg("list", default=[]),
        "env_metadata_allowlist": Arg("list", default=[]),
        "raw_cgroup_prefix_allowlist": Arg("list", default=[]),
        "disabled_metrics": Arg("list"),
        "enabled_metrics": Arg("list", default=[]),
        "disable_root_cgroup_stats": Arg("bool", default=False),
        "containerd_host": Arg("string"),
        "containerd_namespace": Arg("string"),
    }

    def __init__(self, *parts):
        super().__init__(*parts)
        self._problem = None
        target = {
            "__address__": "alloy.internal:12345",
            "__metrics_path__": "/api/v0/component/%s/metrics" % self.id,
            "__scrape__": self.collect,
            "instance": CONSTANTS["hostname"],
            "job": "integrations/cadvisor",
        }
        self.exports = {"targets": [target]}

    def collect(self):
        """Samples as triples of name, labels and value. An engine that is away leaves only the machine's own."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        samples = [("machine_cpu_cores", {}, os.cpu_count() or 1), ("machine_memory_bytes", {}, memory)]
        engine = Engine(self.arguments["docker_host"])
        try:
            for container in engine.containers():
                samples += self._container(engine, container)
            self._problem = None
        except (OSError, ValueError) as error:
            if str(error) != self._problem:
                self._problem = str(error)
                self.log.write("error", "Failed to ask the Docker engine", err=error)
        return samples

    def _container(self, engine, container):
        path = "/containers/%s/stats?stream=false&one-shot=true" % container["Id"]
        stats = engine.get(path)
        memory = stats.get("memory_stats") or {}
        usage = memory.get("usage", 0)
        labels = {
            "id": "/system.slice/docker-%s.scope" % container["Id"],
            "name": container["Names"][0].lstrip("/"),
            "image": container["Image"],
        }
        allowed = self.arguments["allowlisted_container_labels"]
        if self.arguments["store_container_labels"] or allowed:
            for name, value in (container.get("Labels") or {}).items():
                if self.arguments["store_container_labels"] or name in allowed:
                    labels["container_label_" + re.sub(r"\W", "_", name)] = value
        inactive = (memory.get("stats") or {}).get("inactive_file", 0)
        samples = [
            ("container_last_seen", labels, time.time()),
            ("container_start_time_seconds", labels, container.get("Created", 0)),
            ("container_memory_usage_bytes", labels, usage),
            ("container_memory_working_set_bytes", labels, max(0, usage - inactive)),
            ("container_spec_memory_limit_bytes", labels, memory.get("limit", 0)),
            (
                "container_cpu_usage_seconds_total",
                {**labels, "cpu": "total"},
                ((stats.get("cpu_stats") or {}).get("cpu_usage") or {}).get("total_usage", 0) / 1e9,
            ),
        ]
        for interface, values in (stats.get("networks") or {}).items():
            with_name = {**labels, "interface": interface}
            samples.append(("container_network_receive_bytes_total", with_name, values.get("rx_bytes", 0)))
            samples.append(("container_network_transmit_bytes_total", with_name, values.get("tx_bytes", 0)))
        return samples
