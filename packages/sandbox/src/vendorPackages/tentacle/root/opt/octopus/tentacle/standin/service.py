"""The systemd unit of an instance, which has the instance's name."""

import os
import shutil
import subprocess

from . import NOTE, PROGRAM, Refused
from .instances import write

UNITS = "/etc/systemd/system"


def unit_of(configuration):
    return f"{configuration.instance}.service"


def systemctl(*args):
    done = subprocess.run(["systemctl", *args], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"systemctl {' '.join(args)} failed: {(done.stderr or done.stdout).strip()}")


def check():
    """What the original insists on."""
    if not os.path.isdir("/run/systemd/system"):
        raise Refused("Could not detect systemd, which is needed to run Tentacle as a service")
    if shutil.which("bash") is None:
        raise Refused("Could not detect bash, which is needed to run Tentacle as a service")
    if shutil.which("sudo") is None or subprocess.run(["sudo", "-vn"], capture_output=True, check=False).returncode != 0:
        raise Refused("Requires elevated privileges: `sudo -vn` does not work here. Install sudo, also for root.")


def install(configuration, user):
    check()
    text = f"""[Unit]
Description=Octopus Tentacle {configuration.instance} ({NOTE})
After=network.target

[Service]
Type=simple
User={user or 'root'}
WorkingDirectory={os.path.dirname(PROGRAM)}
ExecStart={PROGRAM} agent --instance {configuration.instance} --noninteractive
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
"""
    write(os.path.join(UNITS, unit_of(configuration)), text)
    systemctl("daemon-reload")
    systemctl("enable", unit_of(configuration))


def uninstall(configuration):
    check()
    path = os.path.join(UNITS, unit_of(configuration))
    if not os.path.exists(path):
        return
    systemctl("disable", unit_of(configuration))
    os.remove(path)
    systemctl("daemon-reload")
