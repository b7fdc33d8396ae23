"""tailscale: the command line."""

import json
import os
import sys

from . import NOTE, SOCKET, VERSION, cli_show, cli_up, prefs
from .client import Client, Denied, NoDaemon
from .goflags import FlagError, Flags

GLOBAL = Flags({"socket": SOCKET, "version": False, "help": False, "h": False})
CERT = Flags({"cert-file": "", "key-file": "", "min-validity": 0.0}, durations=("min-validity",))
# `set` changes what is named and nothing else; tags and the control server are `up`'s alone.
NOT_FOR_SET = ("advertise-tags", "login-server")
SET = Flags({name: value for name, value in prefs.flag_defaults().items() if name not in NOT_FOR_SET})
NOTHING = Flags({"accept-risk": ""})

USAGE = f"""tailscale {VERSION}: {NOTE}.

USAGE
  tailscale [flags] <subcommand> [command flags]

SUBCOMMANDS
  up        Connect to Tailscale, logging in if needed
  down      Disconnect from Tailscale
  set       Change specified preferences
  logout    Disconnect from Tailscale and expire current node key
  status    Show state of tailscaled and its connections
  ip        Show Tailscale IP addresses
  cert      Get TLS certs
  version   Print Tailscale version

FLAGS
  --socket value
    \tpath to tailscaled socket (default {SOCKET})"""


class CliError(Exception):
    """What a person is told before the program ends."""


def main(args):
    """Returns the exit status."""
    try:
        values, _, rest = GLOBAL.parse(args)
        if values["version"]:
            rest = ["version"]
        if not rest or values["help"] or values["h"]:
            print(USAGE, file=sys.stderr)
            return 0 if rest or values["help"] or values["h"] else 1
        return run(Client(values["socket"]), rest[0], rest[1:])
    except Denied as error:
        hint = "\n\nUse 'sudo tailscale …'." if str(error) == "access denied" else ""
        print(f"{error}{hint}", file=sys.stderr)
    except FlagError as error:
        print(f"{error}\n{USAGE}", file=sys.stderr)
        return 2
    except (CliError, NoDaemon, cli_show.ShowError, cli_up.UpError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def run(client, command, args):
    """One subcommand."""
    if command == "up":
        return cli_up.run(client, args, sys.stdout, sys.stderr)
    if command == "status":
        return cli_show.status(client, args, sys.stdout)
    if command == "ip":
        return cli_show.ip(client, args, sys.stdout)
    if command == "version":
        return cli_show.version(args, sys.stdout)
    if command == "set":
        return change(client, args)
    if command == "down":
        NOTHING.parse(args)
        if client.status(peers=False)["BackendState"] == "Stopped":
            print("Tailscale was already stopped.", file=sys.stderr)
            return 0
        client.edit({"WantRunning": False})
        return 0
    if command == "logout":
        NOTHING.parse(args)
        client.logout()
        return 0
    if command == "cert":
        return certificate(client, args)
    if command == "debug" and args == ["prefs"]:
        print(json.dumps(prefs.shown(client.prefs()), indent="\t"))
        return 0
    raise CliError(f"tailscale: unknown subcommand: {command} (the stand-in has only those of `tailscale --help`)")


def change(client, args):
    values, given, rest = SET.parse(args)
    if rest:
        raise CliError(f'unexpected arguments: {" ".join(rest)}')
    if not given:
        print(USAGE, file=sys.stderr)
        return 0
    wanted = prefs.from_flags({**prefs.flag_defaults(), **values})
    names = {flag: name for flag, name, _ in prefs.SETTINGS}
    client.edit({names[flag]: wanted[names[flag]] for flag in given})
    return 0


def certificate(client, args):
    values, _, rest = CERT.parse(args)
    if len(rest) != 1:
        domains = client.status(peers=False)["CertDomains"]
        hint = f'For domain, use "{domains[0]}".' if domains else "Tailscale is not running."
        raise CliError(f"Usage: tailscale cert [flags] <domain>\n{hint}")
    domain = rest[0]
    files = [values["cert-file"], values["key-file"]]
    if not any(files):
        files = [f"{domain}.crt", f"{domain}.key"]
    texts = client.certificate(domain)
    kinds = [("public cert", 0o644), ("private key", 0o600)]
    for file, text, (kind, mode) in zip(files, texts, kinds):
        if file == "-":
            sys.stdout.write(text)
        elif file and write_if_changed(file, text, mode):
            print(f"Wrote {kind} to {file}")
        elif file:
            print(f"{kind.capitalize()} unchanged at {file}")
    return 0


def write_if_changed(file, text, mode):
    """True when the file was not like this before."""
    try:
        with open(file, encoding="utf-8") as opened:
            if opened.read() == text:
                return False
    except FileNotFoundError:
        pass
    try:
        temporary = f"{file}.new"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    except OSError as error:
        raise CliError(f"open {file}: {error.strerror.lower()}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
    os.rename(temporary, file)
    return True
