#!/usr/bin/env python3
"""Dynamic inventory for Ansible: the hosts and servers of Nante's records, from the bucket or from a copy of it in a folder.

    ansible-inventory -i inventory/records.py --graph
    ansible-playbook -i inventory/records.py -l web-1 site.yml --check --diff

The environment says where the records are and what is wanted; README.md beside this file lists it. Nothing is written but the
file of host keys. Only the standard library is needed.
"""

import argparse
import datetime
import hashlib
import hmac
import ipaddress
import json
import os
import pathlib
import re
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

PREFIX = "nante/"
DOCUMENTS = ("hosts.json", "servers.json", "ledger.json")
TIMEOUT_SECONDS = 15
LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?\Z")
WORKSPACE = re.compile(r"[a-z][a-z0-9-]{0,80}\Z")
USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z")
ROLE = re.compile(r"[a-z][a-z0-9_-]*\Z")
HOST_KEY = re.compile(r"(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+={0,3}\Z")
# What the ledger says of a thing that is there.
PRESENT = ("created", "adopted")


class Problem(Exception):
    """Something that a person has to put right."""


class Folder:
    """A copy of the bucket: FOLDER/nante/<workspace>/hosts.json, or FOLDER/<workspace>/hosts.json."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        if not self.path.is_dir():
            raise Problem(f"{path} is no folder")
        if (self.path / PREFIX).is_dir():
            self.path = self.path / PREFIX

    def workspaces(self):
        return sorted({file.parent.name for name in DOCUMENTS[:2] for file in self.path.glob(f"*/{name}")})

    def read(self, workspace, name):
        try:
            return (self.path / workspace / name).read_bytes()
        except FileNotFoundError:
            return None


class Bucket:
    """An S3 bucket by its address, with path-style requests that are signed by version 4 of Amazon's method."""

    def __init__(self, endpoint, bucket, user, password):
        self.endpoint = endpoint.rstrip("/")
        self.bucket = bucket
        self.user = user
        self.password = password
        self.region = os.environ.get("AWS_REGION") or "us-east-1"

    def workspaces(self):
        found, token = set(), None
        while True:
            query = {"list-type": "2", "prefix": PREFIX}
            if token:
                query["continuation-token"] = token
            tree = xml.etree.ElementTree.fromstring(self._get("", query))
            # Stores differ in the namespace of their answers.
            texts = [(element.tag.rpartition("}")[2], element.text or "") for element in tree.iter()]
            for tag, text in texts:
                parts = text[len(PREFIX) :].split("/")
                if tag == "Key" and len(parts) == 2 and parts[1] in DOCUMENTS[:2]:
                    found.add(parts[0])
            token = dict(texts).get("NextContinuationToken")
            if not token:
                return sorted(found)

    def read(self, workspace, name):
        return self._get(f"{PREFIX}{workspace}/{name}", {})

    def _get(self, key, query):
        path = "/" + urllib.parse.quote(f"{self.bucket}/{key}" if key else self.bucket, safe="/-_.~")
        pairs = sorted(query.items())
        text = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
        request = urllib.request.Request(f"{self.endpoint}{path}" + (f"?{text}" if text else ""))
        for name, value in self._signed(path, text).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404 and key:
                return None
            hint = ": look at MINIO_ROOT_USER and MINIO_ROOT_PASSWORD" if error.code == 403 else ""
            raise Problem(f"{self.endpoint} answers {error.code} for {key or self.bucket}{hint}") from None
        except OSError as error:
            raise Problem(f"{self.endpoint} does not answer: {getattr(error, 'reason', error)}") from None

    def _signed(self, path, query):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        empty = hashlib.sha256(b"").hexdigest()
        headers = {
            "host": urllib.parse.urlsplit(self.endpoint).netloc,
            "x-amz-content-sha256": empty,
            "x-amz-date": now,
        }
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = "\n".join(["GET", path, query, lines, names, empty])
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()])
        key = f"AWS4{self.password}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.new(key, text.encode(), "sha256").hexdigest()
        del headers["host"]
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.user}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return headers


def quote(text):
    return urllib.parse.quote(text, safe="-_.~")


