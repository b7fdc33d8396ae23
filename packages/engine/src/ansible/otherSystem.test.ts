import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ansibleBin, ansibleProject } from '../__testUtils__/labGuest';

jest.setTimeout(60_000);

const roles = readdirSync(join(ansibleProject, 'roles'));
const hasAnsible = existsSync(join(ansibleBin, 'ansible-playbook'));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'other-system-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Applies a role to a host with these facts; it has no address, so that nothing can reach it. */
function play(role: string, facts: Record<string, string>) {
  const plays = [
    {
      ...{ name: 'Say what the host is', hosts: 'all', gather_facts: false },
      tasks: [
        {
          name: 'Keep the facts',
          'ansible.builtin.set_fact': { ...facts, cacheable: true },
        },
      ],
    },
    {
      name: 'Apply the role',
      'ansible.builtin.import_playbook': join(ansibleProject, 'site.yml'),
    },
  ];
  // JSON is YAML.
  writeFileSync(join(folder, 'play.yml'), JSON.stringify(plays));
  const variables = { nante_roles: [{ name: role }], nante_answers: true };
  const all = ['-i', 'odd-1,', '-e', JSON.stringify(variables), 'play.yml'];
  return spawnSync(join(ansibleBin, 'ansible-playbook'), all, {
    ...{ cwd: folder, encoding: 'utf8' },
    env: {
      ...{ PATH: process.env.PATH, HOME: folder, LC_ALL: 'C.UTF-8' },
      ANSIBLE_CONFIG: join(ansibleProject, 'ansible.cfg'),
      ANSIBLE_ROLES_PATH: join(ansibleProject, 'roles'),
    },
  });
}

(hasAnsible ? describe : describe.skip)(
  `A host that is no Debian${hasAnsible ? '' : ' (skipped: npm start installs Ansible)'}`,
  () => {
    const facts = { virtualization_type: 'kvm', service_mgr: 'systemd' };

    it.each(roles)('is told so by %s before anything else', role => {
      const { status, stdout } = play(role, {
        ...{ ...facts, os_family: 'RedHat', distribution: 'Rocky' },
      });
      expect(status).toBe(2);
      expect(stdout.replace(/\s+/g, ' ')).toContain(
        `${role} is for Debian and Ubuntu with systemd; this is Rocky with systemd.`,
      );
      expect(stdout).toMatch(/changed=0 +unreachable=0 +failed=1/);
    });

    it('is not what a Debian is taken for', () => {
      const { stdout } = play('nginx', {
        ...{ ...facts, os_family: 'Debian', distribution: 'Ubuntu' },
      });
      expect(stdout).not.toContain('is for Debian and Ubuntu');
      expect(stdout).toMatch(/unreachable=1/);
    });
  },
);
