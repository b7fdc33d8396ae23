import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  ansibleBin,
  ansibleProject,
  bootLabGuest,
  inLab,
  labSkipped,
  labTitle,
  type LabGuest,
} from '../__testUtils__/labGuest';
import { configurationOf, createPlayNotes } from '../configure/configurationOf';
import { createRedactor } from '../process';
import { runPlaybook, type PlaybookOptions } from './index';

jest.setTimeout(180_000);

let guest: LabGuest;
let hostKeys: string[] | undefined;

beforeAll(async () => {
  if (labSkipped) return;
  guest = await bootLabGuest({
    ...{ name: 'ct-1', vmid: 1904, vlan: 1193, kind: 'lxc' },
  });
}, 600_000);

afterAll(() => guest?.stop(), 60_000);

/** Plays on the guest, and says what a run document would. */
async function play(
  options: Pick<PlaybookOptions, 'playbook' | 'variables' | 'check'> & {
    project?: string;
  },
) {
  const { project = ansibleProject, check = false, ...rest } = options;
  const notes = createPlayNotes();
  const { name, address, user, privateKey, folder } = guest;
  const result = await runPlaybook({
    ...{ ...rest, check, privateKey },
    ansible: { bin: ansibleBin, project },
    inventory: [{ name, address, user, hostKeys }],
    learn: !hostKeys,
    onEvent: notes.take,
    workDirectory: join(folder, project === ansibleProject ? 'own' : 'as-vm'),
    redactor: createRedactor(),
  });
  hostKeys ??= result.learnedHostKeys[name];
  const document = configurationOf(result, {
    ...{ dryRun: check, roles: [], notes },
  });
  return { ...document, error: result.error?.message };
}

inLab(labTitle('A dry run of nginx alone on a bare host'), () => {
  it('says that much would be done, shows it, and does nothing', async () => {
    const sites = [
      { name: 'shop', server_names: ['shop.test'], page: '{{ 6 * 7 }}' },
    ];
    const { recap, changes, unseen, error } = await play({
      ...{ playbook: 'site.yml', check: true },
      variables: {
        nante_roles: [{ name: 'nginx', arguments: { nginx_sites: sites } }],
      },
    });
    expect(error).toBeUndefined();
    expect(changes.map(({ task }) => task)).toEqual([
      'nginx : Install nginx',
      'nginx : Make the folders of the sites',
      'nginx : Write the pages that were given',
      'nginx : Write the configuration',
    ]);
    expect(recap).toMatchObject([{ changed: 4, failed: 0 }]);
    const shown = changes.map(({ diff }) => diff).join('\n');
    expect(shown).toContain('+{{ 6 * 7 }}');
    expect(shown).toMatch(/^\+ +server_name shop\.test;$/m);
    expect(unseen).toEqual([
      'Whether nginx takes its configuration and starts: nginx would be installed first.',
    ]);
    expect(guest.ssh('ls -d /etc/nginx /var/www 2>/dev/null || true')).toBe('');
  });
});

inLab(labTitle('The script of the first boot'), () => {
  const firstBoot = (script: string, request: string, check = false) =>
    play({
      ...{ playbook: 'first_boot.yml', check },
      variables: { first_boot_script: script, first_boot_request: request },
    });
  const script = [
    '#!/bin/bash',
    `[[ $(id -u) == 0 ]] && echo "{{ lookup('pipe', 'id') }} $((6 * 7))" >> /srv/ran`,
  ].join('\n');

  it('is shown by a check run, and does not run', async () => {
    const shown = await firstBoot(script, 'request-1', true);
    expect(shown.changes.map(({ task }) => task)).toEqual(
      expect.arrayContaining(['Copy the script', 'Run the script']),
    );
    expect(shown.changes.map(({ diff }) => diff).join()).toContain(
      "+[[ $(id -u) == 0 ]] && echo \"{{ lookup('pipe', 'id') }}",
    );
    expect(guest.ssh('ls -A /srv /var/lib | grep -c nante || true')).toBe(
      '0\n',
    );
  });

  it('runs once for a request, by the program of its first line, and as it was typed', async () => {
    const first = await firstBoot(script, 'request-1');
    expect(first).toMatchObject({ recap: [{ failed: 0 }], error: undefined });
    expect(guest.ssh('cat /srv/ran')).toBe("{{ lookup('pipe', 'id') }} 42\n");
    const again = await firstBoot(script, 'request-1');
    expect(again.recap).toMatchObject([{ changed: 0, failed: 0 }]);
    // Without its first line it is one for sh; another request is another script.
    await firstBoot('echo plain >> /srv/ran', 'request-2');
    expect(guest.ssh('cat /srv/ran')).toBe(
      "{{ lookup('pipe', 'id') }} 42\nplain\n",
    );
    expect(
      guest.ssh('ls /var/lib/nante-first-boot-* | grep -c sh$ || true'),
    ).toBe('0\n');
  });

  it('that fails says so by its last lines, and runs again', async () => {
    const failing = 'seq 100\necho no such mirror >&2\ntest -e /srv/mended';
    const failed = await firstBoot(failing, 'request-3');
    expect(failed.error).toContain('The script ended with code 1.');
    expect(failed.error).toMatch(/ 99 100 no such mirror$/);
    expect(failed.error).not.toContain(' 80 ');
    guest.ssh('touch /srv/mended');
    expect((await firstBoot(failing, 'request-3')).error).toBeUndefined();
    const wrong = await firstBoot('true', 'x; id');
    expect(wrong.error).toContain('Nothing was changed');
  });
});

