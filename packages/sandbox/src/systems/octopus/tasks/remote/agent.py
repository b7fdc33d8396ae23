"""What the stand-in of Octopus runs on a target, as the vendor's server runs its own helper: unpacks packages and runs scripts.

Reads one line of JSON, the order, and after it as many bytes as `size` says. Answers in lines of JSON: `{"line", "stream"}` for
what scripts say, and a last one `{"result"}` or `{"failed"}`. When its input ends early, whoever sent it is gone: then what runs
is ended too.
"""

import base64
import hashlib
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile

lock = threading.Lock()
running = []


class Failed(Exception):
    """What a person is told."""


def say(**message):
    with lock:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def line(text, stream="out"):
    say(line=text, stream=stream)


def die_with_sender():
    """Waits for the end of the input."""
    while sys.stdin.buffer.read(4096):
        pass
    for process in running:
        try:
            os.killpg(process.pid, signal.SIGTERM)
            time.sleep(0.5)
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    os._exit(130)


def facts(_order):
    names = {}
    try:
        with open("/etc/os-release", encoding="utf-8") as opened:
            for entry in opened:
                name, _, value = entry.strip().partition("=")
                names[name] = value.strip('"')
    except OSError:
        pass
    disk = shutil.disk_usage("/")
    return {
        "os": names.get("PRETTY_NAME", platform.system()),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "user": subprocess.run(["id", "-un"], capture_output=True, text=True, check=False).stdout.strip(),
        "freeBytes": disk.free,
        "totalBytes": disk.total,
        "bash": shutil.which("bash") is not None,
    }


def root_of(order):
    return os.path.expanduser(order["root"])


def journal_of(order):
    return os.path.join(root_of(order), "DeploymentJournal.json")


def journal(order):
    """The newest entry for this package, environment and folder."""
    try:
        with open(journal_of(order), encoding="utf-8") as opened:
            entries = json.load(opened)
    except FileNotFoundError:
        return {"last": None}
    keys = ("environment", "package", "custom")
    same = [entry for entry in entries if all(entry.get(key) == order.get(key) for key in keys)]
    last = same[-1] if same else None
    if last and not os.path.isdir(last["directory"]):
        last = None
    return {"last": last}


def remember(order, directory, success):
    path = journal_of(order)
    try:
        with open(path, encoding="utf-8") as opened:
            entries = json.load(opened)
    except FileNotFoundError:
        entries = []
    keys = ("environment", "package", "custom", "version")
    entries.append({**{key: order.get(key) for key in keys}, "directory": directory, "success": success, "time": time.time()})
    with open(f"{path}.new", "w", encoding="utf-8") as opened:
        json.dump(entries[-200:], opened)
    os.replace(f"{path}.new", path)


def new_folder(parent, name):
    os.makedirs(parent, exist_ok=True)
    for number in range(1000):
        path = os.path.join(parent, name if number == 0 else f"{name}_{number}")
        try:
            os.mkdir(path)
            return path
        except FileExistsError:
            continue
    raise Failed(f"{parent} has too many folders of version {name}")


def receive(order, path):
    left, sha1 = order["size"], hashlib.sha1()
    with open(path, "wb") as opened:
        while left > 0:
            part = sys.stdin.buffer.read(min(left, 1 << 20))
            if not part:
                os._exit(130)
            sha1.update(part)
            opened.write(part)
            left -= len(part)
    if sha1.hexdigest() != order["sha1"]:
        raise Failed("the package arrived damaged: its SHA-1 differs from the one that was sent")


