"""Octopus' API, as far as a machine registers itself."""

import json
import ssl
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from . import Refused

ACCESS = ("server", "apiKey", "bearerToken", "username", "password", "space", "proxy")


class Api:
    """A space of a server. @throws Refused in the server's words"""

    def __init__(self, options):
        if not options.get("server"):
            raise Refused("Please specify an Octopus Server, for example --server=https://octopus.example.com")
        self.server = options["server"].rstrip("/")
        self.headers = {"content-type": "application/json"}
        if options.get("apiKey"):
            self.headers["X-Octopus-ApiKey"] = options["apiKey"]
        elif options.get("bearerToken"):
            self.headers["Authorization"] = f"Bearer {options['bearerToken']}"
        else:
            raise Refused("Please specify --apiKey or --bearerToken; the stand-in knows no passwords")
        self.space = self._space(options.get("space"))

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.server}/api/{path}", data=data, headers=self.headers, method=method)
        try:
            with urlopen(request, timeout=30, context=ssl.create_default_context()) as answer:
                text = answer.read()
        except HTTPError as error:
            raise Refused(f"{self.server} answers {error.code}: {said(error)}") from None
        except (URLError, OSError) as error:
            raise Refused(f"{self.server} does not answer: {getattr(error, 'reason', error)}") from None
        return json.loads(text) if text else None

    def get(self, path):
        return self.call("GET", path)

    def _space(self, name):
        """Names of spaces are searched for in parts, so that others are found too."""
        wanted = name or "Default"
        for space in self.get(f"spaces?partialName={quote(wanted)}&take=1000")["Items"]:
            if wanted in (space["Name"], space["Id"]):
                return space["Id"]
        raise Refused(f"Unable to find a space named '{wanted}'")

    def named(self, kind, what, name):
        """The id of something by its name, slug or id."""
        for item in self.get(f"{self.space}/{kind}/all"):
            if name in (item["Name"], item.get("Slug"), item["Id"]):
                return item["Id"]
        raise Refused(f"Could not find the {what} named '{name}' on the Octopus Server")

    def machines(self, query):
        return self.get(f"{self.space}/machines?{query}&take=1000")["Items"]

    def thumbprint(self):
        return self.get("configuration/certificates/certificate-global")["Thumbprint"]


def said(error):
    try:
        answer = json.loads(error.read())
        return " ".join([answer.get("ErrorMessage") or "", *(answer.get("Errors") or [])]).strip()
    except ValueError:
        return error.reason
