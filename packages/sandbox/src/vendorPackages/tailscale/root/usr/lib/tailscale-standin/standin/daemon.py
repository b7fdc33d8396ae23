"""tailscaled: options, device, local API, and a clean end."""

import os
import signal
import socket
import subprocess
import sys
import threading

from . import NOTE, SOCKET, VERSION, hosts
from .backend import Backend
from .dataplane import DataPlane, TunError
from .goflags import FlagError, Flags
from .localapi import LocalServer

STATE = "/var/lib/tailscale/tailscaled.state"

FLAGS = Flags(
    {
        "state": "",
        "statedir": "",
        "socket": SOCKET,
        "port": "0",
        "tun": "tailscale0",
        "verbose": "0",
        "cleanup": False,
        "version": False,
        "no-logs-no-support": False,
        "socks5-server": "",
        "outbound-http-proxy-listen": "",
        "debug": "",
        "config": "",
        "bird-socket": "",
    }
)


def log(line):
    print(line, file=sys.stderr, flush=True)


def notify(text):
    """Tells systemd, where it asked for that."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect(address)
        channel.sendall(text.encode())


def clean_up(device):
    """What a daemon that was killed left behind."""
    hosts.write([])
    subprocess.run(["ip", "link", "delete", "dev", device], capture_output=True, check=False)


def main(args):
    try:
        values, _, rest = FLAGS.parse(args)
        if rest:
            raise FlagError(f"tailscaled does not take non-flag arguments: {rest}")
        port = int(values["port"])
    except (FlagError, ValueError) as error:
        log(str(error))
        return 2
    if values["version"]:
        print(f"{VERSION}\n  {NOTE}")
        return 0
    userspace = values["tun"].startswith("userspace")
    if values["cleanup"]:
        if not userspace:
            clean_up(values["tun"])
        return 0
    state = values["state"] or os.path.join(values["statedir"] or os.path.dirname(STATE), "tailscaled.state")
    log(f"tailscaled {VERSION}: {NOTE}")
    for option in ("socks5-server", "outbound-http-proxy-listen"):
        if values[option]:
            log(f"--{option}: the stand-in has no proxy, nothing listens there")
    data_plane = None
    if not userspace:
        data_plane = DataPlane(values["tun"], port)
        try:
            data_plane.open()
        except TunError as error:
            name = values["tun"]
            log(f'wgengine.NewUserspaceEngine(tun "{name}") error: tstun.New("{name}"): {error}')
            return 1
    backend = Backend(state, data_plane, log)
    server = LocalServer(values["socket"], backend)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    backend.start()
    notify("READY=1")
    ended.wait()
    server.shutdown()
    backend.stop()
    if data_plane:
        data_plane.close()
    os.unlink(values["socket"])
    return 0
