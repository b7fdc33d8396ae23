"""What the service runs: it listens with the instance's certificate, or keeps a connection to each server that it polls."""

import json
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

from . import NOTE, VERSION, Refused
from .certificate import thumbprint_of
from .instances import THUMBPRINT

RETRY_SECONDS = 5


def run(configuration):
    settings = configuration.all()
    if THUMBPRINT not in settings:
        raise Refused("This Tentacle has no certificate yet. Use new-certificate first.")
    print(f"Octopus Tentacle {VERSION}: {NOTE}", flush=True)
    for server in configuration.servers():
        if server.get("Address") and server.get("SubscriptionId"):
            threading.Thread(target=poll, args=(configuration, server), daemon=True).start()
    if configuration.no_listen():
        print("Agent will not listen on any TCP ports", flush=True)
        threading.Event().wait()
    listen(configuration)


def listen(configuration):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(configuration.key_file)
    family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
    server = socket.create_server(("", configuration.port()), family=family, dualstack_ipv6=family == socket.AF_INET6)
    print(f"Agent listening on port {configuration.port()}", flush=True)
    while True:
        connection, _ = server.accept()
        threading.Thread(target=greet, args=(context, connection), daemon=True).start()


def greet(context, connection):
    """Who asks is shown the certificate, and no more."""
    try:
        connection.settimeout(10)
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1024)
    except OSError:
        pass
    finally:
        connection.close()


def poll(configuration, server):
    said = None
    while True:
        try:
            talk(configuration, server)
            error = "the server ended the connection"
        except (OSError, Refused) as failure:
            error = str(failure)
        if error != said:
            print(f"Polling {server['Address']}: {error}", flush=True)
            said = error
        time.sleep(RETRY_SECONDS)


def talk(configuration, server):
    address = urlsplit(server["Address"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Who it is says its thumbprint, not its name.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(configuration.key_file)
    with socket.create_connection((address.hostname, address.port or 10943), timeout=30) as plain:
        with context.wrap_socket(plain) as secured:
            shown = thumbprint_of(secured.getpeercert(binary_form=True))
            if shown != server["Thumbprint"].upper():
                raise Refused(f"the server shows the thumbprint {shown}, trusted is {server['Thumbprint']}")
            hello = {"subscription": server["SubscriptionId"], "version": VERSION}
            secured.sendall((json.dumps(hello) + "\n").encode())
            print(f"Polling {server['Address']} as {server['SubscriptionId']}", flush=True)
            # The server sends an empty line from time to time.
            secured.settimeout(60)
            while secured.recv(1024):
                pass
