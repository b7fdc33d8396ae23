import assert from 'node:assert/strict';
import { clearFaults, setFault } from '../faults';
import type { PlayResult } from '../playbook';
import { part } from '../report';
import { until } from '../until';
import { read, succeeded, type RoleGuest, type RoleLab } from './lab';
import { Mesh } from './mesh';
import { page } from './web';

/** What a person reads after a bad input, for the report. */
export interface Refusal {
  input: string;
  reads: string;
}

/** The words that an assertion of a role ended with. */
export function messageOf({ output }: PlayResult): string {
  const found =
    /^fatal: .*?"msg": "((?:[^"\\]|\\.)*)"/m.exec(output)?.[1] ?? '';
  return found.replaceAll('\\"', '"').replaceAll('\\n', ' ').trim();
}

/** Arguments that no role has or can use: all are named, and nothing is touched. */
export async function wrongArguments(lab: RoleLab): Promise<Refusal[]> {
  const [machine] = lab.guests;
  return part(
    'Wrong arguments are all named, and nothing is touched',
    async () => {
      const unknown = await lab.site(machine, [
        { name: 'no_such_role' },
        { name: 'base_setup', arguments: { ansible_user: 'eve' } },
      ]);
      assert.match(unknown.output, /no_such_role/);
      assert.match(unknown.output, /base_setup: ansible_user/);
      const wrong = await lab.site(machine, [
        {
          name: 'base_setup',
          arguments: { base_setup_upgrades: 'some', base_setup_colour: 'red' },
        },
        { name: 'nginx', arguments: { nginx_http_port: 'eighty' } },
        {
          name: 'mgmt-docker',
          arguments: { mgmt_docker_source: 'elsewhere' },
        },
      ]);
      for (const name of [
        'base_setup_upgrades',
        'base_setup_colour',
        'nginx_http_port',
        'mgmt_docker_source',
      ])
        assert.match(wrong.output, new RegExp(name));
      const breaking = await lab.site(machine, [
        {
          name: 'nginx',
          arguments: {
            nginx_sites: [
              { name: 'x', server_names: ['a; return 200'], root: '/x; }' },
            ],
          },
        },
      ]);
      assert.match(breaking.output, /no host name; root is no absolute path/);
      const daemon = await lab.site(machine, [
        {
          name: 'mgmt-docker',
          arguments: {
            mgmt_docker_log_max_size: '10m"}; $(id)',
            mgmt_docker_users: ['{{ 7 * 7 }}', 'a\nb'],
          },
        },
      ]);
      assert.match(
        daemon.output,
        /mgmt_docker_users has something that is no user name.*mgmt_docker_log_max_size is no size/,
      );
      for (const { code, changed } of [unknown, wrong, breaking, daemon]) {
        assert.notEqual(code, 0);
        assert.equal(changed, 0);
      }
      return [
        { input: 'a role that is not there', reads: messageOf(unknown) },
        { input: 'names that would break a file', reads: messageOf(breaking) },
        { input: 'quotes, `$(…)`, `{{ }}`', reads: messageOf(daemon) },
      ];
    },
  );
}

/** A host that is no Debian, and one that does not answer. */
export async function wrongHosts(lab: RoleLab): Promise<Refusal[]> {
  const [, host] = lab.guests;
  const system = await part(
    'A host that is no Debian is left alone',
    async () => {
      await lab.root(
        host,
        `rm /etc/os-release
printf 'ID=rocky\\nNAME="Rocky Linux"\\nVERSION_ID=9.5\\n' > /etc/os-release
echo 'Rocky Linux release 9.5 (Blue Onyx)' > /etc/redhat-release`,
      );
      try {
        const results: PlayResult[] = [];
        for (const name of ['base_setup', 'nginx', 'mgmt-docker']) {
          const result = await lab.site(host, [{ name }], {
            flags: ['--flush-cache'],
          });
          assert.notEqual(result.code, 0);
          assert.equal(result.changed, 0);
          assert.match(
            messageOf(result),
            new RegExp(`${name} is for Debian and Ubuntu .*Rocky`),
          );
          results.push(result);
        }
        return messageOf(results[0]);
      } finally {
        await lab.root(
          host,
          'rm /etc/redhat-release; ln -sf ../usr/lib/os-release /etc/os-release',
        );
      }
    },
  );
  const away = await part('A host that does not answer is named', async () => {
    const result = await lab.playbooks.play(
      'site',
      { name: 'roles-away', address: lab.nobody, user: 'ops' },
      // Not waited for: whoever starts this has logged in a moment ago.
      { nante_roles: [{ name: 'base_setup' }], nante_answers: true },
    );
    assert.equal(result.code, 4);
    assert.match(result.output, /UNREACHABLE!/);
    return /Failed to connect to the host via ssh: ([^"\n]*)/.exec(
      result.output,
    )?.[0];
  });
  return [
    { input: 'a host that is neither Debian nor Ubuntu', reads: system },
    { input: 'a host that does not answer', reads: away ?? '' },
  ];
}

/** A key that has expired, and credentials that OpenObserve does not take: the host stays as it is in reach. */
export async function refusedSecrets(
  lab: RoleLab,
  mesh: Mesh,
  host: RoleGuest,
): Promise<Refusal[]> {
  const expired = await part(
    `${host.name}: an expired key lets nobody into the mesh`,
    async () => {
      await lab.root(host, 'tailscale logout');
      await setFault(lab.endpoints, 'tailscale', { kind: 'key-expired' });
      const { key, env } = await mesh.secrets();
      const result = await lab.site(host, [mesh.role(host)], { env });
      await clearFaults(lab.endpoints, 'tailscale');
      assert.notEqual(result.code, 0);
      assert.ok(!result.output.includes(key), 'the key is in no output');
      assert.match(messageOf(result), /expired/);
      assert.equal((await lab.run(host, 'true')).code, 0, 'SSH answers');
      succeeded(
        await lab.site(host, [mesh.role(host)], {
          env: (await mesh.secrets()).env,
        }),
      );
      return messageOf(result);
    },
  );
  const refused = await part(
    `${host.name}: credentials that OpenObserve refuses`,
    async () => {
      const { env } = await mesh.secrets();
      const wrong = { ...env, OO_PASS: 'of-yesterday' };
      const since = Date.now();
      const result = await lab.site(host, [mesh.role(host)], { env: wrong });
      assert.ok(!result.output.includes('of-yesterday'));
      const said = await until('a line of Alloy about 401', async () => {
        const { output } = await lab.run(
          host,
          `sudo -n journalctl --unit alloy --since @${Math.floor(since / 1000)} --output cat --no-pager | grep -m1 401`,
        );
        return output || undefined;
      });
      assert.ok(!said.includes('of-yesterday'));
      succeeded(await lab.site(host, [mesh.role(host)], { env }));
      const right = Date.now();
      await until('a sample with the right ones', () =>
        mesh.lastSample(host, right),
      );
      return said;
    },
  );
  assert.equal(await read(host, 80), page, 'its sites answer all the time');
  return [
    { input: 'a mesh key that has expired', reads: expired },
    {
      input: 'credentials that OpenObserve refuses (401)',
      reads: `in the journal of Alloy: ${refused}`,
    },
  ];
}
