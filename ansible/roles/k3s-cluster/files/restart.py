"""Restarts K3s on this node and waits until the cluster has it back, as it is now.

Arguments: unit, name of the node, wanted version, seconds. Ends with 1 and one line when the node is not ready in time, or the
unit ends again and again.
"""

import datetime
import json
import subprocess
import sys
import time

UNIT, NODE, VERSION, SECONDS = sys.argv[1:5]
KUBECTL = ["/usr/local/bin/k3s", "kubectl"]
# With it a kubelet, also an agent's, may read its own node.
OWN = [*KUBECTL, "--kubeconfig=/var/lib/rancher/k3s/agent/kubelet.kubeconfig"]
# Of a unit that comes to nothing: a start that fails once may be one that came too early.
STARTS = 5


def said(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout if done.returncode == 0 else ""


def answer(*arguments):
    try:
        return json.loads(said([*OWN, *arguments, "-o", "json"]) or "{}")
    except ValueError:
        return {}


def unit(key):
    return said(["/usr/bin/systemctl", "show", f"--property={key}", "--value", UNIT]).strip()


def missing(since):
    """What the node lacks; empty when it is ready."""
    if UNIT == "k3s" and said([*KUBECTL, "get", "--raw=/readyz"]).strip() != "ok":
        return "the API does not say that it is ready"
    node = answer("get", "node", NODE)
    if not node:
        return "the cluster does not know the node"
    # What the cluster says of a node is what it was until the kubelet says something again.
    renewed = answer("get", "lease", NODE, "--namespace=kube-node-lease").get("spec", {}).get("renewTime", "")
    if renewed < since:
        return "the cluster has not heard of the node since the restart"
    status = node.get("status", {})
    has = status.get("nodeInfo", {}).get("kubeletVersion", "")
    if has != VERSION:
        return f"the node runs {has}"
    ready = [one.get("status") for one in status.get("conditions", []) if one.get("type") == "Ready"]
    return "" if ready == ["True"] else "the node is not ready"


def main():
    since = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    subprocess.run(["/usr/bin/systemctl", "reset-failed", UNIT], capture_output=True)
    subprocess.run(["/usr/bin/systemctl", "restart", "--no-block", UNIT], check=True)
    end = time.monotonic() + int(SECONDS)
    while why := missing(since):
        if int(unit("NRestarts") or 0) >= STARTS:
            sys.exit(f"{UNIT} ends again and again")
        if time.monotonic() > end:
            sys.exit(f"after {SECONDS} seconds {why}")
        time.sleep(1)


main()
