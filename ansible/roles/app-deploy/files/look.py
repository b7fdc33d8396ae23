"""Says in one line of JSON what a host has of an app: which Compose there is, releases and links, the image, the firewall."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys


def answer(*command):
    """What a program prints; None where it is missing or fails."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()


def compose():
    for command in (["/usr/bin/docker", "compose"], ["/usr/bin/docker-compose"], ["/usr/local/bin/docker-compose"]):
        version = answer(*command, "version", "--short")
        if version:
            return {"command": command, "version": version}
    return {"command": [], "version": ""}


def link(root, name):
    try:
        return os.path.basename(os.readlink(os.path.join(root, name)))
    except OSError:
        return ""


def releases(root):
    """By the name of their folder, the oldest first; one that nobody finished writing is none."""
    found = []
    folder = os.path.join(root, "releases")
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name, "release.json")
        try:
            with open(path, encoding="utf-8") as file:
                found.append((os.stat(path).st_mtime, name, json.load(file)))
        except (OSError, ValueError):
            continue
    return {name: document for _, name, document in sorted(found, key=lambda one: one[:2])}


def is_logged_in(registry, wanted):
    """Whether root is logged in to a registry, with the login of this checksum where there is one."""
    try:
        login = base64.b64decode(json.loads(text("/root/.docker/config.json"))["auths"][registry]["auth"])
    except (KeyError, TypeError, ValueError):
        return False
    return not wanted or hashlib.sha256(login).hexdigest() == wanted


def opened(app):
    """Ports that were opened for the app, published and others."""
    files = [f"/etc/nftables.d/published/app-deploy-{app}.nft", f"/etc/nftables.d/app-deploy-{app}.nft"]
    found = [re.findall(r"\b(\d+)\b(?= accept| \} accept)", text(path)) for path in files]
    return {"published": "".join(found[0]), "host": "".join(found[1])}


def text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def main():
    root, kind, image = sys.argv[1:4]
    rules = text("/etc/nftables.conf")
    print(
        json.dumps(
            {
                "compose": compose() if kind == "compose" else {"command": [], "version": ""},
                "links": {name: link(root, name) for name in ("current", "last-good", "previous-good")},
                "releases": releases(root),
                "hasImage": bool(image) and answer("/usr/bin/docker", "image", "inspect", "--format", "{{.Id}}", image) is not None,
                "isLoggedIn": is_logged_in(image.split("/")[0], os.environ.get("APP_DEPLOY_LOGIN", "")),
                "hasEnvironment": os.path.islink(os.path.join(root, ".env")),
                "opened": opened(os.path.basename(root)),
                "hasFirewall": "table inet base_setup" in rules,
                "hasPublished": os.path.isdir("/etc/nftables.d/published"),
            }
        )
    )


main()
