"""Looks until an app is well several times in a row, and says in one line of JSON how that ended.

It gives up before the deadline where it is plain that nothing will come: a container, or a service, that ends again and again.
"""

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

# So often it may end and be started again.
RESTARTS = 3


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)


def ask(url):
    """Whether it answers well, and what it answers."""
    try:
        with OPENER.open(url, timeout=5) as response:
            response.read(1)
            return 200 <= response.status < 300, str(response.status)
    except urllib.error.HTTPError as error:
        return False, str(error.code)
    except (OSError, ValueError) as error:
        return False, str(getattr(error, "reason", error) or "no answer")


def lines(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30, check=False)
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.decode(errors="replace").split("\n")


def containers(app):
    ids = lines("/usr/bin/docker", "ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={app}")
    known = [one for one in ids if one]
    if not known:
        return {}
    form = "{{.Name}} {{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}"
    found = {}
    for line in lines("/usr/bin/docker", "inspect", "--format", form, *known):
        words = line.split()
        if len(words) == 4:
            found[words[0].lstrip("/")] = (int(words[1]), words[2], int(words[3]))
    return found


def service(app):
    asked = ("systemctl", "show", "--property=NRestarts,ActiveState,ExecMainStatus", f"{app}.service")
    known = dict(line.split("=", 1) for line in lines(*asked) if "=" in line)
    status = {"active": "running", "failed": "exited"}.get(known.get("ActiveState"), "restarting")
    return {f"{app}.service": (int(known.get("NRestarts") or 0), status, int(known.get("ExecMainStatus") or 0))}


def main():
    kind, app, url = sys.argv[1:4]
    times, interval, seconds = (int(one) for one in sys.argv[4:7])
    look = containers if kind == "compose" else service
    begun = time.monotonic()
    first = look(app)
    row = 0
    while True:
        parts = look(app) if row == 0 or not url else {}
        if url:
            well, answer = ask(url)
        else:
            well = bool(parts) and all(
                status == "running" or (status, code) == ("exited", 0) for _, status, code in parts.values()
            )
            answer = ", ".join(f"{name}: {status}" for name, (_, status, _) in parts.items()) or "nothing runs"
        row = row + 1 if well else 0
        took = time.monotonic() - begun
        result = {"healthy": row >= times, "answer": answer, "why": "", "seconds": round(took, 1)}
        if row >= times:
            break
        if not well:
            ended = [
                f"{name} ended {restarts - first.get(name, (0,))[0] + (status == 'exited')} times, with exit code {code}"
                for name, (restarts, status, code) in parts.items()
                if restarts - first.get(name, (0,))[0] >= RESTARTS or (status == "exited" and code != 0)
            ]
            if ended:
                result["why"] = "; ".join(ended)
                break
        if took + interval > seconds:
            break
        time.sleep(interval)
    print(json.dumps(result))


main()
