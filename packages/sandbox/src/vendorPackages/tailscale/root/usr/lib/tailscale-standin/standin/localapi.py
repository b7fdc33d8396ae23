"""The local API on the daemon's socket, with the paths of the real one where it has them; root alone may change things."""

import json
import os
import pwd
import socket
import socketserver
import struct
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit

from . import VERSION, status
from .backend import Failed

PREFIX = "/localapi/v0"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server_version = "tailscaled-standin"
    backend = None

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == f"{PREFIX}/status":
            peers = parse_qs(url.query).get("peers", ["true"])[0] != "false"
            self._answer(200, status.build(self.backend, socket.gethostname(), peers))
        elif url.path == f"{PREFIX}/prefs":
            self._answer(200, self.backend.prefs)
        elif url.path == f"{PREFIX}/version":
            self._answer(200, {"version": VERSION})
        elif url.path.startswith(f"{PREFIX}/cert/"):
            self._guarded(lambda _: self.backend.certificate(unquote(url.path.rsplit("/", 1)[1])))
        else:
            self._answer(404, {"error": "not found"})

    def do_POST(self):
        calls = {
            f"{PREFIX}/start": lambda body: self.backend.up(
                body["UpdatePrefs"], body.get("AuthKey"), body.get("ForceReauth", False)
            ),
            f"{PREFIX}/logout": lambda _: self.backend.logout(),
        }
        self._guarded(calls.get(urlsplit(self.path).path))

    def do_PATCH(self):
        is_prefs = urlsplit(self.path).path == f"{PREFIX}/prefs"
        self._guarded(self.backend.edit if is_prefs else None)

    def address_string(self):
        return "local"

    def log_message(self, format, *args):  # noqa: A002 (the base class names it so)
        pass

    def _guarded(self, call):
        """Runs a change for whoever may make it."""
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        if not call:
            self._answer(404, {"error": "not found"})
        elif not self._may_change():
            self._answer(403, {"error": "access denied"})
        else:
            try:
                self._answer(200, call(body))
            except Failed as error:
                self._answer(400, {"error": str(error)})

    def _may_change(self):
        credentials = self.connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")
        )
        uid = struct.unpack("3i", credentials)[1]
        if uid in (0, os.getuid()):
            return True
        operator = self.backend.prefs["OperatorUser"]
        try:
            return bool(operator) and pwd.getpwuid(uid).pw_name == operator
        except KeyError:
            return False

    def _answer(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class LocalServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens on a socket that everybody may ask."""

    daemon_threads = True

    def __init__(self, path, backend):
        os.makedirs(os.path.dirname(path) or ".", mode=0o755, exist_ok=True)
        if os.path.exists(path):
            os.unlink(path)
        handler = type("BoundHandler", (Handler,), {"backend": backend})
        super().__init__(path, handler)
        os.chmod(path, 0o666)