def open_records():
    folder = os.environ.get("NANTE_RECORDS")
    if folder:
        return Folder(folder)
    names = ("STATE_S3_ENDPOINT", "STATE_BUCKET", "MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise Problem(f"these are not set: {', '.join(missing)}; or name a copy of the bucket by NANTE_RECORDS")
    return Bucket(*(os.environ[name] for name in names))


def document(records, workspace, name):
    body = records.read(workspace, name)
    if body is None:
        return {}
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Problem(f"{name} of {workspace} cannot be read")
    return found


def data(value):
    """Marks every text as data: Ansible takes variables for templates, and people typed these."""
    if isinstance(value, str):
        return {"__ansible_unsafe": value}
    if isinstance(value, list):
        return [data(one) for one in value]
    if isinstance(value, dict):
        # A name that is a mark itself, or a template, is nobody's argument.
        return {key: data(one) for key, one in value.items() if not re.match(r"__ansible_|.*\{[{%#]", key, re.DOTALL)}
    return value


def group(kind, name):
    """Names of groups have no dashes."""
    return f"{kind}_{name.replace('-', '_')}"


def known(entries, system, name, outside_id):
    """The newest entry of a thing that is there."""
    for entry in reversed(entries):
        if (entry.get("system"), entry.get("host"), entry.get("outsideId")) == (system, name, outside_id):
            return entry if entry.get("state") in PRESENT else None
    return None


def hosts_of(records, workspace, warn):
    """Everything of a workspace that can be entered: (name, kind, address, port, user, desired, entry, app, environment)."""
    entries = document(records, workspace, "ledger.json").get("entries", [])
    documents = [document(records, workspace, name) for name in DOCUMENTS[:2]]
    for holder, field in zip(documents, ("hosts", "servers")):
        app, environment = holder.get("app"), holder.get("environment")
        for name, desired in holder.get(field, {}).items():
            if field == "servers":
                kind, user, port = "server", desired.get("user"), desired.get("port", 22)
                address = desired.get("address")
                entry = known(entries, "ssh", name, f"{address}:{port}")
            else:
                kind, port = desired.get("kind"), 22
                user = "root" if kind == "lxc" else desired.get("user")
                entry = known(entries, "proxmox", name, str(desired.get("vm_id")))
                static = desired.get("network", {}).get("address")
                address = entry.get("address") if entry and static == "dhcp" else str(static).split("/")[0]
            if entry is None:
                warn(f"{name} of {workspace} is left out: the ledger does not say that it is there")
            elif not address or address == "dhcp":
                warn(f"{name} of {workspace} is left out: its address is not known")
            else:
                yield name, kind, address, port, user, desired, entry, app, environment


def check(workspace, name, kind, address, port, user, app, environment):
    """The records may have been written by hand: what becomes a name, an address or an option has to be one."""
    wrong = [
        what
        for what, right in {
            "name": LABEL.match(name),
            "app": LABEL.match(str(app)),
            "environment": LABEL.match(str(environment)),
            "kind": kind in ("vm", "lxc", "server"),
            "user": USER.match(str(user)),
            "port": isinstance(port, int) and 0 < port < 65536,
            "address": is_address(address),
        }.items()
        if not right
    ]
    if wrong:
        raise Problem(f"{json.dumps(name)} of {workspace} has a wrong {' and a wrong '.join(wrong)}")


def is_address(text):
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def inventory(records, workspace, known_hosts, warn):
    """Ansible's form of --list, and the lines of the file of host keys."""
    if workspace and not WORKSPACE.match(workspace):
        raise Problem("NANTE_WORKSPACE is no name of a workspace, such as shop-dev")
    workspaces = [workspace] if workspace else records.workspaces()
    groups, variables, keys = {}, {}, []
    for of in workspaces:
        for name, kind, address, port, user, desired, entry, app, environment in hosts_of(records, of, warn):
            check(of, name, kind, address, port, user, app, environment)
            # Over all workspaces a name alone would stand for several.
            title = name if workspace else f"{name}.{of}"
            roles = [role for role in desired.get("roles") or [] if ROLE.match(str(role.get("name")))]
            names = [group("app", app), group("environment", environment), group("kind", kind)]
            for one in names + [group("role", role["name"]) for role in roles]:
                groups.setdefault(one, {"hosts": []})["hosts"].append(title)
            variables[title] = {
                "ansible_host": address,
                "ansible_port": port,
                "ansible_user": user,
                "ansible_ssh_common_args": f"-o UserKnownHostsFile={known_hosts} -o StrictHostKeyChecking=yes",
                # Whoever is root needs no sudo, and a bare container has none.
                **({"ansible_become": False} if user == "root" else {}),
                "nante_app": app,
                "nante_environment": environment,
                "nante_kind": kind,
                "nante_workspace": of,
                "nante_owner": data(str(desired.get("owner", ""))),
                "nante_roles": data(roles),
            }
            where = address if port == 22 else f"[{address}]:{port}"
            pinned = [key for key in entry.get("hostKeys") or [] if HOST_KEY.match(str(key))]
            if not pinned:
                warn(f"{title} has no pinned host key: it will be refused")
            keys += [f"{where} {key}\n" for key in pinned]
    for one in groups.values():
        one["hosts"] = sorted(set(one["hosts"]))
    return {**dict(sorted(groups.items())), "_meta": {"hostvars": variables}}, keys


def write_keys(path, lines):
    """All at once, so that a play that reads it meanwhile has the old ones or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".known_hosts-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(sorted(set(lines))))
    os.replace(name, path)


def known_hosts_path():
    given = os.environ.get("NANTE_KNOWN_HOSTS")
    path = pathlib.Path(given) if given else pathlib.Path(__file__).resolve().parents[1] / ".cache" / "known_hosts"
    path = path.absolute()
    # It becomes a word of SSH's options.
    if re.search(r"[\s\"'\\{}%$]", str(path)):
        raise Problem("the path of the file of host keys has a character that SSH's options cannot have; see NANTE_KNOWN_HOSTS")
    return path


def main(arguments):
    parser = argparse.ArgumentParser(description="The hosts of Nante's records, for Ansible.")
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--list", action="store_true", help="all groups, hosts and variables")
    wish.add_argument("--host", metavar="NAME", help="the variables of one host")
    options = parser.parse_args(arguments)
    try:
        path = known_hosts_path()
        found, keys = inventory(
            open_records(),
            os.environ.get("NANTE_WORKSPACE", ""),
            path,
            lambda text: print(f"records.py: {text}.", file=sys.stderr),
        )
        if options.list:
            write_keys(path, keys)
    except Problem as problem:
        print(f"records.py: {problem}.", file=sys.stderr)
        return 1
    answer = found if options.list else found["_meta"]["hostvars"].get(options.host, {})
    print(json.dumps(answer, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
