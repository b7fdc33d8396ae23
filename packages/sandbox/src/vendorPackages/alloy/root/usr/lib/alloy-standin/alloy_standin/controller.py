"""From files to components: reads, checks, builds, and replaces what runs by what a new configuration says."""

import os

from .diagnostics import ConfigError, Problem
from .docker import Cadvisor, DockerDiscovery, DockerLogs, RelabelDiscovery
from .journal import Journal
from .log import LEVELS, ComponentLog
from .loki import LokiRelabel, LokiWrite, Process
from .parser import parse
from .schema import Arg, read_arguments
from .scrape import Relabel, RemoteWrite, Scrape
from .tree import Block
from .unix import UnixExporter
from .values import references

COMPONENTS = {
    "discovery.docker": DockerDiscovery,
    "discovery.relabel": RelabelDiscovery,
    "loki.process": Process,
    "loki.relabel": LokiRelabel,
    "loki.source.docker": DockerLogs,
    "loki.source.journal": Journal,
    "loki.write": LokiWrite,
    "prometheus.exporter.cadvisor": Cadvisor,
    "prometheus.exporter.unix": UnixExporter,
    "prometheus.relabel": Relabel,
    "prometheus.remote_write": RemoteWrite,
    "prometheus.scrape": Scrape,
}
# Blocks that configure the program itself.
SETTINGS = {
    "logging": {"level": Arg("string", default="info"), "format": Arg("string", default="logfmt")},
}


def read_sources(path):
    """Content of a file, or of the `*.alloy` files of a folder, by name. Raises OSError."""
    files = [path]
    if os.path.isdir(path):
        names = sorted(name for name in os.listdir(path) if name.endswith(".alloy"))
        files = [os.path.join(path, name) for name in names]
    sources = {}
    for file in files:
        if not os.path.isdir(file):
            with open(file, encoding="utf-8", newline="") as content:
                sources[file] = content.read()
    return sources


class Configuration:
    """Components as files describe them, built and not yet started. Raises ConfigError."""

    def __init__(self, sources, log, storage):
        self._log = log
        self._storage = storage
        self.components = {}
        self.level = "info"
        self._blocks = {}
        self._failed = set()
        problems = []
        for file, text in sources.items():
            try:
                self._collect(parse(file, text), problems)
            except ConfigError as error:
                problems += error.problems
        if not problems:
            for block in self._in_order(problems):
                self._build(block, problems)
        if problems:
            raise ConfigError(problems)

    def _collect(self, body, problems):
        for item in body:
            if not isinstance(item, Block):
                problems.append(Problem('unrecognized attribute name "%s"' % item.name, item.start, item.end))
            elif item.id in self._blocks:
                message = "block %s already declared at %s" % (item.id, self._blocks[item.id].start)
                problems.append(Problem(message, item.start, item.head_end))
            elif item.name in SETTINGS:
                self._blocks[item.id] = item
            elif item.name not in COMPONENTS:
                message = 'cannot find the definition of component name "%s"' % item.name
                problems.append(Problem(message, item.start, item.head_end))
            elif not item.label:
                problems.append(Problem('component "%s" must have a label' % item.name, item.start, item.head_end))
            else:
                self._blocks[item.id] = item

    def _in_order(self, problems):
        """Blocks after those that they refer to."""
        needs = {block_id: self._needs(block, problems) for block_id, block in self._blocks.items()}
        ordered, waiting = [], dict(needs)
        while waiting:
            ready = [block_id for block_id, others in waiting.items() if not others & set(waiting)]
            if not ready:
                self._report_cycle(waiting, problems)
                break
            for block_id in ready:
                ordered.append(self._blocks[block_id])
                del waiting[block_id]
        return ordered

    def _report_cycle(self, waiting, problems):
        # Those that nobody in the circle needs only lead into it.
        while True:
            needed = set().union(*waiting.values())
            outside = [block_id for block_id in waiting if block_id not in needed]
            if not outside:
                break
            for block_id in outside:
                del waiting[block_id]
        for block_id in sorted(waiting):
            block = self._blocks[block_id]
            if block_id in waiting[block_id]:
                message = "cannot reference self"
            else:
                message = "cycle detected: %s" % ", ".join(sorted(waiting))
            problems.append(Problem(message, block.start, block.head_end))

    def _needs(self, block, problems):
        found = set()
        for attribute in block.attributes():
            for name in references(attribute.value):
                target = self._target(name)
                if target is None:
                    message = 'component "%s" does not exist or is out of scope' % ".".join(name.parts)
                    problems.append(Problem(message, name.start, name.end))
                    self._failed.add(block.id)
                else:
                    found.add(target)
        for inner in block.blocks():
            found |= self._needs(inner, problems)
        return found

    def _target(self, name):
        """Id of the component that a name begins with."""
        for length in range(len(name.parts), 0, -1):
            candidate = ".".join(name.parts[:length])
            if candidate in self._blocks:
                return candidate
        return None

    def _resolve(self, name):
        target = self._target(name)
        if target not in self.components:
            raise ConfigError([])
        value = self.components[target].exports
        for part in name.parts[len(target.split(".")) :]:
            if not isinstance(value, dict) or part not in value:
                raise ConfigError([Problem('field "%s" does not exist' % part, name.start, name.end)])
            value = value[part]
        return value

    def _build(self, block, problems):
        found = []
        fields = SETTINGS.get(block.name) or COMPONENTS[block.name].FIELDS
        try:
            arguments = read_arguments(block, fields, self._resolve, found)
            if not found and block.name == "logging":
                self._set_level(arguments, found)
            elif not found:
                self.components[block.id] = COMPONENTS[block.name](
                    block.id, arguments, ComponentLog(self._log, block.id), self._storage
                )
        except ConfigError as error:
            found += error.problems
        problems += found

    def _set_level(self, arguments, found):
        level = arguments["level"]
        if level not in LEVELS:
            where = next(item for item in arguments.block.attributes() if item.name == "level")
            found.append(Problem('unrecognized log level "%s"' % level, where.value.start, where.value.end))
        else:
            self.level = level


class Controller:
    """What runs. A configuration that cannot be taken leaves it as it is."""

    def __init__(self, log, storage):
        self._log = log
        self._storage = storage
        self._running = {}
        self.loaded = False

    def load(self, sources):
        """Replaces what runs. Raises ConfigError, and then nothing has changed."""
        configuration = Configuration(sources, self._log, self._storage)
        self.stop()
        self._log.level = configuration.level
        self._running = configuration.components
        for component in self._running.values():
            component.start()
        self.loaded = True

    def stop(self):
        """Ends all components, sources first so that what they sent still leaves."""
        for component in reversed(list(self._running.values())):
            component.stop()
        self._running = {}
