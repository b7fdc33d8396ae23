"""Instances of this machine, and the configuration file of each."""

import json
import os
import re
from xml.etree import ElementTree

from . import DEFAULT_INSTANCE, Refused

FOLDER = "/etc/octopus/Tentacle/Instances"

TRUSTED = "Tentacle.Communication.TrustedOctopusServers"
PORT = "Tentacle.Services.PortNumber"
NO_LISTEN = "Tentacle.Services.NoListen"
APPLICATIONS = "Tentacle.Deployment.ApplicationDirectory"
HOME = "Octopus.Home"
THUMBPRINT = "Tentacle.CertificateThumbprint"


def write(path, text, mode=0o644):
    """Replaces a file as a whole; its folder is made when missing."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.new"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
    os.rename(temporary, path)


def entry_of(name):
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise Refused(f"'{name}' cannot be the name of an instance")
    return os.path.join(FOLDER, f"{name.lower()}.config")


def listed():
    """All instances, by name."""
    try:
        names = sorted(os.listdir(FOLDER))
    except FileNotFoundError:
        return []
    found = []
    for name in names:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as opened:
            entry = json.load(opened)
        found.append({"InstanceName": entry["Name"], "ConfigurationFilePath": entry["ConfigurationFilePath"]})
    return found


def find(name):
    """The configuration of an instance. @throws Refused when there is none"""
    name = name or DEFAULT_INSTANCE
    for one in listed():
        if one["InstanceName"].lower() == name.lower():
            return Configuration(one["InstanceName"], one["ConfigurationFilePath"])
    raise Refused(f"Instance {name} of Tentacle has not been configured on this machine. Use create-instance first.")


def create(name, config):
    name = name or DEFAULT_INSTANCE
    path = os.path.abspath(config or f"/etc/octopus/{name}/tentacle-{name}.config")
    write(entry_of(name), json.dumps({"Name": name, "ConfigurationFilePath": path}))
    made = Configuration(name, path)
    if not os.path.exists(path):
        made.set({HOME: os.path.dirname(path)})
    return made


def delete(name):
    configuration = find(name)
    os.remove(entry_of(configuration.instance))
    for path in (configuration.path, configuration.key_file):
        if os.path.exists(path):
            os.remove(path)


class Configuration:
    """Settings of an instance, an XML file as the original's."""

    def __init__(self, instance, path):
        self.instance = instance
        self.path = path
        # Certificate and key, PEM.
        self.key_file = f"{path}.pem"

    def all(self):
        try:
            root = ElementTree.parse(self.path).getroot()
        except FileNotFoundError:
            raise Refused(f"The configuration file {self.path} of the instance {self.instance} is gone") from None
        return {node.get("key"): node.text or "" for node in root.findall("set")}

    def set(self, changes):
        values = {**(self.all() if os.path.exists(self.path) else {}), **changes}
        root = ElementTree.Element("octopus-settings")
        for key in sorted(values):
            ElementTree.SubElement(root, "set", key=key).text = values[key]
        ElementTree.indent(root)
        write(self.path, ElementTree.tostring(root, encoding="unicode") + "\n", 0o600)

    def servers(self):
        """Servers that are trusted."""
        return json.loads(self.all().get(TRUSTED) or "[]")

    def set_servers(self, servers):
        self.set({TRUSTED: json.dumps(servers)})

    def no_listen(self):
        return self.all().get(NO_LISTEN, "False").lower() == "true"

    def port(self):
        return int(self.all().get(PORT, "10933"))
