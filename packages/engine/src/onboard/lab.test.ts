import type { OnboardRequest } from '@nante/model';
import { startLab, type Lab } from '../__testUtils__/lab';
import {
  ansibleBin,
  ansibleProject,
  bootLabGuest,
  inLab,
  labSkipped,
  labTitle,
  type LabGuest,
} from '../__testUtils__/labGuest';
import { cli, failure } from '../__testUtils__/outcome';
import { readLedger } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import type { Engine } from '../types';
import { forgetServer } from './records';

jest.setTimeout(240_000);

let lab: Lab;
let guest: LabGuest;
let engine: Engine;

beforeAll(async () => {
  if (labSkipped) return;
  guest = await bootLabGuest({
    ...{ name: 'old-1', vmid: 1902, vlan: 1191, kind: 'vm' },
  });
  lab = await startLab();
  engine = lab.engineWith({
    ansible: { bin: ansibleBin, project: ansibleProject },
    privateKey: guest.privateKey,
  });
}, 600_000);

afterAll(async () => {
  await lab?.stop();
  await guest?.stop();
}, 60_000);

/** Shown as it is, or the roles run what a person typed into a form. */
const page = "{{ lookup('pipe', 'id') }}";
/** Whether its certificate is there, only nginx can say. */
const site = {
  ...{ name: 'shop', server_names: ['shop.example.test'], page: 'Hello' },
  tls_certificate: '/etc/ssl/shop.crt',
  tls_key: '/etc/ssl/private/shop.key',
};
const makeCertificate =
  'sudo -n openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2' +
  ' -subj /CN=shop.example.test -keyout /etc/ssl/private/shop.key -out /etc/ssl/shop.crt 2>/dev/null';

function onboardRequest(change: Partial<OnboardRequest> = {}): OnboardRequest {
  return {
    requestId: `onboard-${Math.random().toString(36).slice(2)}`,
    ...{ requestedBy: 'user:default/mia', operator: false },
    ...{ name: 'old-1', app: 'legacy', environment: 'dev' },
    ...{ owner: 'group:default/legacy', address: guest.address },
    ...{ port: 22, loginUser: 'ops', adminUser: 'anna' },
    adminSshKeys: [guest.publicKey],
    roles: [
      {
        name: 'base_setup',
        arguments: { base_setup_timezone: 'Europe/Zurich' },
      },
      {
        name: 'nginx',
        arguments: { nginx_default_page: `${page}\n`, nginx_sites: [site] },
      },
    ],
    ...change,
  };
}

/**
 * Every file of the guest's disk with its size, mode, owner and times, its packages and its users. Left out is what a login
 * writes by itself, whoever logs in: logs, and what lies in memory.
 */
function everything(): string[] {
  const leave = ['/proc', '/sys', '/dev', '/run', '/tmp', '/var/log'];
  const prune = leave.map(path => `-path ${path}`).join(' -o ');
  const disk = guest.ssh(
    `sudo -n find / \\( ${prune} \\) -prune -o -printf '%p %y %s %m %u:%g %T@ %C@\\n' | sort`,
  );
  const more = guest.ssh(
    "dpkg-query -W; getent passwd; ls -A /tmp /dev/shm; systemctl list-units --type=service --state=running --no-legend --plain | awk '{print $1}'",
  );
  return [...disk.split('\n'), ...more.split('\n')].filter(
    // Units of the logins themselves, and of the timers that come and go.
    line =>
      !/^(user@|user-runtime-dir@|session-|systemd-tmpfiles|apt-daily|dpkg-db|e2scrub|fstrim|logrotate)/.test(
        line,
      ),
  );
}

const differences = (before: readonly string[], after: readonly string[]) => [
  ...before.filter(line => !after.includes(line)).map(line => `- ${line}`),
  ...after.filter(line => !before.includes(line)).map(line => `+ ${line}`),
];

