import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mockServices } from '@backstage/backend-test-utils';
import { readInfrastructureConfig } from './readInfrastructureConfig';

const infrastructure = {
  workDirectory: '/var/lib/nante',
  secrets: { source: 'environment' },
  roles: { operators: ['group:default/platform'] },
  connections: { lab: { type: 'proxmox' } },
  environments: {
    dev: {
      title: 'Development',
      connection: 'lab',
      vlan: 30,
      subnet: '10.30.0.0/24',
      gateway: '10.30.0.1',
      addressing: { type: 'dhcp' },
      sizes: ['small'],
    },
  },
  sizes: { small: { title: 'Small', cores: 1, memoryMb: 1024, diskGb: 10 } },
};

const read = (changes: object = {}, env: NodeJS.ProcessEnv = {}) =>
  readInfrastructureConfig(
    mockServices.rootConfig({
      data: { infrastructure: { ...infrastructure, ...changes } },
    }),
    env,
  );

describe('the settings', () => {
  it('are one checked value with defaults', () => {
    expect(read()).toMatchObject({
      workDirectory: '/var/lib/nante',
      terraformRoot: expect.stringMatching(/\/terraform$/),
      secrets: { source: 'environment' },
      terraform: {
        binary: 'terraform',
        tool: 'terraform',
        provider: { type: 'registry' },
      },
      shared: {
        policy: { hostsPerOwner: 20 },
        connections: { lab: { tokenId: 'PROXMOX_TOKEN_ID', readOnly: false } },
      },
      sandbox: undefined,
    });
    expect(
      read({
        terraform: { binary: '/opt/tofu', provider: { mirror: '/mirror' } },
      }).terraform,
    ).toEqual({
      binary: '/opt/tofu',
      tool: 'tofu',
      provider: { type: 'mirror', directory: '/mirror' },
    });
  });

  it('name the Octopus that deploys to an environment, and a Nexus', () => {
    const connections = {
      lab: { type: 'proxmox' },
      deploy: { type: 'octopus', space: 'Default', requestsPerMinute: 60 },
      artifacts: { type: 'nexus', repositories: ['maven-releases'] },
    };
    const environments = {
      dev: {
        ...infrastructure.environments.dev,
        octopus: 'deploy',
        octopusEnvironment: 'Development',
      },
    };
    expect(read({ connections, environments }).shared).toMatchObject({
      connections: {
        deploy: { apiKey: 'OCTOPUS_API_KEY', requestsPerMinute: 60 },
        artifacts: { username: 'NEXUS_USERNAME', readOnly: false },
      },
      environments: {
        dev: { octopus: 'deploy', octopusEnvironment: 'Development' },
      },
    });
    expect(() =>
      read({
        connections,
        environments: { dev: { ...environments.dev, octopus: 'artifacts' } },
      }),
    ).toThrow(
      /infrastructure\.environments\.dev\.octopus: names the connection "artifacts", which is of type nexus, not octopus/,
    );
    expect(() =>
      read({
        connections: { ...connections, deploy: { type: 'octopuss' } },
        environments,
      }),
    ).toThrow(/infrastructure\.connections\.deploy\.type/);
  });

  it('that are wrong end the start with one message that names the keys', () => {
    expect(() => read({ enviroments: {} })).toThrow(
      /infrastructure\.enviroments is no setting/,
    );
    expect(() =>
      read({ workDirectory: 7, environments: { dev: { title: 'x' } } }),
    ).toThrow(
      /infrastructure\.workDirectory.*infrastructure\.environments\.dev/,
    );
    expect(() => read({ connections: { other: { type: 'proxmox' } } })).toThrow(
      /infrastructure\.environments\.dev\.connection: names the connection "lab"/,
    );
    expect(() => read({ secrets: {} })).toThrow(/DOPPLER_TOKEN/);
    expect(() => read({}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toThrow(
      /NODE_TLS_REJECT_UNAUTHORIZED/,
    );
    expect(() =>
      readInfrastructureConfig(mockServices.rootConfig({ data: {} }), {}),
    ).toThrow(/infrastructure: is missing/);
  });

  it('of the sandbox lead every connection to its stand-ins', () => {
    const directory = mkdtempSync(join(tmpdir(), 'endpoints-'));
    const endpointsFile = join(directory, 'endpoints.json');
    expect(() => read({ sandbox: { endpointsFile } })).toThrow(
      /start the sandbox first/,
    );
    writeFileSync(
      endpointsFile,
      JSON.stringify({
        proxmox: { url: 'https://127.0.0.1:1', ca: '/ca.pem', tokens: {} },
        s3: {
          url: 'http://127.0.0.1:2',
          accessKeyId: 'a',
          secretAccessKey: 'b',
          bucket: 'c',
        },
        doppler: { url: 'http://127.0.0.1:3', token: 'dp.st.dev.x' },
        terraformProvider: { control: 'http://127.0.0.1:4/provider' },
        guests: { driver: 'nspawn', real: true },
      }),
    );
    expect(read({ sandbox: { endpointsFile } })).toMatchObject({
      secrets: {
        source: 'doppler',
        token: 'dp.st.dev.x',
        apiHost: 'http://127.0.0.1:3',
      },
      terraform: {
        provider: {
          type: 'stand-in',
          control: 'http://127.0.0.1:4/provider',
          sandboxUrl: 'https://127.0.0.1:1',
        },
      },
      shared: {
        connections: { lab: { url: 'https://127.0.0.1:1', caFile: '/ca.pem' } },
      },
      sandbox: { guests: 'nspawn', real: true, provider: 'stand-in' },
    });
    rmSync(directory, { recursive: true });
  });

  it('name tailnets and OpenObserves, whose files are found and whom the sandbox stands in for or leaves out', () => {
    const site = {
      connections: {
        lab: { type: 'proxmox' },
        tailnet: { type: 'tailscale', caFile: 'mesh.pem' },
        telemetry: { type: 'openobserve', url: 'https://oo.example.com' },
      },
      environments: {
        dev: {
          ...infrastructure.environments.dev,
          ...{ mesh: 'tailnet', meshTags: ['tag:dev'], telemetry: 'telemetry' },
          roleDefaults: { base_setup_timezone: 'Europe/Zurich' },
        },
      },
      roleDefaults: { base_setup_upgrades: 'all' },
    };
    expect(read(site).shared).toMatchObject({
      connections: {
        tailnet: {
          caFile: expect.stringMatching(/^\/.*mesh\.pem$/),
          ...{
            url: 'https://api.tailscale.com',
            clientId: 'TS_OAUTH_CLIENT_ID',
          },
        },
        telemetry: { url: 'https://oo.example.com', user: 'OO_USER' },
      },
      environments: { dev: { mesh: 'tailnet', meshTags: ['tag:dev'] } },
      roleDefaults: { base_setup_upgrades: 'all' },
    });
    expect(() =>
      read({ ...site, connections: infrastructure.connections }),
    ).toThrow(/environments\.dev\.mesh: names the connection "tailnet"/);

    const directory = mkdtempSync(join(tmpdir(), 'endpoints-'));
    const endpointsFile = join(directory, 'endpoints.json');
    const systems = {
      proxmox: { url: 'https://127.0.0.1:1', ca: '/ca.pem' },
      s3: {
        ...{ url: 'http://127.0.0.1:2', bucket: 'c' },
        ...{ accessKeyId: 'a', secretAccessKey: 'b' },
      },
      doppler: { url: 'http://127.0.0.1:3', token: 'dp.st.dev.x' },
    };
    const inSandbox = (more: object) => {
      writeFileSync(endpointsFile, JSON.stringify({ ...systems, ...more }));
      return read({ ...site, sandbox: { endpointsFile } }).shared;
    };
    const bare = inSandbox({});
    expect(Object.keys(bare.connections)).toEqual(['lab']);
    expect(bare.environments.dev.mesh).toBeUndefined();
    const guestUrl = 'http://198.18.0.1:5';
    expect(
      inSandbox({
        tailscale: { url: 'http://127.0.0.1:5', guestUrl },
        openobserve: { url: 'http://127.0.0.1:6' },
        packages: { url: 'http://127.0.0.1:7' },
      }),
    ).toMatchObject({
      connections: {
        tailnet: { url: 'http://127.0.0.1:5', controlUrl: guestUrl },
        telemetry: { url: 'http://127.0.0.1:6' },
      },
      environments: { dev: { mesh: 'tailnet', telemetry: 'telemetry' } },
      roleDefaults: {
        base_setup_alloy_apt_uri: 'http://127.0.0.1:7',
        base_setup_upgrades: 'all',
      },
    });
    rmSync(directory, { recursive: true });
  });

  it('find Ansible where they say, and do without where there is none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ansible-'));
    expect(() => read({ ansible: { bin: folder } })).toThrow(
      /infrastructure.ansible.bin: there is no ansible-playbook in/,
    );
    writeFileSync(join(folder, 'ansible-playbook'), '');
    expect(
      read({ ansible: { bin: folder, project: '/srv/ansible' } }).ansible,
    ).toEqual({ bin: folder, project: '/srv/ansible' });
    rmSync(folder, { recursive: true });
  });
});
