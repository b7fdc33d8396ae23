"""Tentacle: the command line."""

import json
import os
import sys

from . import NOTE, VERSION, Refused, agent, certificate, instances, options, register, service, trust
from .api import ACCESS, Api

HELP = f"""Octopus Tentacle {VERSION}: {NOTE}.

Usage: Tentacle <command> [<options>]

Where <command> is one of:
  agent               Starts the Tentacle in the foreground
  configure           Sets Tentacle settings such as the port number and thumbprints
  create-instance     Registers a new instance of the Tentacle service
  delete-instance     Deletes an instance of the Tentacle service
  deregister-from     Deregisters this deployment target from an Octopus Server
  list-instances      Lists all installed Tentacle instances
  new-certificate     Creates and installs a new certificate for this Tentacle
  poll-server         Configures an Octopus Server that this Tentacle will poll
  register-with       Registers this machine as a deployment target with an Octopus Server
  server-comms        Configures how this Tentacle talks to a server that it trusts
  service             Starts, stops, installs and configures the Tentacle service
  show-configuration  Outputs the Tentacle configuration
  show-thumbprint     Shows the thumbprint of this Tentacle's certificate
  version             Shows the version"""


def main(args):
    """Returns the exit status."""
    command, rest = (args[0].lower(), args[1:]) if args else ("help", [])
    if command in ("help", "--help", "-h"):
        print(HELP)
        return 0
    if command in ("version", "--version"):
        print(VERSION)
        return 0
    run = COMMANDS.get(command)
    try:
        if run is None:
            raise Refused(f"Command '{command}' is not supported; the stand-in has those of `Tentacle help`")
        run(*instance_of(rest))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except PermissionError as denied:
        print(f"{denied.strerror}: {denied.filename}. Tentacle is configured as root.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def instance_of(args):
    """Takes the options that every command has."""
    name, rest, args = None, [], list(args)
    while args:
        arg = args.pop(0)
        text, equals, value = arg.lstrip("-").partition("=")
        if arg.startswith("-") and text.lower() == "instance":
            if not equals and not args:
                raise Refused("Missing required value for option '--instance'")
            name = value if equals else args.pop(0)
        elif not (arg.startswith("-") and text.lower() in ("noninteractive", "console", "nologo")):
            rest.append(arg)
    return name, rest


def create_instance(name, args):
    given = options.parse(args, ("config", "home"))
    made = instances.create(name, given.get("config"))
    if given.get("home"):
        made.set({instances.HOME: os.path.abspath(given["home"])})
    print(f"Saving instance: {made.instance}")


def delete_instance(name, args):
    options.parse(args)
    instances.delete(name)
    print("Deleted instance")


def list_instances(_name, args):
    given = options.parse(args, ("format",))
    found = instances.listed()
    if format_of(given) == "json":
        print(json.dumps(found, indent=2))
    elif found:
        for one in found:
            print(f"Instance '{one['InstanceName']}' uses configuration '{one['ConfigurationFilePath']}'.")
    else:
        print("No instances installed")


def format_of(given):
    text = given.get("format", "text").lower()
    if text not in ("text", "json"):
        raise Refused(f"The format '{text}' is not supported. Try text or json.")
    return text


def new_certificate(name, args):
    given = options.parse(args, switches=("if-blank",), aliases={"b": "if-blank"})
    configuration = instances.find(name)
    if given.get("if-blank") and instances.THUMBPRINT in configuration.all():
        print("A certificate already exists, no changes will be applied.")
        return
    print(f"A new certificate has been generated and installed. Thumbprint: {certificate.create(configuration)}")


def show_thumbprint(name, args):
    given = options.parse(args, ("format",), switches=("thumbprint-only",))
    thumbprint = instances.find(name).all().get(instances.THUMBPRINT)
    print(json.dumps({"Thumbprint": thumbprint}) if format_of(given) == "json" else thumbprint or "")


def configure(name, args):
    given = options.parse(
        args, ("home", "app", "port", "noListen", "listenIpAddress"), repeated=("trust", "remove-trust"),
        switches=("reset-trust",), aliases={"homedir": "home", "appdir": "app"},
    )
    configuration = instances.find(name)
    changes = {}
    if "home" in given:
        changes[instances.HOME] = os.path.abspath(given["home"])
    if "app" in given:
        changes[instances.APPLICATIONS] = os.path.abspath(given["app"])
        os.makedirs(given["app"], exist_ok=True)
    if "port" in given:
        changes[instances.PORT] = str(options.port("port", given["port"]))
    if "noListen" in given:
        changes[instances.NO_LISTEN] = str(options.truth("noListen", given["noListen"]))
    if changes:
        configuration.set(changes)
    if given.get("reset-trust"):
        print("Removing all trusted Octopus Servers...")
        configuration.set_servers([])
    if given["remove-trust"]:
        configuration.set_servers(
            [server for server in configuration.servers() if server["Thumbprint"] not in given["remove-trust"]]
        )
    for thumbprint in given["trust"]:
        trust.trust(configuration, thumbprint)
    print("These changes require a restart of the Tentacle.")


def server_comms(name, args):
    given = options.parse(args, ("thumbprint", "style", "host", "port", "web-socket"))
    configuration = instances.find(name)
    trusted = sorted({server["Thumbprint"] for server in configuration.servers()})
    if not trusted:
        raise Refused("Before server communications can be modified, trust must be established with the configure command")
    if not given.get("thumbprint") and len(trusted) > 1:
        raise Refused("More than one server is trusted; please provide the thumbprint of the server, e.g. --thumbprint=...")
    thumbprint = given.get("thumbprint") or trusted[0]
    style = given.get("style", "").lower()
    if style == "tentacleactive":
        if not given.get("host"):
            raise Refused("Please provide the server hostname, e.g. --host=OCTOPUS; the stand-in knows no websockets")
        port = options.port("port", given.get("port", "10943"))
        trust.poll_with(configuration, thumbprint, f"https://{given['host']}:{port}")
    elif style == "tentaclepassive":
        trust.trust(configuration, thumbprint)
    else:
        raise Refused("Please specify a valid communications style, e.g. --style=TentaclePassive")
    print("Updated server communications configuration")


def poll_server(name, args):
    given = options.parse(args, (*ACCESS, "server-comms-port"))
    configuration = instances.find(name)
    api = Api(given)
    thumbprint = api.thumbprint()
    if not any(server["Thumbprint"] == thumbprint and server["SubscriptionId"] for server in configuration.servers()):
        raise Refused("This Tentacle polls no node of that server yet. Use register-with first.")
    port = options.port("server-comms-port", given.get("server-comms-port", "10943"))
    host = api.server.partition("://")[2].partition("/")[0].partition(":")[0]
    trust.poll_with(configuration, thumbprint, f"https://{host}:{port}")
    print("Polling endpoint configured")


def show_configuration(name, args):
    given = options.parse(args, ("file", *ACCESS))
    configuration = instances.find(name)
    tree = {}
    for key, value in configuration.all().items():
        *parents, last = key.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = json.loads(value) if key == instances.TRUSTED else value
    text = json.dumps(tree, indent=2)
    if given.get("file"):
        instances.write(os.path.abspath(given["file"]), text + "\n", 0o600)
    else:
        print(text)


def run_service(name, args):
    given = options.parse(
        args, ("username", "password"),
        switches=("install", "uninstall", "reconfigure", "start", "stop", "restart"), aliases={"user": "username"},
    )
    configuration = instances.find(name)
    unit = service.unit_of(configuration)
    if given.get("stop"):
        service.systemctl("stop", unit)
    if given.get("uninstall"):
        service.uninstall(configuration)
    if given.get("install") or given.get("reconfigure"):
        service.install(configuration, given.get("username"))
    if given.get("start"):
        service.systemctl("start", unit)
    if given.get("restart"):
        service.systemctl("restart", unit)


COMMANDS = {
    "agent": lambda name, args: (options.parse(args), agent.run(instances.find(name))),
    "configure": configure,
    "create-instance": create_instance,
    "delete-instance": delete_instance,
    "deregister-from": lambda name, args: register.deregister(instances.find(name), args),
    "list-instances": list_instances,
    "new-certificate": new_certificate,
    "poll-server": poll_server,
    "register-with": lambda name, args: register.register(instances.find(name), args),
    "server-comms": server_comms,
    "service": run_service,
    "show-configuration": show_configuration,
    "show-thumbprint": show_thumbprint,
}
