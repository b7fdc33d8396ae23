"""Relabelling as Prometheus does it: rules that change, keep or drop a set of labels."""

import hashlib
import re

from .diagnostics import fail
from .schema import Arg, Sub

RULE = Sub(
    {
        "source_labels": Arg("list", default=[]),
        "separator": Arg("string", default=";"),
        "target_label": Arg("string", default=""),
        "regex": Arg("string", default="(.*)"),
        "modulus": Arg("number", default=0),
        "replacement": Arg("string", default="$1"),
        "action": Arg("string", default="replace"),
    },
    many=True,
)
ACTIONS = {
    "replace",
    "keep",
    "drop",
    "labelmap",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
    "hashmod",
    "keepequal",
    "dropequal",
}
WITH_TARGET = {"replace", "lowercase", "uppercase", "hashmod", "keepequal", "dropequal"}


class Rules:
    """Rules of one component, in their order."""

    def __init__(self, blocks):
        self._rules = [_Rule(block) for block in blocks]

    def apply(self, labels):
        """The labels after all rules; None when a rule drops their owner."""
        labels = dict(labels)
        for rule in self._rules:
            labels = rule.apply(labels)
            if labels is None:
                return None
        return {name: value for name, value in labels.items() if value != ""}


class _Rule:
    def __init__(self, arguments):
        self.arguments = arguments
        where = arguments.block
        self.action = arguments["action"].lower()
        if self.action not in ACTIONS:
            fail("unknown action %s" % arguments["action"], where.start, where.head_end)
        if self.action in WITH_TARGET and arguments["target_label"] == "":
            fail(
                "relabel configuration for %s action requires 'target_label' value" % self.action,
                where.start,
                where.head_end,
            )
        try:
            self.pattern = re.compile("^(?s:%s)$" % arguments["regex"])
        except re.error as error:
            fail("error parsing regexp: %s" % error, where.start, where.head_end)

    def apply(self, labels):
        arguments, target = self.arguments, self.arguments["target_label"]
        value = arguments["separator"].join(labels.get(name, "") for name in arguments["source_labels"])
        match = self.pattern.match(value)
        if self.action in ("keep", "drop"):
            return labels if bool(match) == (self.action == "keep") else None
        if self.action in ("keepequal", "dropequal"):
            return labels if (labels.get(target, "") == value) == (self.action == "keepequal") else None
        if self.action in ("labeldrop", "labelkeep"):
            keeps = self.action == "labelkeep"
            return {name: text for name, text in labels.items() if bool(self.pattern.match(name)) == keeps}
        if self.action == "labelmap":
            mapped = [(self.pattern.match(name), text) for name, text in labels.items()]
            return {**labels, **{self._expand(found): text for found, text in mapped if found}}
        if self.action == "replace":
            return {**labels, target: self._expand(match)} if match else labels
        if self.action == "hashmod":
            digest = hashlib.md5(value.encode(), usedforsecurity=False).digest()
            return {**labels, target: str(int.from_bytes(digest[8:], "big") % int(arguments["modulus"] or 1))}
        return {**labels, target: value.lower() if self.action == "lowercase" else value.upper()}

    def _expand(self, match):
        def group(found):
            name = found.group(1) or found.group(2)
            try:
                return match.group(int(name) if name.isdigit() else name) or ""
            except IndexError:
                return ""

        return re.sub(r"\$(?:\{(\w+)\}|(\w+))", group, self.arguments["replacement"])
