"""What the daemon is at the moment: settings, session and netmap, and the thread that asks the control server for news."""

import json
import os
import secrets
import socket
import threading
import time

from . import VERSION, hosts, prefs
from .control import Control, Refused, Unreachable

# The server wakes us when there is news; without any we ask again after so many seconds, by which it knows that we live.
WAIT_SECONDS = 5
RETRY_SECONDS = 2
NO_PACKETS = (
    "stand-in: in userspace-networking mode no packets are carried; "
    "this machine is in the tailnet, but nothing reaches it by its mesh address"
)


class Failed(Exception):
    """What a person asked for is not possible; the message says why."""


def _distro():
    facts = {}
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            for line in file:
                name, _, value = line.strip().partition("=")
                facts[name] = value.strip('"')
    except OSError:
        pass
    return {
        "name": facts.get("ID", "linux"),
        "version": facts.get("VERSION_ID", ""),
        "codeName": facts.get("VERSION_CODENAME", ""),
    }


class Backend:
    """The state of one node."""

    def __init__(self, state_file, data_plane, log):
        self.state_file = state_file
        self.data_plane = data_plane
        self.log = log
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.prefs = prefs.fresh()
        self.machine_key = f"mkey:{secrets.token_hex(32)}"
        self.session = None
        self.pending_key = None
        self.netmap = None
        self.unreachable = None
        # Why the server did not take the last key of a node that has joined: it is out until it is told otherwise.
        self.refused = None
        self.generation = 0
        self.stopping = False
        self._control = None
        self._load()

    def start(self):
        threading.Thread(target=self._poll, daemon=True).start()

    # What a person asks for.

    def up(self, wanted, auth_key, force):
        """Takes settings, and joins with the key where the node has not joined or is told to do so again."""
        with self.lock:
            retagged = self.session and wanted["AdvertiseTags"] != self.prefs["AdvertiseTags"]
            moved = self.session and wanted["ControlURL"] != self.prefs["ControlURL"]
            self.refused = None
            self.prefs.update(wanted, WantRunning=True, LoggedOut=False)
            self._save()
            if auth_key and (force or retagged or moved or not self.session):
                self.pending_key = auth_key
                self._try_to_join()
            elif force or moved:
                self._drop_session()
            elif self.session:
                self._tell_host()
            self._moved_on()

    def edit(self, change):
        """Changes single settings."""
        with self.lock:
            unknown = [name for name in change if name not in self.prefs]
            if unknown:
                raise Failed(f"unknown settings: {', '.join(unknown)}")
            self.prefs.update(change)
            self._save()
            if self.session and self.prefs["WantRunning"]:
                self._tell_host()
            self._moved_on()

    def logout(self):
        with self.lock:
            if self.session:
                try:
                    self._server().logout(self.session)
                except (Refused, Unreachable) as error:
                    self.log(f"logout: {error}")
            self.refused = None
            self.prefs = {**prefs.fresh(), "LoggedOut": True}
            self._drop_session()
            self._moved_on()

    def certificate(self, domain):
        """Certificate and key of our name, both PEM; kept for two thirds of their life."""
        with self.lock:
            if self.state() != "Running":
                raise Failed("500 Internal Server Error: no netmap available")
            folder = os.path.join(os.path.dirname(self.state_file), "certs")
            files = [os.path.join(folder, f"{domain}{end}") for end in (".crt", ".key")]
            known = self.netmap["self"]["name"] == domain
            if known and os.path.exists(files[0]) and time.time() - os.path.getmtime(files[0]) < 60 * 86400:
                return [_read(file) for file in files]
            try:
                given = self._server().certificate(self.session, domain)
            except (Refused, Unreachable) as error:
                raise Failed(f"500 Internal Server Error: {error}") from None
            os.makedirs(folder, mode=0o700, exist_ok=True)
            pair = [given["certificate"], given["privateKey"]]
            for file, text in zip(files, pair):
                _write(file, text)
            return pair

    # What is true now.

    def state(self):
        with self.lock:
            if not self.session:
                return "NeedsLogin"
            if not self._wanted():
                return "Stopped"
            if not self.netmap:
                return "Starting"
            return "Running" if self.netmap["authorized"] else "NeedsMachineAuth"

    def health(self):
        with self.lock:
            lines = []
            if self.refused:
                lines.append(f"You are logged out. The last login error was: {self.refused}")
            if self.unreachable and self.prefs["WantRunning"]:
                lines.append(f"Unable to connect to the Tailscale coordination server: {self.unreachable}")
            if not self.data_plane and self.state() == "Running":
                lines.append(NO_PACKETS)
            return lines

    def stop(self):
        """The end of the daemon: names and addresses go, the session stays."""
        with self.lock:
            self.stopping = True
            self._moved_on()

    # Inside.

    def _wanted(self):
        return self.prefs["WantRunning"] and not self.stopping

    def _server(self):
        url = self.prefs["ControlURL"] or prefs.DEFAULT_LOGIN_SERVER
        if not self._control or self._control.url != url.rstrip("/"):
            self._control = Control(url)
        return self._control

    def _host(self):
        """What we say of ourselves."""
        host = {
            "hostname": self.prefs["Hostname"] or socket.gethostname(),
            "os": "linux",
            "version": VERSION,
            "distro": _distro(),
            "ssh": self.prefs["RunSSH"],
        }
        address = self._server().own_address()
        if self.data_plane and address:
            host["endpoint"] = f"{address}:{self.data_plane.port}"
        return host

    def _try_to_join(self):
        """Shows the key once. A refusal forgets it; where nobody answers it is tried again until it works."""
        try:
            answer = self._server().register(
                self.pending_key, self._host(), self.machine_key, self.prefs["AdvertiseTags"]
            )
        except Refused as error:
            self.pending_key = None
            self.refused = str(error) if self.session else None
            self._moved_on()
            raise Failed(str(error)) from None
        except Unreachable as error:
            self.unreachable = str(error)
            return
        self.pending_key = None
        self.session = answer.pop("session")
        self._save()
        self._take(answer)

    def _tell_host(self):
        """Says what the server does not know of us: another name, or another address in the LAN."""
        host, known = self._host(), self.netmap["self"] if self.netmap else {}
        if all(host.get(name) == known.get(name) for name in ("hostname", "endpoint", "ssh")):
            return
        try:
            self._take(self._server().host(self.session, host))
        except (Refused, Unreachable) as error:
            self.log(f"control: {error}")

    def _take(self, netmap):
        self.netmap = netmap
        self.unreachable = None
        self._apply()

    def _drop_session(self):
        self.session = self.netmap = None
        self._save()
        self._apply()

    def _moved_on(self):
        """What was asked of the server before counts no more."""
        self.generation += 1
        if self._control:
            self._control.interrupt()
        self._apply()
        self.changed.notify_all()

    def _apply(self):
        """Makes the machine's network what it should be now."""
        if not self.data_plane:
            return
        running = self.state() == "Running" and not self.refused
        if running:
            self.data_plane.configure(self.netmap)
        else:
            self.data_plane.clear()
        try:
            hosts.write(hosts.entries_of(self.netmap) if running and self.prefs["CorpDNS"] else [])
        except OSError as error:
            self.log(f"names: {error}")

    def _poll(self):
        while True:
            with self.lock:
                while self.refused or not (self._wanted() and (self.session or self.pending_key)):
                    self.changed.wait()
                if not self.session:
                    try:
                        self._try_to_join()
                    except Failed as error:
                        self.log(f"register: {error}")
                generation, session = self.generation, self.session
                server = self._server()
                version = self.netmap["version"] if self.netmap else 0
            if not session:
                time.sleep(RETRY_SECONDS)
                continue
            try:
                netmap = server.map(session, version, WAIT_SECONDS if version else 0)
            except (Refused, Unreachable) as error:
                with self.lock:
                    # What was interrupted, because a person changed something, says nothing.
                    if generation != self.generation:
                        continue
                    if isinstance(error, Refused):
                        self.log("control: this machine is not in the tailnet any more")
                        self._drop_session()
                        continue
                    self.unreachable = str(error)
                time.sleep(RETRY_SECONDS)
                continue
            with self.lock:
                if generation == self.generation:
                    self._take(netmap)
                    self._tell_host()

    def _load(self):
        try:
            kept = json.loads(_read(self.state_file))
        except FileNotFoundError:
            self._save()
            return
        self.machine_key = kept["machineKey"]
        self.session = kept["session"]
        self.prefs.update(kept["prefs"])

    def _save(self):
        if not self.state_file:
            return
        kept = {"machineKey": self.machine_key, "session": self.session, "prefs": self.prefs}
        os.makedirs(os.path.dirname(self.state_file) or ".", mode=0o700, exist_ok=True)
        _write(self.state_file, json.dumps(kept, indent=2))


def _read(file):
    with open(file, encoding="utf-8") as opened:
        return opened.read()


def _write(file, text):
    """As a whole or not at all, for root alone."""
    descriptor = os.open(f"{file}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
    os.rename(f"{file}.new", file)
