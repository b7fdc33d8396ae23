"""Servers that an instance trusts, and those that it polls."""

import secrets
import string

from . import Refused

NONE, PASSIVE, ACTIVE = 0, 1, 2


def trust(configuration, thumbprint):
    servers = configuration.servers()
    if not any(server["Thumbprint"] == thumbprint for server in servers):
        servers.append({"Thumbprint": thumbprint, "CommunicationStyle": PASSIVE, "Address": None, "Squid": None, "SubscriptionId": None})
        configuration.set_servers(servers)


def poll_with(configuration, thumbprint, address):
    """Polls a trusted server at an address and returns the id that it does it under."""
    servers = configuration.servers()
    same = [server for server in servers if server["Thumbprint"] == thumbprint]
    if not same:
        raise Refused("No trusted server was found with the supplied thumbprint")
    kept = next((server["SubscriptionId"] for server in same if server["SubscriptionId"]), None)
    if kept is None:
        letters = string.ascii_lowercase + string.digits
        kept = f"poll://{''.join(secrets.choice(letters) for _ in range(20))}/"
    found = next((server for server in same if server["Address"] == address), None)
    if found is None:
        found = {"Thumbprint": thumbprint, "Squid": None}
        servers.append(found)
    found.update({"Address": address, "CommunicationStyle": ACTIVE, "SubscriptionId": kept})
    configuration.set_servers(servers)
    return kept
