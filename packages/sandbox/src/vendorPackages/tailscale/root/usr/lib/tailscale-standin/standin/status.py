"""The answer of `tailscale status --json`: names and shapes of the real program."""

import time

from . import VERSION

NEVER = "0001-01-01T00:00:00Z"


def _peer(node, netmap, own=False, traffic=(0, 0, 0.0)):
    """One machine."""
    received, sent, last = traffic
    lengths = [f"{address}/{128 if ':' in address else 32}" for address in node["addresses"]]
    endpoint = node.get("endpoint") or ""
    known = {
        "ID": node["id"],
        "PublicKey": node["key"],
        "HostName": node["hostname"],
        "DNSName": f"{node['name']}.",
        "OS": node["os"],
        "UserID": 1 if node["tags"] else 2,
        "TailscaleIPs": node["addresses"],
        "AllowedIPs": lengths,
        "Addrs": [endpoint] if own and endpoint else None,
        "CurAddr": "" if own else endpoint,
        "Relay": "",
        "RxBytes": received,
        "TxBytes": sent,
        "Created": node["created"],
        "LastWrite": NEVER,
        "LastSeen": NEVER if node["online"] else node.get("lastSeen") or NEVER,
        "LastHandshake": NEVER,
        "Online": node["online"],
        "ExitNode": False,
        "ExitNodeOption": False,
        "Active": not own and time.time() - last < 120,
        "InNetworkMap": True,
        "InMagicSock": not own,
        "InEngine": not own and bool(endpoint),
    }
    if node["tags"]:
        known["Tags"] = node["tags"]
    return known


def _nobody(hostname):
    """Ourselves before we joined."""
    return {
        "ID": "",
        "PublicKey": f"nodekey:{'0' * 64}",
        "HostName": hostname,
        "DNSName": "",
        "OS": "linux",
        "UserID": 0,
        "TailscaleIPs": None,
        "Online": False,
        "InNetworkMap": False,
    }


def build(backend, hostname, with_peers):
    """The whole status."""
    with backend.lock:
        state = backend.state()
        netmap = backend.netmap if state in ("Running", "Starting", "NeedsMachineAuth", "Stopped") else None
        traffic = backend.data_plane.traffic if backend.data_plane else {}
        status = {
            "Version": VERSION,
            "TUN": backend.data_plane is not None,
            "BackendState": state,
            "HaveNodeKey": backend.session is not None,
            "AuthURL": "",
            "TailscaleIPs": netmap["self"]["addresses"] if netmap else None,
            "Self": _peer(netmap["self"], netmap, own=True) if netmap else _nobody(hostname),
            "Health": backend.health(),
            "MagicDNSSuffix": netmap["magicDnsSuffix"] if netmap else "",
            "CurrentTailnet": None,
            "CertDomains": None,
            "Peer": None,
            "User": None,
            "ClientVersion": None,
        }
        if netmap:
            status["Self"]["Online"] = state == "Running" and not backend.unreachable and not backend.refused
            status["CurrentTailnet"] = {
                "Name": netmap["tailnet"],
                "MagicDNSSuffix": netmap["magicDnsSuffix"],
                "MagicDNSEnabled": True,
            }
            status["CertDomains"] = [netmap["self"]["name"]] if state == "Running" else None
            status["User"] = {
                "1": {"ID": 1, "LoginName": "tagged-devices", "DisplayName": "Tagged Devices"},
                "2": {"ID": 2, "LoginName": "admin@sandbox.test", "DisplayName": "Admin"},
            }
            if with_peers:
                status["Peer"] = {
                    peer["key"]: _peer(peer, netmap, traffic=traffic.get(peer["id"], (0, 0, 0.0)))
                    for peer in netmap["peers"]
                }
        return status
