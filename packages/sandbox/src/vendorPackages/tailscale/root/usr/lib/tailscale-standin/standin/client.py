"""How the command line talks to the daemon."""

import http.client
import json
import socket


class NoDaemon(Exception):
    """Nobody listens on the socket."""

    def __init__(self):
        super().__init__(
            "failed to connect to local tailscaled; it doesn't appear to be running "
            "(sudo systemctl start tailscaled ?)"
        )


class Denied(Exception):
    """The daemon answered no; its words are the message."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("local-tailscaled.sock", timeout=60)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


class Client:
    """Calls of the local API."""

    def __init__(self, path):
        self._path = path

    def status(self, peers=True):
        return self._call("GET", f"/status?peers={'true' if peers else 'false'}")

    def prefs(self):
        return self._call("GET", "/prefs")

    def start(self, wanted, auth_key, force):
        body = {"UpdatePrefs": wanted, "AuthKey": auth_key, "ForceReauth": force}
        self._call("POST", "/start", body)

    def edit(self, change):
        self._call("PATCH", "/prefs", change)

    def logout(self):
        self._call("POST", "/logout")

    def certificate(self, domain):
        return self._call("GET", f"/cert/{domain}?type=pair")

    def _call(self, method, path, body=None):
        connection = _Connection(self._path)
        try:
            connection.request(method, f"/localapi/v0{path}", body=json.dumps(body) if body is not None else None)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException):
            raise NoDaemon() from None
        finally:
            connection.close()
        if response.status >= 400:
            raise Denied(answer["error"])
        return answer
