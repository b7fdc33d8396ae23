import type { PlayFailure, RunDocument } from '@nante/model';
import { knownCauses } from './causes';
import { likelyCause } from './likelyCause';

const run = {} as RunDocument;
const cause = (message: string) =>
  likelyCause({ code: 'failed', message }, run);

/** What the systems, and we ourselves, really say. */
const messages: [rule: string, ...messages: string[]][] = [
  [
    'quota',
    'group:default/shop has 20 hosts, and 20 is the most for one owner; destroy one, or ask an operator to raise hostsPerOwner.',
  ],
  [
    'lock-held',
    'shop-dev is locked by workflow:runner-3:17 (run their-run-1, https://example.com/run/1) since 2026-11-01T00:00:00.000Z',
  ],
  [
    'state-lock',
    "Terraform's lock is held by root@runner-3 (OperationTypeApply, since 2026-11-01T00:00:00Z, lock abc).",
    'Error acquiring the state lock: operation error S3: PutObject, https response error StatusCode: 412',
  ],
  [
    'stranded-state',
    'Terraform worked, but could not upload its state: failed to upload state: operation error S3: PutObject, https response error StatusCode: 403.',
  ],
  [
    'tls',
    'Proxmox at https://pve.example.com:8006 is not trusted: its certificate comes from an authority that this machine does not know.',
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
  ],
  [
    'timeout',
    'Proxmox at https://pve.example.com:8006 does not answer: no answer within 10 s.',
    'The Proxmox task qmclone on pve1 did not end within 300 s.',
    'dial tcp 10.30.0.2:8006: i/o timeout',
  ],
  [
    'refused-connection',
    'dial tcp 127.0.0.1:17806: connect: connection refused',
    'connect ECONNREFUSED 127.0.0.1:8006',
    'ssh: connect to host 10.30.0.14 port 22: Connection refused',
  ],
  [
    'credentials',
    'Proxmox at https://pve.example.com:8006 does not accept the token nante@pve!portal: invalid token value!',
  ],
  [
    'missing-privilege',
    'The token nante@pve!portal lacks the privilege VM.Clone on /vms/9000 (Proxmox at https://pve.example.com:8006).',
    'The Proxmox token lacks VM.Clone on /vms/9000, Datastore.AllocateSpace on /storage/local-lvm.',
    'error creating VM: received an HTTP 403 response - Reason: Permission check failed (/vms/20001, VM.Allocate)',
  ],
  [
    'access-denied',
    'The S3 store refused to write in nante/shop-dev/hosts.json (AccessDenied).',
  ],
  [
    'storage-full',
    'The storage local-lvm on pve1 has 3 GiB free, and the disk needs 10 GiB; choose another storage, or a smaller disk.',
    'unable to create VM 20001 - lvcreate \'pve/vm-20001-disk-0\' error:   Volume group "pve" has insufficient free space (2 extents): 2560 required.',
  ],
  [
    'disk-full',
    'web-1, "Install the packages": [Errno 28] No space left on device',
  ],
  [
    'unreachable-host',
    'ssh: connect to host 10.30.0.14 port 22: No route to host',
    'No SSH server answers at web-1 (10.30.0.14, port 22).',
  ],
  [
    'host-key',
    'Host key verification failed.',
    'web-1 shows another SSH host key than the pinned one.',
  ],
  [
    'wrong-sudo',
    'web-1, "Gathering Facts": Missing sudo password',
    'sudo: a password is required',
    'ops is not in the sudoers file.',
  ],
  ['login-refused', 'ops@10.30.0.14: Permission denied (publickey).'],
  [
    'missing-python',
    '/bin/sh: 1: /usr/bin/python3: not found',
    "The module interpreter '/usr/bin/python3' was not found.",
  ],
  [
    'apt-lock',
    'Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)',
  ],
  [
    'other-system',
    'base_setup is for Debian and Ubuntu with systemd; this is Rocky with systemd.',
    'old-1 (10.0.0.5, port 22) is no Debian or Ubuntu, but Alpine Linux.',
  ],
  [
    'mirror-unreachable',
    'Failed to update apt cache: unknown reason',
    "Temporary failure resolving 'deb.debian.org'",
  ],
  [
    'role-argument',
    'The choice of software cannot be applied: nginx: nginx_sites[0].name is missing.',
    'Validation of arguments failed: value of base_setup_ssh_port must be one of: 22, got: x',
  ],
  [
    'never-boots',
    'web-1 exists and is not ready: its guest agent does not answer after 120 s.',
    'The guest agent is not running',
  ],
  [
    'cloud-init',
    'web-1 is not what was asked of cloud-init: hostname is localhost, asked for web-1.',
  ],
  [
    'template-missing',
    'The template VM 9000 is not there any more; choose another one.',
    "unable to find configuration file for VM 9000 on node 'pve1'",
  ],
  [
    'guest-locked',
    "can't lock file '/var/lock/qemu-server/lock-9000.conf' - got timeout",
    'VM is locked (clone)',
    "cfs-lock 'storage-local' error: got lock request timeout",
  ],
  [
    'mesh-key',
    'backend error: invalid key: API key kXYZ not valid',
    'The auth key has expired.',
    'Hosts of dev join the tailnet main, and Doppler has no key for it: it lacks TS_OAUTH_CLIENT_ID and TS_OAUTH_SECRET, or TS_AUTHKEY.',
  ],
  [
    'mesh-tags',
    'requested tags [tag:prod] are invalid or not permitted',
    'Tailscale does not let us make a key for a host with tag:prod: requested tags [tag:prod] are invalid or not permitted.',
  ],
  [
    'mesh-client',
    'Tailscale refused our OAuth client: API token invalid.',
    'Tailscale does not let us list the keys: calling actor does not have enough permissions to perform this function.',
  ],
  [
    'mesh-missing',
    'web-1 has not arrived in the mesh: the roles went well, and the tailnet does not list it.',
  ],
  [
    'telemetry-refused',
    'OpenObserve at https://oo.example.com refuses our user or password for the organization "default".',
  ],
  [
    'telemetry-unreachable',
    'OpenObserve at https://oo.example.com does not answer: no answer within 10 s.',
    'OpenObserve at https://oo.example.com answered HTTP 503.',
  ],
  ['first-sample', 'No first sample of web-1 arrived within 90 s.'],
  ['vmid-taken', "VM 20001 already exists on node 'pve2'"],
  [
    'address-pool-empty',
    'Every address of the pool of dev (10.30.0.201 to 10.30.0.220) is taken.',
  ],
  ['guest-ids-used-up', 'Every guest id of pve from 20000 to 29999 is taken.'],
  ['killed', 'terraform apply was killed before it could say how it went.'],
  [
    'play-deadline',
    'The play did not end within 1800 s and was stopped while "Wait for it" was at work on web-1.',
  ],
];

