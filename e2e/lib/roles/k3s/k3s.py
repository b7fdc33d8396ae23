#!/usr/bin/python3
"""A pretended K3s: it runs no container and no Kubernetes.

What is like K3s: `server`, `agent`, `--version` and a little of `kubectl`; config.yaml with names that are skipped when unknown; a token
that joins or not; one server after the other; the files that a server writes; nodes that are remembered. Servers talk plain HTTP at 6443.
"""

import base64
import json
import os
import pathlib
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = "@VERSION@"
SETTINGS = pathlib.Path("/etc/rancher/k3s")
DATA = pathlib.Path("/var/lib/rancher/k3s")
STATE = DATA / "server/db/pretended.json"
KNOWN = {"token", "server", "node-name", "node-ip", "node-label", "tls-san", "write-kubeconfig-mode", "cluster-init"}
KNOWN |= {"disable", "kubelet-arg", "flannel-backend", "etcd-snapshot-retention"}
# How long a node takes to become ready, and how often it says that it lives.
STARTING, BEAT = 1.5, 0.5
lock = threading.Lock()


def log(level, text):
    print(f'time="{datetime.now(timezone.utc).isoformat()}" level={level} msg="(pretended) {text}"', file=sys.stderr, flush=True)


def fatal(text):
    log("fatal", text)
    sys.exit(1)


def settings():
    """Of config.yaml: one level, with lists."""
    found, name = {}, ""
    for line in (SETTINGS / "config.yaml").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        value = line.strip().removeprefix("- ")
        if line.lstrip().startswith("- "):
            found[name].append(value.strip("'\""))
            continue
        name, _, value = value.partition(":")
        found[name] = value.strip().strip("'\"") or []
    for unknown in found.keys() - KNOWN:
        log("warning", f"Unknown flag --{unknown} found in config.yaml, skipping")
    return {key: value for key, value in found.items() if key in KNOWN}


def call(address, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{address}{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=3) as response:
        return json.loads(response.read())


def read_state():
    return json.loads(STATE.read_text()) if STATE.exists() else {"nodes": {}, "events": []}


class Cluster:
    """What the first server keeps; another one asks it."""

    def __init__(self, token):
        self.token = token
        self.state = read_state()

    def keep(self):
        STATE.parent.mkdir(parents=True, exist_ok=True)
        STATE.write_text(json.dumps(self.state))

    def join(self, node):
        if node.pop("token") != self.token:
            return 401, {"message": "token is not valid"}
        joining = [name for name, other in self.state["nodes"].items() if not other["ready"] and name != node["name"]]
        if joining and node["role"] == "server":
            return 409, {"message": f"etcdserver: too many learner members in cluster: {joining[0]}"}
        self.state["nodes"][node["name"]] = {**node, "ready": False, "renewed": ""}
        self.event("start", node["name"])
        return 200, {}

    def beat(self, name):
        node = self.state["nodes"][name]
        if not node["ready"]:
            self.event("ready", name)
        node.update(ready=True, renewed=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
        self.keep()
        return 200, {}

    def event(self, what, name):
        self.state["events"].append({"what": what, "node": name, "version": self.state["nodes"][name]["version"]})
        self.keep()

    def answer(self, method, path, body):
        with lock:
            if path == "/join":
                return self.join(body)
            if path.startswith("/beat/"):
                return self.beat(path.rpartition("/")[2])
            return 200, self.state


class Relay:
    def __init__(self, address):
        self.address = address

    def answer(self, method, path, body):
        try:
            return 200, call(self.address, method, path, body)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")


def handler(cluster):
    class Handler(BaseHTTPRequestHandler):
        def reply(self):
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            try:
                status, answer = cluster.answer(self.command, self.path, body)
            except Exception as error:
                status, answer = 503, {"message": str(error)}
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_GET = do_POST = do_PUT = reply

        def log_message(self, *_):
            pass

    return Handler


def write_files(token):
    (DATA / "server").mkdir(parents=True, exist_ok=True)
    (DATA / "server/token").write_text(f"K10{'0' * 64}::server:{token}\n")
    (DATA / "server/token").chmod(0o600)
    data = base64.b64encode(b"pretended").decode()
    file = SETTINGS / "k3s.yaml"
    file.touch(mode=0o600)
    file.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: default\n"
        f"clusters:\n- name: default\n  cluster:\n    certificate-authority-data: {data}\n    server: https://127.0.0.1:6443\n"
        "contexts:\n- name: default\n  context: {cluster: default, user: default}\n"
        f"users:\n- name: default\n  user:\n    client-certificate-data: {data}\n    client-key-data: {data}\n"
    )


def notify():
    if "NOTIFY_SOCKET" in os.environ:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])


def run(role):
    chosen = settings()
    token = chosen.get("token") or fatal("--token is required")
    place = (chosen.get("server") or "").removeprefix("https://")
    if role == "agent" and not place:
        fatal("--server is required")
    log("info", f"Starting k3s {role} {VERSION}")
    if role == "server":
        cluster = Relay(place) if place else Cluster(token)
        server = ThreadingHTTPServer(("", 6443), handler(cluster))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    name = chosen["node-name"]
    me = place or "127.0.0.1:6443"
    try:
        call(me, "POST", "/join", {"token": token, "name": name, "role": role, "version": VERSION, "ip": chosen.get("node-ip")})
    except urllib.error.HTTPError as error:
        fatal(f"starting kubernetes: failed to join {me}: {json.loads(error.read())['message']}")
    except OSError as error:
        fatal(f"failed to get CA certs from {me}: {error}")
    time.sleep(STARTING)
    if role == "server":
        (DATA / "server/db").mkdir(parents=True, exist_ok=True)
        write_files(token)
    notify()
    while True:
        try:
            call(me, "PUT", f"/beat/{name}", {})
        except OSError as error:
            log("error", f"node {name}: {error}")
        time.sleep(BEAT)


def node_object(node):
    status = {
        "nodeInfo": {"kubeletVersion": node["version"]},
        "conditions": [{"type": "Ready", "status": "True" if node["ready"] else "False"}],
    }
    return {"kind": "Node", "metadata": {"name": node["name"]}, "status": status}


def kubectl(words):
    words = [word for word in words if not word.startswith(("--kubeconfig", "--namespace", "--output")) and word not in ("-o", "json")]
    place = (settings().get("server") or "").removeprefix("https://") or "127.0.0.1:6443"
    if (DATA / "server").exists():
        place = "127.0.0.1:6443"
    state = call(place, "GET", "/state")
    if words == ["get", "--raw=/readyz"]:
        print("ok")
    elif words[:2] == ["get", "nodes"]:
        print(json.dumps({"items": [node_object(node) for node in state["nodes"].values()]}))
    elif words[1] == "node":
        print(json.dumps(node_object(state["nodes"][words[2]])))
    elif words[1] == "lease":
        print(json.dumps({"spec": {"renewTime": state["nodes"][words[2]]["renewed"]}}))


def main(words):
    if words[:1] == ["--version"]:
        print(f"k3s version {VERSION} (pretended)")
    elif words[:1] in (["server"], ["agent"]):
        run(words[0])
    elif words[:1] == ["kubectl"]:
        try:
            kubectl(words[1:])
        except (OSError, KeyError) as error:
            sys.exit(f"error: {error}")
    else:
        sys.exit(f"pretended K3s does not know {words}")


main(sys.argv[1:])
