"""The certificate of an instance: its own authority, known by its thumbprint alone."""

import hashlib
import os
import ssl
import subprocess
import tempfile

from . import Refused
from .instances import THUMBPRINT, write


def thumbprint_of(der):
    """SHA-1 in upper-case hex, as Octopus writes it."""
    return hashlib.sha1(der).hexdigest().upper()


def create(configuration):
    """Makes key and certificate and returns the thumbprint."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = (os.path.join(folder, name) for name in ("key.pem", "certificate.pem"))
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "36500",
             "-subj", "/CN=Octopus Tentacle", "-keyout", key, "-out", certificate],
            capture_output=True, text=True, check=False,
        )
        if made.returncode != 0:
            raise Refused(f"openssl made no certificate: {made.stderr.strip()}")
        with open(key, encoding="utf-8") as opened:
            pem = opened.read()
        with open(certificate, encoding="utf-8") as opened:
            text = opened.read()
    write(configuration.key_file, pem + text, 0o600)
    thumbprint = thumbprint_of(ssl.PEM_cert_to_DER_cert(text))
    configuration.set({THUMBPRINT: thumbprint})
    return thumbprint
