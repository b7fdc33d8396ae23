"""
Carries the packets of the mesh: what is sent to a mesh address leaves as it is, in a UDP packet to that peer's address in
the LAN. NOTHING IS ENCRYPTED OR AUTHENTICATED beyond a look at the sender's address, and there are no relays: this is for
a laboratory, where the real program would speak WireGuard.
"""

import errno
import fcntl
import ipaddress
import os
import selectors
import socket
import struct
import subprocess
import threading
import time

TUN_DEVICE = "/dev/net/tun"
TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
MTU = 1280
NETWORKS = ("100.64.0.0/10", "fd7a:115c:a1e0::/48")
# Like the real program we send to every peer now and then, so that firewalls on the way let its packets in as answers.
KEEPALIVE_SECONDS = 5
KEEPALIVE = b"\0"


class TunError(Exception):
    """There is no network device to be had; the message is that of the real program."""


def _ip(*args):
    return subprocess.run(["ip", *args], capture_output=True, text=True, check=False)


class DataPlane:
    """A network device and a UDP socket, with the peers between them."""

    def __init__(self, name, port):
        self.name = name
        self.port = port
        self.traffic = {}
        self._endpoints = {}
        self._peers = {}
        self._addresses = []
        self._tun = None
        self._udp = None
        self._stop = threading.Event()

    def open(self):
        """Makes the device, without an address as yet. Raises TunError."""
        failed = f'CreateTUN("{self.name}") failed; '
        try:
            self._tun = os.open(TUN_DEVICE, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
                raise TunError(f"{failed}{TUN_DEVICE} does not exist") from None
            raise TunError(f"{failed}{TUN_DEVICE}: {error.strerror.lower()}") from None
        try:
            request = struct.pack("16sH22x", self.name.encode(), IFF_TUN | IFF_NO_PI)
            fcntl.ioctl(self._tun, TUNSETIFF, request)
            self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._udp.bind(("0.0.0.0", self.port))
        except OSError as error:
            self.close()
            raise TunError(f"{failed}{(error.strerror or str(error)).lower()}") from None
        self.port = self._udp.getsockname()[1]
        _ip("link", "set", "dev", self.name, "mtu", str(MTU), "up")
        threading.Thread(target=self._carry, daemon=True).start()
        threading.Thread(target=self._keep_alive, daemon=True).start()

    def configure(self, netmap):
        """Takes addresses and peers of a netmap."""
        addresses = netmap["self"]["addresses"]
        if addresses != self._addresses:
            _ip("address", "flush", "dev", self.name)
            for address, network in zip(addresses, NETWORKS):
                length = 128 if ":" in address else 32
                _ip("address", "replace", f"{address}/{length}", "dev", self.name)
                _ip("route", "replace", network, "dev", self.name)
            self._addresses = addresses
        endpoints, peers = {}, {}
        for peer in netmap["peers"]:
            if not peer.get("endpoint"):
                continue
            host, _, port = peer["endpoint"].rpartition(":")
            for address in peer["addresses"]:
                packed = ipaddress.ip_address(address).packed
                endpoints[packed] = (host, int(port))
                peers[packed] = peer["id"]
        self._endpoints, self._peers = endpoints, peers
        # There may be somebody new, or one that has just begun again.
        self._greet()

    def clear(self):
        """Without addresses and peers, as after `down`."""
        self._endpoints, self._peers = {}, {}
        if self._addresses:
            _ip("address", "flush", "dev", self.name)
            self._addresses = []

    def close(self):
        self._stop.set()
        for end in (self._tun, self._udp):
            if end is not None:
                os.close(end) if isinstance(end, int) else end.close()
        self._tun = self._udp = None

    def _carry(self):
        """Both directions, until the device is closed."""
        tun, udp = self._tun, self._udp
        selector = selectors.DefaultSelector()
        selector.register(tun, selectors.EVENT_READ, "tun")
        selector.register(udp, selectors.EVENT_READ, "udp")
        while not self._stop.is_set():
            try:
                for key, _ in selector.select(timeout=1):
                    if key.data == "tun":
                        self._outward(os.read(tun, 65535))
                    else:
                        self._inward(tun, *udp.recvfrom(65535))
            except (OSError, ValueError):
                # Closed under us, or a packet that the kernel does not take.
                if self._tun is None:
                    return
                # A device that somebody took away fails at once, again and again.
                time.sleep(0.05)

    def _outward(self, packet):
        target = _addresses_of(packet)[1]
        endpoint = self._endpoints.get(target)
        if endpoint:
            self._send(packet, endpoint)
            self._count(target, 1, len(packet))

    def _inward(self, tun, packet, sender):
        source = _addresses_of(packet)[0]
        endpoint = self._endpoints.get(source)
        # Only a peer itself may speak under its address.
        if endpoint and endpoint[0] == sender[0]:
            os.write(tun, packet)
            self._count(source, 0, len(packet))

    def _send(self, packet, endpoint):
        try:
            if self._udp:
                self._udp.sendto(packet, endpoint)
        except OSError:
            # No way there at the moment; whoever waits for an answer sends again.
            pass

    def _count(self, address, direction, size):
        counts = self.traffic.setdefault(self._peers.get(address), [0, 0, 0.0])
        counts[direction] += size
        counts[2] = time.time()

    def _keep_alive(self):
        while not self._stop.wait(KEEPALIVE_SECONDS):
            self._greet()

    def _greet(self):
        for endpoint in set(self._endpoints.values()):
            self._send(KEEPALIVE, endpoint)


def _addresses_of(packet):
    """Source and destination of an IP packet; None for what is none."""
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) >= 20:
        return packet[12:16], packet[16:20]
    if version == 6 and len(packet) >= 40:
        return packet[8:24], packet[24:40]
    return None, None