def unpack(path, extension, directory):
    if extension in (".zip", ".jar", ".war", ".ear"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(directory)
            for entry in archive.infolist():
                mode = entry.external_attr >> 16 & 0o777
                target = os.path.join(directory, entry.filename)
                if mode and os.path.isfile(target):
                    os.chmod(target, mode | 0o600)
    elif extension.startswith(".t"):
        with tarfile.open(path) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extractall(directory, filter="data")
            else:
                archive.extractall(directory)
    else:
        raise Failed(f"packages that end in {extension} cannot be unpacked")


def preamble(variables):
    encoded = {name: base64.b64encode(value.encode()).decode() for name, value in variables.items()}
    cases = "\n".join(f"    {shlex.quote(name)}) printf %s {value} | base64 -d ;;" for name, value in encoded.items())
    return (
        "get_octopusvariable() {\n  case \"$1\" in\n"
        + cases
        + "\n    *) ;;\n  esac\n}\n"
        + r"""
__standin_code() { printf %s "$1" | base64 | tr -d '\n'; }
set_octopusvariable() {
  printf "##octopus[setVariable name='%s' value='%s']\n" "$(__standin_code "$1")" "$(__standin_code "$2")"
}
write_verbose() { printf "##octopus[stdout-verbose]\n%s\n##octopus[stdout-default]\n" "$*"; }
write_highlight() { printf "##octopus[stdout-highlight]\n%s\n##octopus[stdout-default]\n" "$*"; }
write_warning() { printf "##octopus[stdout-warning]\n%s\n##octopus[stdout-default]\n" "$*"; }
fail_step() {
  printf "##octopus[resultMessage message='%s']\n" "$(__standin_code "${1:-}")"
  exit 255
}
"""
    )


def run_script(script, directory, variables):
    """Runs a bash script in a folder and returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="octopus-") as folder:
        start = os.path.join(folder, "start.sh")
        with open(start, "w", encoding="utf-8") as opened:
            opened.write(preamble(variables) + f". {shlex.quote(script)}\n")
        os.chmod(start, 0o600)
        process = subprocess.Popen(
            ["bash", start],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        running.append(process)

        def follow(pipe, stream):
            for raw in pipe:
                line(raw.decode("utf-8", "replace").rstrip("\r\n"), stream)

        threads = [
            threading.Thread(target=follow, args=(pipe, stream), daemon=True)
            for pipe, stream in ((process.stdout, "out"), (process.stderr, "error"))
        ]
        for thread in threads:
            thread.start()
        code = process.wait()
        # Something that it left running may hold the pipes open for ever.
        for thread in threads:
            thread.join(2)
        running.remove(process)
        return code


def script(order):
    with tempfile.TemporaryDirectory(prefix="octopus-work-") as folder:
        path = os.path.join(folder, "Script.sh")
        with open(path, "w", encoding="utf-8") as opened:
            opened.write(order["script"])
        return {"code": run_script(path, folder, order["variables"])}


def package(order):
    root = root_of(order)
    files = os.path.join(root, "Files")
    os.makedirs(files, mode=0o700, exist_ok=True)
    safe = order["package"].replace("/", "_")
    archive = os.path.join(files, f"{safe}@{order['version']}{order['extension']}")
    receive(order, archive)
    watch()
    parent = os.path.join(root, "Applications", order["environment"].replace("/", "_"), safe)
    directory = new_folder(parent, order["version"])
    line(f"Unpacking {order['package']} {order['version']} to {directory}")
    unpack(archive, order["extension"], directory)
    os.remove(archive)
    if order.get("custom"):
        custom = order["custom"]
        if order.get("purge") and os.path.isdir(custom):
            line(f"Emptying {custom}")
            shutil.rmtree(custom)
        line(f"Copying to {custom}")
        shutil.copytree(directory, custom, dirs_exist_ok=True)
        directory = custom
    key = "Octopus.Action.Package.InstallationDirectoryPath"
    variables = {**order["variables"], key: directory}
    line("##octopus[setVariable name='%s' value='%s']" % tuple(base64.b64encode(text.encode()).decode() for text in (key, directory)))
    code, failed = 0, None
    for stage in ("PreDeploy", "Deploy", "PostDeploy"):
        failed, code = f"{stage}.sh", run_stage(stage, directory, order, variables)
        if code != 0:
            break
    if code != 0:
        run_stage("DeployFailed", directory, order, variables)
    remember(order, directory, code == 0)
    return {"code": code, "directory": directory, "script": failed if code else None}


def run_stage(stage, directory, order, variables):
    name = f"{stage}.sh"
    own = order.get("scripts", {}).get(name)
    if own:
        line(f"Running the step's own {name}")
        with tempfile.TemporaryDirectory(prefix="octopus-work-") as folder:
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as opened:
                opened.write(own)
            code = run_script(path, directory, variables)
        if code != 0:
            return code
    path = os.path.join(directory, name)
    if not os.path.isfile(path):
        return 0
    line(f"Running {name}")
    return run_script(path, directory, variables)


def watch():
    threading.Thread(target=die_with_sender, daemon=True).start()


def main():
    order = json.loads(sys.stdin.buffer.readline())
    if order["op"] != "package":
        watch()
    try:
        say(result={"facts": facts, "journal": journal, "script": script, "package": package}[order["op"]](order))
    except (Failed, OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        say(failed=str(error))
    sys.stdout.flush()
    # Not waiting for the thread that reads.
    os._exit(0)


main()
