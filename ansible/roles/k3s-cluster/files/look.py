"""Says as JSON what a host has of K3s; changes nothing. Argument: the folder where the wanted program would be."""

import hashlib
import json
import pathlib
import subprocess
import sys

PROGRAM = pathlib.Path("/usr/local/bin/k3s")
SETTINGS = pathlib.Path("/etc/rancher/k3s")
MARK = "role k3s-cluster"


def text(path):
    try:
        return pathlib.Path(path).read_text(errors="replace")
    except OSError:
        return ""


def said(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def sha256(path):
    try:
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()
    except OSError:
        return ""


def version():
    # "k3s version v1.36.4+k3s1 (5a1f…)"
    words = said(str(PROGRAM), "--version").split()
    return words[2] if words[:2] == ["k3s", "version"] and len(words) > 2 else ""


def token_digest():
    for line in text(SETTINGS / "config.yaml").splitlines():
        if line.startswith("token:"):
            token = line.partition(":")[2].strip().strip("'\"")
            return hashlib.sha256(token.encode()).hexdigest()
    return ""


def unit(name):
    written = text(f"/etc/systemd/system/{name}.service")
    return {
        "exists": bool(written),
        "ours": MARK in written,
        "active": said("systemctl", "is-active", name).strip() == "active",
    }


rules = text("/etc/nftables.conf")
packages = said("dpkg-query", "--show", "--showformat=${db:Status-Abbrev} ${Package}\n")
print(
    json.dumps(
        {
            "version": version(),
            "sha256": sha256(PROGRAM.resolve()) if PROGRAM.exists() else "",
            "fetched": sha256(pathlib.Path(sys.argv[1]) / "k3s"),
            "token": token_digest(),
            "server": unit("k3s"),
            "agent": unit("k3s-agent"),
            "hasData": pathlib.Path("/var/lib/rancher/k3s/server/db").exists(),
            "applied": text(SETTINGS / ".applied").strip(),
            "registriesAreOurs": MARK in text(SETTINGS / "registries.yaml"),
            "firewall": "table inet base_setup" in rules,
            "firewallOpensNothing": 'include "/etc/nftables.d/' not in rules,
            "packages": [line.split()[1] for line in packages.splitlines() if line.startswith("ii ")],
        }
    )
)