/*
 * The guest is a container, and stands in for a virtual machine. Pretended are: the fact that says so; sysctl, which only
 * proves that the keys are known, since nobody may set them here; the programs of the time service and of the agent, which sleep
 * instead, since a container has no clock and no port. Their packages, files and units are real.
 */
inLab(labTitle('base_setup in a virtual machine'), () => {
  const asVm = async (check = false) =>
    play({
      ...{
        playbook: 'as_vm.yml',
        project: join(guest.folder, 'project'),
        check,
      },
      variables: { base_setup_time_servers: ['time.example.test'] },
    });
  const port = '/dev/virtio-ports/org.qemu.guest_agent.0';
  const sleeping = (name: string) =>
    `printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/${name}.service; systemctl daemon-reload`;

  beforeAll(() => {
    if (labSkipped) return;
    const project = join(guest.folder, 'project');
    mkdirSync(project);
    symlinkSync(join(ansibleProject, 'roles'), join(project, 'roles'));
    copyFileSync(
      join(ansibleProject, 'ansible.cfg'),
      join(project, 'ansible.cfg'),
    );
    copyFileSync(
      join(__dirname, '__fixtures__/project/as_vm.yml'),
      join(project, 'as_vm.yml'),
    );
  });

  it('is shown with what a check run cannot see', async () => {
    const { error, unseen, changes } = await asVm(true);
    expect(error).toBeUndefined();
    const tasks = changes.map(({ task }) => task);
    expect(tasks).toContain('base_setup : Write the kernel settings');
    expect(tasks).toContain('base_setup : Name the time servers');
    expect(unseen).toEqual(
      expect.arrayContaining([
        'The QEMU guest agent: qemu-guest-agent would be installed first.',
        'base_setup : Load the kernel settings',
      ]),
    );
  });

  it('has kernel settings, time servers and the agent, which waits for its port', async () => {
    guest.ssh(
      'dpkg-divert --quiet --local --rename --divert /sbin/sysctl.real --add /sbin/sysctl',
    );
    guest.ssh(
      `cat > /sbin/sysctl <<'END'
#!/bin/sh
test "$1" = --load=/etc/sysctl.d/60-base-setup.conf || exit 2
grep -v '^#' "\${1#--load=}" | while read -r key _; do /sbin/sysctl.real -n "$key" >/dev/null || exit 1; done || exit 1
echo loaded >> /srv/sysctl
END
chmod +x /sbin/sysctl; ${sleeping('systemd-timesyncd')}`,
    );
    const first = await asVm();
    expect(first.error).toBeUndefined();
    const packages = guest.ssh(
      "dpkg-query -W -f '${db:Status-Abbrev}${Package} ' qemu-guest-agent systemd-timesyncd procps",
    );
    expect(packages.match(/ii /g)).toHaveLength(3);
    expect(guest.ssh('cat /srv/sysctl')).toBe('loaded\n');
    expect(guest.ssh('cat /etc/sysctl.d/60-base-setup.conf')).toContain(
      'net.ipv4.tcp_syncookies = 1\n',
    );
    expect(
      guest.ssh('systemd-analyze cat-config systemd/timesyncd.conf'),
    ).toContain('NTP=time.example.test');
    expect(guest.ssh('systemctl is-enabled systemd-timesyncd')).toBe(
      'enabled\n',
    );
    // The agent's unit is whole, and waits for the port by itself once Proxmox gives one.
    guest.ssh('systemd-analyze verify qemu-guest-agent.service');
    expect(guest.ssh('systemctl show -p BindsTo qemu-guest-agent')).toContain(
      'org.qemu.guest_agent.0.device',
    );
    expect(guest.ssh('systemctl is-active qemu-guest-agent || true')).toBe(
      'inactive\n',
    );
    expect((await asVm()).recap).toMatchObject([{ changed: 0, failed: 0 }]);
  });

  it('starts the agent where Proxmox gave the machine its port', async () => {
    guest.ssh(
      `mkdir -p ${port.slice(0, port.lastIndexOf('/'))}; touch ${port}; ${sleeping('qemu-guest-agent')}`,
    );
    const first = await asVm();
    expect(first.error).toBeUndefined();
    expect(first.changes.map(({ task }) => task)).toEqual([
      'base_setup : Start the QEMU guest agent',
    ]);
    expect(guest.ssh('systemctl is-active qemu-guest-agent')).toBe('active\n');
    expect((await asVm()).recap).toMatchObject([{ changed: 0, failed: 0 }]);
  });
});
