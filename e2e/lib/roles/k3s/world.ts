import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { PlayResult } from '../../playbook';
import type { AskedRole, RoleGuest, RoleLab } from '../lab';
import type { Release } from './release';

/** What the pretended K3s keeps of its nodes. */
interface State {
  nodes: Record<string, { role: string; version: string; ip: string }>;
  events: { what: 'start' | 'ready'; node: string; version: string }[];
}

/** One cluster on the guests of the lab: three servers and an agent. */
export class Cluster {
  readonly token = randomBytes(24).toString('hex');
  readonly password = `pa ss"$(id)'${randomBytes(6).toString('hex')}`;

  constructor(
    readonly lab: RoleLab,
    readonly release: Release,
  ) {}

  get #names() {
    return this.lab.guests.map(({ name }) => name);
  }

  get env(): Record<string, string> {
    const { doppler } = this.lab.endpoints;
    assert.ok(doppler, 'the sandbox has Doppler');
    return {
      K3S_TOKEN: this.token,
      NEXUS_DOCKER_REGISTRY: 'nexus.example.test:5000',
      NEXUS_USERNAME: 'robot',
      NEXUS_PASSWORD: this.password,
      DOPPLER_API_HOST: doppler.url,
      DOPPLER_TOKEN: String(doppler.serviceAccountToken),
      DOPPLER_TARGET_PROJECT: String(doppler.project),
      DOPPLER_TARGET_CONFIG: 'management',
    };
  }

  role(version: string, changes: Record<string, unknown> = {}): AskedRole {
    const [first, second, third, ...agents] = this.#names;
    return {
      name: 'k3s-cluster',
      arguments: {
        k3s_cluster_name: 'lab',
        k3s_cluster_servers: [first, second, third],
        k3s_cluster_agents: agents,
        k3s_cluster_address: this.lab.guests[0].address,
        k3s_cluster_version: version,
        k3s_cluster_mirror: this.release.url,
        k3s_cluster_binary_sha256: this.release.sha256(version),
        k3s_cluster_node_labels: { [agents[0]]: ['role=worker'] },
        k3s_cluster_insecure_registries: ['nexus.example.test:5000'],
        k3s_cluster_registry_mirrors: {
          'docker.io': 'https://nexus.example.test:5001',
          'quay.io': 'https://mirror.example.test',
        },
        // Guests of the lab share the kernel of their host.
        k3s_cluster_allow_containers: true,
        k3s_cluster_store_kubeconfig: true,
        k3s_cluster_wait_seconds: 60,
        ...changes,
      },
    };
  }

  async play(
    version: string,
    changes: Record<string, unknown> = {},
    { flags = [] as string[], env = {} as Record<string, string> } = {},
  ): Promise<PlayResult> {
    const result = await this.lab.site(
      this.lab.guests,
      [this.role(version, changes)],
      { flags, env: { ...this.env, ...env } },
    );
    for (const secret of [this.token, this.password])
      assert.ok(!result.output.includes(secret), 'no secret in the output');
    return result;
  }

  async state(): Promise<State> {
    const { address } = this.lab.guests[0];
    return (await (
      await fetch(`http://${address}:6443/state`)
    ).json()) as State;
  }

  /** What happened since that many events, each start followed by the same node's readiness. */
  async turnsSince(count: number): Promise<string[]> {
    const events = (await this.state()).events.slice(count);
    const starts = events.filter((_, index) => index % 2 === 0);
    for (const [index, { node }] of starts.entries())
      assert.deepEqual(
        events.slice(2 * index, 2 * index + 2).map(one => [one.what, one.node]),
        [
          ['start', node],
          ['ready', node],
        ],
        'one node at a time',
      );
    return starts.map(({ node, version }) => `${node} ${version}`);
  }

  async kubeconfig(): Promise<string | undefined> {
    const { doppler } = this.lab.endpoints;
    const response = await fetch(
      `${doppler!.url}/v3/configs/config/secret?name=K8S_KUBECONFIG`,
      { headers: { authorization: `Bearer ${doppler!.token}` } },
    );
    const { value } = (await response.json()) as { value?: { raw: string } };
    return value?.raw;
  }

  inTurn(version: string): string[] {
    return this.#names.map(name => `${name} ${version}`);
  }
}

/** Settings as the role has to write them on each node, and readable by root alone. */
export async function assertFiles(cluster: Cluster): Promise<void> {
  const { lab } = cluster;
  const file = (host: RoleGuest, name: string) =>
    lab.root(host, `cat /etc/rancher/k3s/${name}`);
  for (const host of lab.guests) {
    const modes = await lab.root(
      host,
      'stat -c "%a %U %n" /etc/rancher/k3s/config.yaml /etc/rancher/k3s/registries.yaml',
    );
    assert.deepEqual(
      modes.split('\n').map(line => line.slice(0, 8)),
      ['600 root', '600 root'],
    );
    const settings = await file(host, 'config.yaml');
    assert.match(settings, new RegExp(`^node-ip: ${host.address}$`, 'm'));
    const registries = await file(host, 'registries.yaml');
    assert.match(registries, /http:\/\/nexus\.example\.test:5000/);
    assert.match(registries, /nexus\.example\.test:5001:\n {4}auth:/);
    assert.doesNotMatch(
      registries,
      /mirror\.example\.test:?\n? {4}auth/,
      'the login goes to the host of the registry alone',
    );
    const said = await lab.root(
      host,
      'journalctl --unit k3s --unit k3s-agent --output cat --no-pager',
    );
    assert.doesNotMatch(said, /Unknown flag/);
  }
  const [first, second] = lab.guests;
  assert.match(await file(first, 'config.yaml'), /^cluster-init: true$/m);
  assert.match(
    await file(second, 'config.yaml'),
    new RegExp(`^server: https://${first.address}:6443$`, 'm'),
  );
}
