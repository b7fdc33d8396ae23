"""register-with and deregister-from."""

import socket
from urllib.parse import quote, urlsplit

from . import Refused, options
from .api import ACCESS, Api
from .instances import THUMBPRINT
from .trust import poll_with, trust

VALUES = (
    *ACCESS,
    "name", "policy", "publicHostName", "comms-style", "server-comms-port", "server-comms-address",
    "tentacle-comms-port", "tenanted-deployment-participation",
)


def register(configuration, args):
    given = options.parse(
        args, VALUES, repeated=("environment", "role", "tenant", "tenanttag"), switches=("force",),
        aliases={"env": "environment", "n": "name", "h": "publicHostName"},
    )
    thumbprint = configuration.all().get(THUMBPRINT)
    if not thumbprint:
        raise Refused("This Tentacle has no certificate yet. Use new-certificate first.")
    if not given["environment"]:
        raise Refused("Please specify an environment name, slug or Id, e.g., --environment=Development")
    if not given["role"]:
        raise Refused("Please specify a target tag, e.g., --role=web-server")
    style = given.get("comms-style", "TentaclePassive")
    if style not in ("TentaclePassive", "TentacleActive"):
        raise Refused(f"The communications style '{style}' is not supported; TentaclePassive and TentacleActive are")
    api = Api(given)
    name = given.get("name") or socket.gethostname()
    server = api.thumbprint()
    if style == "TentacleActive":
        address = given.get("server-comms-address") or urlsplit(api.server).hostname
        port = options.port("server-comms-port", given.get("server-comms-port", "10943"))
        where = urlsplit(address if "://" in address else f"https://{address}:{port}")
        trust(configuration, server)
        subscription = poll_with(configuration, server, f"https://{where.hostname}:{where.port or port}")
        endpoint = {"CommunicationStyle": style, "Uri": subscription, "Thumbprint": thumbprint}
    else:
        host = given.get("publicHostName") or socket.getfqdn()
        port = options.port("tentacle-comms-port", given.get("tentacle-comms-port", str(configuration.port())))
        endpoint = {"CommunicationStyle": style, "Uri": f"https://{host}:{port}/", "Thumbprint": thumbprint}
        trust(configuration, server)
    machine = {
        "Name": name,
        "EnvironmentIds": [api.named("environments", "environment", one) for one in given["environment"]],
        "Roles": given["role"],
        "TenantIds": [],
        "TenantTags": given["tenanttag"],
        "TenantedDeploymentParticipation": given.get("tenanted-deployment-participation", "Untenanted"),
        "IsDisabled": False,
        "Endpoint": endpoint,
    }
    if given.get("policy"):
        machine["MachinePolicyId"] = api.named("machinepolicies", "machine policy", given["policy"])
    there = [one for one in api.machines(f"name={quote(name)}") if one["Name"] == name]
    if there and not given.get("force"):
        raise Refused(f"A machine named '{name}' already exists; use --force to overwrite it")
    if there:
        api.call("PUT", f"{api.space}/machines/{there[0]['Id']}", {**there[0], **machine})
    else:
        api.call("POST", f"{api.space}/machines", machine)
    print("Machine registered successfully")


def deregister(configuration, args):
    given = options.parse(args, ACCESS, switches=("multiple",), aliases={"m": "multiple"})
    thumbprint = configuration.all().get(THUMBPRINT)
    api = Api(given)
    found = [
        one for one in api.machines(f"thumbprint={thumbprint}")
        if (one.get("Endpoint") or {}).get("Thumbprint", "").upper() == thumbprint
    ]
    if not found:
        raise Refused("No machine was found on the server with the thumbprint of this Tentacle")
    if len(found) > 1 and not given.get("multiple"):
        raise Refused("The Tentacle matches more than one machine on the server; use -m to deregister them all")
    for machine in found:
        api.call("DELETE", f"{api.space}/machines/{machine['Id']}")
        print(f"Machine '{machine['Name']}' deregistered successfully")
