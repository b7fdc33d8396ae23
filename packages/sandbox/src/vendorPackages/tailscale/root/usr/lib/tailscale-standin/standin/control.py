"""Talks to the control server of the sandbox, in a protocol of its own (`/standin/…`)."""

import http.client
import json
import socket
import urllib.parse


class Refused(Exception):
    """The server answered no; its words are the message."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Unreachable(Exception):
    """There was no complete answer."""


class Control:
    """One control server."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        parts = urllib.parse.urlsplit(self.url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._secure else 80)
        self._waiting = None

    def own_address(self):
        """Our address in the LAN: the one from which the server is reached."""
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect((self._host, self._port))
                return probe.getsockname()[0]
        except OSError:
            return None

    def register(self, auth_key, host, machine_key, tags):
        body = {**host, "authKey": auth_key, "machineKey": machine_key, "tags": tags}
        return self._call("POST", "/standin/register", body=body)

    def map(self, session, version, wait):
        """The netmap; waits so many seconds for one that is newer than `version`."""
        path = f"/standin/map?version={version}&wait={wait}"
        return self._call("GET", path, session=session, timeout=wait + 10, interruptible=True)

    def host(self, session, host):
        return self._call("POST", "/standin/host", session=session, body=host)

    def logout(self, session):
        self._call("POST", "/standin/logout", session=session, body={})

    def certificate(self, session, domain):
        return self._call("POST", "/standin/certificate", session=session, body={"domain": domain})

    def mint(self, client_secret, tags, ephemeral, preauthorized):
        """A key by an OAuth client's secret, as the real `tailscale up` makes one."""
        form = urllib.parse.urlencode({"client_id": "some-client-id", "client_secret": client_secret})
        token = self._call("POST", "/api/v2/oauth/token", form=form)["access_token"]
        create = {"reusable": False, "ephemeral": ephemeral, "preauthorized": preauthorized, "tags": tags}
        body = {"capabilities": {"devices": {"create": create}}}
        return self._call("POST", "/api/v2/tailnet/-/keys", session=token, body=body)["key"]

    def interrupt(self):
        """Ends a waiting `map`, by which the server also learns that we are gone."""
        waiting = self._waiting
        if waiting and waiting.sock:
            try:
                waiting.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _call(self, method, path, session=None, body=None, form=None, timeout=5, interruptible=False):
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=timeout)
        headers = {"Accept": "application/json"}
        if session:
            headers["Authorization"] = f"Bearer {session}"
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            headers["Content-Type"] = "application/json"
            form = json.dumps(body)
        if interruptible:
            self._waiting = connection
        try:
            connection.request(method, path, body=form, headers=headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{self.url} does not answer: {error}") from error
        finally:
            if interruptible:
                self._waiting = None
            connection.close()
        if response.status >= 500:
            raise Unreachable(f"{self.url} answers HTTP {response.status}")
        try:
            answer = json.loads(text)
        except ValueError:
            raise Unreachable(f"{self.url} is no control server of the sandbox") from None
        if response.status >= 400:
            raise Refused(response.status, answer.get("message", f"HTTP {response.status}"))
        return answer
