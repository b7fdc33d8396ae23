"""tailscale status, ip and version: what is true now, as text."""

import json

from . import NOTE, VERSION
from .goflags import Flags

STATUS = Flags({"json": False, "peers": True, "self": True, "active": False})
IP = Flags({"4": False, "6": False, "1": False})
SHOWN_VERSION = Flags({"json": False, "daemon": False, "upstream": False})

NOT_RUNNING = {
    "NoState": "Tailscale is starting.",
    "Stopped": "Tailscale is stopped.",
    "NeedsLogin": "Logged out.",
    "NeedsMachineAuth": "Machine is not yet authorized by tailnet admin.",
}


class ShowError(Exception):
    """Why there is nothing to show."""


def status(client, args, out):
    values, _, rest = STATUS.parse(args)
    if rest:
        raise ShowError("unexpected non-flag arguments to 'tailscale status'")
    found = client.status(peers=values["peers"])
    if values["json"]:
        print(json.dumps(found, indent=2), file=out)
        return 0
    state = found["BackendState"]
    if state in NOT_RUNNING:
        print(NOT_RUNNING[state], file=out)
        return 1
    shown = [found["Self"]] if values["self"] else []
    if values["peers"]:
        shown += sorted((found["Peer"] or {}).values(), key=lambda peer: peer["DNSName"])
    rows = [
        _row(machine, found["User"] or {})
        for machine in shown
        if machine is found["Self"] or not values["active"] or machine["Active"]
    ]
    for row in rows:
        widths = [max(len(other[index]) for other in rows) for index in range(4)]
        print("  ".join([*(text.ljust(width) for text, width in zip(row, widths)), row[4]]), file=out)
    if found["Health"]:
        print("\n# Health check:", file=out)
        for line in found["Health"]:
            print(f"#     - {line}", file=out)
    return 0


def _row(machine, users):
    """The columns of one machine."""
    address = (machine["TailscaleIPs"] or [""])[0]
    label = machine["DNSName"].split(".", 1)[0] or machine["HostName"]
    login = users.get(str(machine["UserID"]), {}).get("LoginName", "-")
    owner = f"{login.split('@')[0]}@" if "@" in login else login
    if machine["Active"]:
        state = f"active; direct {machine['CurAddr']}{'' if machine['Online'] else '; offline'}"
    elif machine["TxBytes"] or machine["RxBytes"]:
        state = "idle" if machine["Online"] else "idle; offline"
    else:
        state = "-" if machine["Online"] else "offline"
    if machine["TxBytes"] or machine["RxBytes"]:
        state += f", tx {machine['TxBytes']} rx {machine['RxBytes']}"
    return [address, label, owner, machine["OS"], state]


def ip(client, args, out):
    values, _, rest = IP.parse(args)
    if len(rest) > 1:
        raise ShowError("too many arguments, expected at most one peer")
    found = client.status(peers=True)
    if not rest:
        addresses = found["TailscaleIPs"] or []
    else:
        name = rest[0].rstrip(".")
        machines = [found["Self"], *(found["Peer"] or {}).values()]
        addresses = next(
            (
                machine["TailscaleIPs"] or []
                for machine in machines
                if name in (machine["DNSName"].rstrip("."), machine["DNSName"].split(".")[0])
                or name in (machine["TailscaleIPs"] or [])
            ),
            None,
        )
        if addresses is None:
            raise ShowError(f'error looking up IP of "{rest[0]}": no such host')
    if not addresses or found["BackendState"] not in ("Running", "Starting", "Stopped"):
        raise ShowError(f"no current Tailscale IPs; state: {found['BackendState']}")
    if values["4"]:
        addresses = [address for address in addresses if ":" not in address]
    if values["6"]:
        addresses = [address for address in addresses if ":" in address]
    for address in addresses[:1] if values["1"] else addresses:
        print(address, file=out)
    return 0


def version(args, out):
    values, _, _ = SHOWN_VERSION.parse(args)
    if values["json"]:
        print(json.dumps({"short": VERSION, "long": VERSION, "note": NOTE}, indent=2), file=out)
    else:
        print(f"{VERSION}\n  {NOTE}", file=out)
    return 0
