/** Scripts of ours for the guest that becomes a template. Nothing that a person typed stands in them. */

/** Runs a script as root, whoever logged in. */
export function asRoot(user: string, script: string): string {
  return user === 'root'
    ? script
    : `exec sudo -n sh -s <<'NANTE_END'\n${script}\nNANTE_END\n`;
}

const install = (...packages: string[]) => `
command -v apt-get >/dev/null || { echo 'The image is neither Debian nor Ubuntu: it has no apt-get.' >&2; exit 3; }
missing=
for name in ${packages.join(' ')}; do
  dpkg-query -W -f='\${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing="$missing $name"
done
if [ -n "$missing" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q -o DPkg::Lock::Timeout=120 update
  apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends $missing
fi
echo "installed:$missing"
`;

/** A virtual machine: cloud-init ends first, then the agent comes. The last line tells whether there is a cloud-init. */
export const prepareVm = `set -eu
if command -v cloud-init >/dev/null; then
  cloud-init status --wait >/dev/null 2>&1 || true
fi
${install('qemu-guest-agent', 'python3', 'sudo')}
# Where udev starts it, it cannot be enabled; whether it answers is asked of Proxmox.
systemctl enable qemu-guest-agent >/dev/null 2>&1 || true
systemctl start qemu-guest-agent >/dev/null 2>&1 || true
if command -v cloud-init >/dev/null; then echo cloud-init; else echo no-cloud-init; fi
`;

/** A container: what roles need, and host keys of its own for each clone, which Proxmox does not make. */
export const prepareContainer = `set -eu
${install('python3', 'sudo', 'openssh-server', 'ca-certificates')}
cat > /etc/systemd/system/nante-host-keys.service <<'UNIT'
[Unit]
Description=SSH host keys of this machine's own
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service ssh.socket sshd.service

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable nante-host-keys.service >/dev/null 2>&1
`;

const forget = `
apt-get -q clean
rm -rf /var/lib/apt/lists/*
rm -f /etc/ssh/ssh_host_* /var/lib/tailscale/tailscaled.state /var/lib/systemd/random-seed
rm -f /var/lib/dbus/machine-id
: > /etc/machine-id
`;

/** Takes away what belongs to this one machine: identity, keys, and the user that we logged in as. */
export const cleanVm = `set -eu
if command -v cloud-init >/dev/null; then cloud-init clean --logs >/dev/null; fi
${forget}
if [ -n "\${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
  # We are still logged in as that user, which is said and does no harm.
  userdel --force --remove "$SUDO_USER" >/dev/null 2>&1 || true
  rm -f /etc/sudoers.d/90-cloud-init-users
fi
sync
`;

/** The same for a container, which keeps our key: a clone gets none by Proxmox. */
export const cleanContainer = `set -eu
${forget}
sync
`;