describe('the likely cause of a failure', () => {
  it.each(messages)('%s is told from what is said', (rule, ...said) => {
    for (const message of said)
      expect([message, cause(message)?.rule]).toEqual([message, rule]);
  });

  it('has a message in this test for every rule, and each rule says what to do', () => {
    expect(messages.map(([rule]) => rule).sort()).toEqual(
      knownCauses.map(({ rule }) => rule).sort(),
    );
    for (const { text, remedy } of knownCauses)
      expect([text, remedy]).toEqual([
        expect.stringMatching(/\.$/),
        expect.stringMatching(/^[A-Z].*\.$/),
      ]);
  });

  it('names who holds the lock, which privilege is missing, and what a host is', () => {
    expect(cause(messages[1][1])?.text).toBe(
      'The workspace is locked by workflow:runner-3:17 (run their-run-1, https://example.com/run/1) since 2026-11-01T00:00:00.000Z.',
    );
    expect(
      cause(
        'nginx is for Debian and Ubuntu with systemd; this is Rocky with openrc.',
      )?.text,
    ).toBe('Our roles are for Debian and Ubuntu, and the host is Rocky.');
    expect(
      cause('The token a@b!c lacks the privilege VM.Clone on /vms/9000 (x).')
        ?.text,
    ).toBe('The Proxmox token lacks the privilege VM.Clone.');
  });

  it('is found in what a play says of its hosts, where the error itself says nothing', () => {
    const failures = [{ message: 'No space left on device' } as PlayFailure];
    const played = { configuration: { failures } } as unknown as RunDocument;
    const error = { code: 'failed', message: 'The play did not succeed.' };
    expect(likelyCause(error, played)?.rule).toBe('disk-full');
    expect(likelyCause(error, run)).toBeUndefined();
    expect(likelyCause({ ...error, code: 'cancelled' }, run)?.rule).toBe(
      'cancelled',
    );
  });
});
