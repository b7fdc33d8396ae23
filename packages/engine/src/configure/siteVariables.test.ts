import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { infrastructureConfigSchema, type RoleChoice } from '@nante/model';
import { ansibleBin, ansibleProject } from '../__testUtils__/labGuest';
import { checkRoleDefaults, runPlaybook } from '../ansible';
import { secretsIn } from '../ansible/environment';
import {
  checkHosts,
  inventoryDocument,
  variablesDocument,
} from '../ansible/inventory';
import { createRedactor } from '../process';
import { secretsByHand, siteSecrets } from './siteSecrets';
import { siteNeeds, siteVariables } from './siteVariables';

jest.setTimeout(60_000);

const place = { app: 'shop', environment: 'dev' };
const environment = {
  ...{ title: 'Dev', connection: 'pve', vlan: 30, sizes: ['small'] },
  ...{ subnet: '10.30.0.0/24', gateway: '10.30.0.1' },
  addressing: { type: 'dhcp' },
};
const config = infrastructureConfigSchema.parse({
  connections: {
    pve: { type: 'proxmox' },
    tailnet: {
      ...{ type: 'tailscale', controlUrl: 'https://mesh.example.com' },
      tags: ['tag:nante', 'tag:dev'],
    },
    telemetry: { type: 'openobserve', url: 'https://oo.example.com' },
  },
  environments: {
    dev: {
      ...environment,
      ...{ mesh: 'tailnet', meshTags: ['tag:dev', 'tag:lan'] },
      telemetry: 'telemetry',
      roleDefaults: { probe_text: 'environment', probe_list: ['{{ 1 }}'] },
    },
    bare: environment,
  },
  sizes: { small: { title: 'S', cores: 1, memoryMb: 512, diskGb: 4 } },
  roleDefaults: { probe_text: 'site', probe_number: 7 },
});
const needsOf = (roles: RoleChoice[], where = 'dev') =>
  siteNeeds(config, { ...place, environment: where }, [
    { name: 'web-1', requestId: 'request-1', isServer: false, roles },
  ]);
const baseSetup = (given: Record<string, unknown> = {}): RoleChoice[] => [
  { name: 'base_setup', arguments: given },
];