inLab(labTitle('A server that somebody else made'), () => {
  let check: OnboardRequest;

  it('is shown what would change, and nothing of it is changed', async () => {
    const before = everything();
    check = onboardRequest();
    const run = await engine.onboard(check, cli);
    expect(differences(before, everything())).toEqual([]);
    expect(run).toMatchObject({
      ...{ kind: 'onboard', state: 'succeeded' },
      hostKeys: [
        expect.stringMatching(/^ssh-ed25519 /),
        ...[1, 2].map(() => expect.any(String)),
      ],
      configuration: {
        ...{ dryRun: true, pretended: false, failures: [] },
        roles: ['base_setup', 'nginx'],
        recap: [{ host: 'old-1', failed: 0, unreachable: 0 }],
      },
    });
    expect(run.steps.map(({ id, state }) => `${id} ${state}`)).toEqual([
      ...['check succeeded', 'connect succeeded'],
      ...['preview succeeded', 'finish succeeded'],
    ]);
    const shown = guest.ssh('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    expect(run.steps[1].detail).toContain(shown.split(' ')[1]);
    expect(run.steps[1].detail).toContain('Debian GNU/Linux 12');
    const changes = run.configuration?.changes ?? [];
    const diffOf = (task: string) =>
      changes.find(one => one.task === task)?.diff;
    expect(diffOf('base_setup : Set the time zone')).toContain('Zurich');
    expect(diffOf('nginx : Write the pages that were given')).toContain(
      `+${page}`,
    );
    expect(diffOf('nginx : Write the configuration')).toMatch(
      /^\+\+\+ after: \/etc\/nginx\/nginx\.conf$[^]*\+ +ssl_certificate \/etc\/ssl\/shop\.crt;/m,
    );
    expect(run.configuration?.unseen).toEqual([
      'The folder and the keys of anna: the user would be made first.',
      'base_setup : Check that sshd reads its settings',
      expect.stringMatching(/^The firewall's start: nftables would be/),
      expect.stringMatching(/^Packages: .*nftables/),
      expect.stringMatching(/^Whether nginx takes its configuration/),
      expect.stringMatching(/^The ports in the firewall/),
    ]);
    expect(await engine.managedServers()).toEqual([]);
    expect(JSON.stringify(run)).not.toContain(guest.privateKey.split('\n')[2]);
  });

  it('of which little is there, says what the check could not see', async () => {
    const python = guest.ssh('readlink /usr/bin/python3').trim();
    guest.ssh('sudo -n rm /usr/bin/python3');
    const run = await engine.onboard(onboardRequest(), cli);
    guest.ssh(`sudo -n ln -s ${python} /usr/bin/python3`);
    expect(run.configuration).toMatchObject({
      recap: [{ changed: 1 }],
      unseen: [
        'The administrator anna: Python would be installed first.',
        expect.stringMatching(/^The role base_setup/),
        expect.stringMatching(/^The role nginx/),
      ],
    });
  });

  it('is refused, and left as it is, where we cannot be root, or it is no Debian', async () => {
    const keys = '/home/eve/.ssh/authorized_keys';
    guest.ssh(
      `sudo -n sh -c 'useradd -m eve && mkdir /home/eve/.ssh && cp ~ops/.ssh/authorized_keys ${keys} && chown -R eve /home/eve'`,
    );
    const before = everything();
    await expect(
      engine.onboard(onboardRequest({ loginUser: 'eve' }), cli),
    ).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(
        /^eve may not become root on old-1 .*(password|sudoers)/,
      ),
      hint: expect.stringContaining('Let eve use sudo'),
    });
    await expect(
      engine.onboard(onboardRequest({ loginUser: 'nobody-here' }), cli),
    ).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('does not let nobody-here in'),
    });
    const release = '/etc/os-release';
    guest.ssh(
      `sudo -n mv ${release} ${release}.kept && echo 'ID=alpine PRETTY_NAME="Alpine Linux"' | sudo -n tee ${release}`,
    );
    const other = engine.onboard(onboardRequest(), cli);
    await expect(other).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('no Debian or Ubuntu, but Alpine Linux'),
    });
    guest.ssh(`sudo -n mv ${release}.kept ${release}`);
    const ours = /^[-+] \/etc(\/os-release)? /;
    expect(
      differences(before, everything()).filter(line => !ours.test(line)),
    ).toEqual([]);
  });

  it('that shows another host key than at the check is not entered', async () => {
    guest.ssh(
      "sudo -n sh -c 'mkdir /root/keys && cp -a /etc/ssh/ssh_host_* /root/keys && rm /etc/ssh/ssh_host_* && ssh-keygen -A >/dev/null && systemctl restart ssh'",
    );
    const real = onboardRequest({ checkedRunId: check.requestId });
    await expect(engine.onboard(real, cli)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('another SSH host key'),
    });
    guest.ssh(
      "sudo -n sh -c 'cp -a /root/keys/* /etc/ssh && rm -r /root/keys && systemctl restart ssh'",
    );
    expect(await readLedger(lab.store, 'legacy-dev')).toEqual([]);
  });

  it('is taken over as the check has shown, also after a play that failed half way', async () => {
    const real = onboardRequest({ checkedRunId: check.requestId });
    const error = await failure(engine.onboard(real, cli));
    expect(`${error.code}: ${error.message}`).toMatch(
      /^failed: .*nginx : Write the configuration.*\/etc\/ssl\/shop\.crt/,
    );
    const half = await engine.getRun(real.requestId);
    expect(half).toMatchObject({
      error: { step: 'roles' },
      leftovers: [expect.stringContaining('is intended in our ledger')],
      configuration: { recap: [{ failed: 1 }] },
    });
    expect(half?.configuration?.recap[0].changed).toBeGreaterThan(5);
    expect(await engine.managedServers()).toEqual([]);

    guest.ssh(makeCertificate);
    const run = await engine.onboard(real, cli);
    expect(run).toMatchObject({
      ...{ state: 'succeeded', leftovers: [] },
      configuration: { dryRun: false, unseen: [], recap: [{ failed: 0 }] },
    });
    const [server] = await engine.managedServers();
    expect(server).toMatchObject({
      ...{ app: 'legacy', environment: 'dev', name: 'old-1' },
      server: {
        ...{ address: guest.address, port: 22, user: 'ops' },
        roles: [{ name: 'base_setup' }, { name: 'nginx' }],
      },
      ledger: {
        ...{ system: 'ssh', kind: 'server', state: 'adopted' },
        ...{ outsideId: `${guest.address}:22`, hostKeys: run.hostKeys },
        requestId: real.requestId,
      },
    });
    expect(guest.ssh('sudo -n id -un', 'anna').trim()).toBe('root');
    const answer = await fetch(`http://${guest.address}/`);
    expect((await answer.text()).trim()).toBe(page);
    expect(await engine.onboard(real, cli)).toEqual(run);
    await expect(engine.onboard(onboardRequest(), cli)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('which is in our care already'),
    });
    // The same after the same check, by another request: a repeat, which finds everything as it should be.
    const { checkedRunId } = real;
    const repeat = onboardRequest({ checkedRunId });
    expect(await engine.onboard(repeat, cli)).toMatchObject({
      state: 'succeeded',
      configuration: { recap: [{ changed: 0, failed: 0 }] },
    });
    expect(await engine.managedServers()).toMatchObject([
      { server: server.server, ledger: { requestId: real.requestId } },
    ]);
  });

  it('goes out of our records again, and keeps what it has', async () => {
    const run = {
      ...{ store: lab.store, config: lab.setting.config },
      recorder: { document: { id: 'undo-it', workspace: 'legacy-dev' } },
      context: { timing: { lockTtlMs: 1_000 } },
    } as unknown as Run;
    let held = 0;
    const lease = { assertHeld: async () => void (held += 1) };
    const server = { name: 'old-1', app: 'legacy', environment: 'dev' };
    expect(await forgetServer(run, lease, server)).toBe(true);
    expect(held).toBe(1);
    expect(await engine.managedServers()).toEqual([]);
    const [entry] = await readLedger(lab.store, 'legacy-dev');
    expect(entry).toMatchObject({ state: 'removed', runId: 'undo-it' });
    expect(await forgetServer(run, lease, server)).toBe(false);
    expect(guest.ssh('id -un', 'anna').trim()).toBe('anna');
    // Its name and address are free again.
    const again = onboardRequest({ roles: [], adminUser: undefined });
    const checked = await engine.onboard({ ...again, adminSshKeys: [] }, cli);
    expect(checked.configuration?.recap).toMatchObject([{ changed: 0 }]);
  });
});
