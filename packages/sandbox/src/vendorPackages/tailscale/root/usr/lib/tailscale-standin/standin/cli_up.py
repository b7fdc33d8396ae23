"""tailscale up: settings, the key, and waiting until the node runs."""

import json
import time
import urllib.parse

from . import prefs
from .client import Denied
from .control import Control, Refused, Unreachable
from .goflags import Flags, parse_bool

FLAGS = Flags(
    {
        **prefs.flag_defaults(),
        "accept-risk": "",
        "auth-key": "",
        "force-reauth": False,
        "json": False,
        "qr": False,
        "reset": False,
        "timeout": 0.0,
    },
    aliases={"authkey": "auth-key"},
    durations=("timeout",),
)
# Options that are no settings of the node.
NO_SETTINGS = ("accept-risk", "auth-key", "force-reauth", "json", "qr", "reset", "timeout")


class UpError(Exception):
    """Why the node is not up."""


def run(client, args, out, err):
    """Returns the exit status."""
    values, given, rest = FLAGS.parse(args)
    if rest:
        raise UpError(f"too many non-flag arguments: {json.dumps(rest)}")
    wanted = prefs.from_flags(values)
    current, before = client.prefs(), client.status(peers=False)["BackendState"]
    settings = [name for name in given if name not in NO_SETTINGS]
    if not values["reset"]:
        # A bare `up` changes nothing but that the node shall run.
        refusal = prefs.accidental_reverts(current, wanted, given, values)
        if refusal:
            raise UpError(refusal)
        if not settings and current["ControlURL"]:
            wanted = {name: current[name] for name in wanted}
    if before == "Running" and wanted["ControlURL"] != current["ControlURL"] and not values["force-reauth"]:
        raise UpError("can't change --login-server without --force-reauth")
    key = _resolve(_key_of(values["auth-key"]), wanted)
    try:
        client.start(wanted, key, values["force-reauth"])
    except Denied as error:
        if values["json"]:
            state = client.status(peers=False)["BackendState"]
            print(json.dumps({"BackendState": state, "Error": str(error)}, indent=2), file=out)
            return 1
        raise UpError(f"backend error: {error}") from None
    return _wait(client, values, out, err)


def _wait(client, values, out, err):
    """Until the node runs; a key or an approval that is missing is said once, and then waited for as well."""
    end = time.monotonic() + values["timeout"] if values["timeout"] else None
    said = None
    while True:
        status = client.status(peers=False)
        state = status["BackendState"]
        if state == "Running":
            if values["json"]:
                print(json.dumps({"BackendState": state}, indent=2), file=out)
            elif said:
                print("Success.", file=err)
            return 0
        if state in ("NeedsLogin", "NeedsMachineAuth") and said != state and not status["Health"]:
            said = state
            if values["json"]:
                print(json.dumps({"BackendState": state}, indent=2), file=out, flush=True)
            elif state == "NeedsLogin":
                print("\nThe stand-in has no page to log in: use --auth-key.\n", file=err, flush=True)
            else:
                print("\nTo approve your machine, authorize it through the API of the sandbox.\n", file=err, flush=True)
        if end and time.monotonic() > end:
            raise UpError(
                "timeout waiting for Tailscale service to enter a Running state; "
                'check health with "tailscale status"'
            )
        time.sleep(0.1)


def _key_of(text):
    """The key itself, or the content of `file:PATH`."""
    if not text.startswith("file:"):
        return text
    path = text[len("file:") :]
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError as error:
        raise UpError(f"open {path}: {error.strerror.lower()}") from None


def _resolve(key, wanted):
    """An OAuth client's secret makes a key for itself, with `?ephemeral=…&preauthorized=…` behind it."""
    if not key.startswith("tskey-client-"):
        return key
    if not wanted["AdvertiseTags"]:
        raise UpError("oauth authkeys require --advertise-tags")
    secret, _, text = key.partition("?")
    attributes = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
    for name in attributes:
        if name not in ("ephemeral", "preauthorized", "baseURL"):
            raise UpError(f'unknown attribute "{name}"')
    try:
        ephemeral = parse_bool(attributes.get("ephemeral", "true"))
        preauthorized = parse_bool(attributes.get("preauthorized", "false"))
        # The API of the sandbox is where its control server is.
        server = Control(attributes.get("baseURL") or wanted["ControlURL"])
        return server.mint(secret, wanted["AdvertiseTags"], ephemeral, preauthorized)
    except ValueError as error:
        raise UpError(f"invalid boolean attribute: {error}") from None
    except (Refused, Unreachable) as error:
        raise UpError(str(error)) from None