describe('A site', () => {
  it('tells the roles of a host about mesh and telemetry, and its defaults, those of the environment last', () => {
    expect(siteVariables(config, place, 'web-1')).toEqual({
      base_setup_tailscale: true,
      base_setup_tailscale_tags: ['tag:nante', 'tag:dev', 'tag:lan'],
      base_setup_tailscale_login_server: 'https://mesh.example.com',
      base_setup_alloy: true,
      base_setup_alloy_labels: {
        ...{ app: 'shop', environment: 'dev', host: 'web-1' },
      },
      base_setup_openobserve_url: 'https://oo.example.com',
      base_setup_openobserve_organization: 'default',
      ...{ probe_text: 'environment', probe_number: 7 },
      probe_list: ['{{ 1 }}'],
    });
    expect(
      siteVariables(config, { ...place, environment: 'bare' }, 'web-1'),
    ).toEqual({ probe_text: 'site', probe_number: 7 });
  });

  it('is needed by a host that has base_setup, and has not said no', () => {
    const count = (roles: RoleChoice[], where?: string) => {
      const { mesh, telemetry } = needsOf(roles, where);
      return [mesh.hosts.length, telemetry.hosts.length];
    };
    expect(count(baseSetup())).toEqual([1, 1]);
    expect(count(baseSetup({ base_setup_alloy: 'no' }))).toEqual([1, 0]);
    expect(count([{ name: 'nginx', arguments: {} }])).toEqual([0, 0]);
    expect(count(baseSetup(), 'bare')).toEqual([0, 0]);
    expect(count(baseSetup({ base_setup_tailscale: true }), 'bare')).toEqual([
      1, 0,
    ]);
  });

  it('hands a cluster its token, and a way into Doppler only where its kubeconfig goes there', async () => {
    const context = {
      options: {
        secrets: {
          title: 'the test',
          readOptional: async (names: readonly string[]) =>
            Object.fromEntries(names.map(name => [name, `value of ${name}`])),
        },
      },
    } as never;
    const cluster = (arguments_: Record<string, unknown>) =>
      needsOf(
        [{ name: 'k3s-cluster', arguments: arguments_ }] as RoleChoice[],
        'bare',
      );
    const plain = await siteSecrets(context, cluster({}));
    expect(plain).toEqual({
      K3S_TOKEN: 'value of K3S_TOKEN',
      NEXUS_DOCKER_REGISTRY: 'value of NEXUS_DOCKER_REGISTRY',
      NEXUS_USERNAME: 'value of NEXUS_USERNAME',
      NEXUS_PASSWORD: 'value of NEXUS_PASSWORD',
    });
    expect(secretsIn(plain)).toContain('value of K3S_TOKEN');
    const keeps = cluster({ k3s_cluster_store_kubeconfig: true });
    expect(await siteSecrets(context, keeps)).toEqual({
      ...plain,
      DOPPLER_TOKEN: 'value of K3S_DOPPLER_TOKEN',
      DOPPLER_API_HOST: 'value of DOPPLER_API_HOST',
      DOPPLER_TARGET_PROJECT: 'value of DOPPLER_TARGET_PROJECT',
      DOPPLER_TARGET_CONFIG: 'value of DOPPLER_TARGET_CONFIG',
    });
    expect(secretsByHand(keeps)).toEqual([
      expect.stringContaining('DOPPLER_TOKEN="$K3S_DOPPLER_TOKEN"'),
    ]);
  });

  it('hands secrets over by the names that roles read, and shows no more than those', async () => {
    const known: Record<string, string> = {
      ...{ OO_USER: 'a-user', OO_PASS: 'a-password', TS_AUTHKEY: 'a-key' },
      ...{ NEXUS_USERNAME: 'nexus', NEXUS_DOCKER_REGISTRY: 'nexus:5000' },
    };
    const secrets = {
      title: 'the test',
      readOptional: async (names: readonly string[]) =>
        Object.fromEntries(
          names.flatMap(name => (known[name] ? [[name, known[name]]] : [])),
        ),
    };
    const context = { options: { secrets } } as never;
    const docker = [
      ...baseSetup(),
      { name: 'mgmt-docker', arguments: {} },
    ] as RoleChoice[];
    const given = await siteSecrets(context, needsOf(docker));
    expect(given).toEqual({
      ...{ OO_USER: 'a-user', OO_PASS: 'a-password' },
      ...{ NEXUS_USERNAME: 'nexus', NEXUS_DOCKER_REGISTRY: 'nexus:5000' },
    });
    // An address is no secret.
    expect(secretsIn(given)).toEqual(['a-user', 'a-password', 'nexus']);
    expect(secretsByHand(needsOf(docker))).toEqual([
      'export TS_AUTHKEY="$TS_AUTHKEY" OO_USER="$OO_USER" OO_PASS="$OO_PASS" NEXUS_DOCKER_REGISTRY="$NEXUS_DOCKER_REGISTRY" NEXUS_USERNAME="$NEXUS_USERNAME" NEXUS_PASSWORD="$NEXUS_PASSWORD"',
    ]);
    expect(await siteSecrets(context, needsOf([], 'bare'))).toEqual({});
    await expect(
      runPlaybook({
        ansible: { bin: '/nowhere', project: ansibleProject },
        playbook: 'site.yml',
        inventory: [{ name: 'web-1', address: '10.0.0.5', user: 'ops' }],
        environment: { ANSIBLE_CONFIG: '/x', LD_PRELOAD: '/x' },
        privateKey: 'none',
        workDirectory: '/nowhere',
        redactor: createRedactor(),
      }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('ANSIBLE_CONFIG, LD_PRELOAD'),
    });
  });

  it('may set defaults of variables that roles have, and is told of all others at once', async () => {
    await expect(
      checkRoleDefaults(ansibleProject, [
        { base_setup_timezone: 'Europe/Zurich' },
        { nginx_http_port: 8080 },
      ]),
    ).resolves.toBeUndefined();
    await expect(
      checkRoleDefaults(ansibleProject, [
        { base_setup_timezone: ['x'], base_setup_colour: 'red' },
        { apache_port: 80 },
      ]),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(
        /base_setup_timezone has to be a text; base_setup_colour is no variable of base_setup; apache_port begins with the name of no role \(/,
      ),
    });
  });
});

const hasAnsible = existsSync(join(ansibleBin, 'ansible-playbook'));
(hasAnsible ? describe : describe.skip)(
  `Ansible itself${hasAnsible ? '' : ' (skipped: npm start installs it)'}`,
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'site-'));
      const role = join(folder, 'roles/probe');
      for (const part of ['defaults', 'meta', 'tasks'])
        mkdirSync(join(role, part), { recursive: true });
      copyFileSync(join(ansibleProject, 'site.yml'), join(folder, 'site.yml'));
      const names = ['probe_text', 'probe_list', 'probe_number', 'probe_key'];
      const files = {
        'defaults/main.yml': {
          ...{ probe_text: 'role', probe_list: ['role'], probe_number: 1 },
          probe_key: "{{ lookup('ansible.builtin.env', 'TS_AUTHKEY') }}",
        },
        'meta/argument_specs.yml': {
          argument_specs: {
            main: {
              options: Object.fromEntries(
                names.map(name => [name, { type: 'raw' }]),
              ),
            },
          },
        },
        'tasks/main.yml': [
          {
            name: 'Say what the role sees',
            'ansible.builtin.copy': {
              dest: `${folder}/{{ inventory_hostname }}.json`,
              mode: '0600',
              content: `{{ dict(['text', 'list', 'number', 'key'] | zip([probe_text, probe_list, probe_number, probe_key])) | to_json }}`,
            },
          },
        ],
      };
      // JSON is YAML.
      for (const [file, content] of Object.entries(files))
        writeFileSync(join(role, file), JSON.stringify(content));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('takes arguments of a request before variables of the site, those before defaults of the role, and secrets from its environment', () => {
      const host = (name: string, given: Record<string, unknown>) => ({
        ...{ name, address: '127.0.0.1', user: 'root' },
        variables: {
          ...siteVariables(config, place, name),
          nante_roles: [{ name: 'probe', arguments: given }],
        },
      });
      const hosts = checkHosts([
        host('plain', {}),
        host('asked', { probe_text: 'request', probe_number: 9 }),
      ]);
      const variables = variablesDocument({ nante_answers: true }, hosts);
      writeFileSync(
        join(folder, 'inventory.json'),
        JSON.stringify(inventoryDocument(hosts)),
      );
      writeFileSync(join(folder, 'variables.json'), JSON.stringify(variables));
      execFileSync(
        join(ansibleBin, 'ansible-playbook'),
        [
          ...['-c', 'local', '-i', 'inventory.json'],
          ...['-e', '@variables.json', 'site.yml'],
        ],
        {
          cwd: folder,
          env: {
            ...{ PATH: process.env.PATH, HOME: folder, LC_ALL: 'C.UTF-8' },
            ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
            TS_AUTHKEY: 'from the environment',
          },
          stdio: 'pipe',
        },
      );
      const seen = (name: string) =>
        JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
      const common = { list: ['{{ 1 }}'], key: 'from the environment' };
      expect(seen('plain')).toEqual({
        ...{ ...common, text: 'environment', number: 7 },
      });
      expect(seen('asked')).toEqual({
        ...{ ...common, text: 'request', number: 9 },
      });
    });
  },
);
