import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { PlayResult } from '../../playbook';
import { type Figures, part } from '../../report';
import { succeeded, RoleLab, type AskedRole, type RoleGuest } from '../lab';
import { messageOf } from '../refusals';
import { startRelease, type Release } from './release';

const from = 'v1.35.6+k3s1';
const to = 'v1.36.4+k3s1';

/** What the pretended K3s keeps of its nodes. */
interface State {
  nodes: Record<string, { role: string; version: string; ip: string }>;
  events: { what: 'start' | 'ready'; node: string; version: string }[];
}

/** One cluster on the guests of the lab: three servers and an agent. */
class Cluster {
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

async function assertFiles(cluster: Cluster): Promise<void> {
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

/** Ends with an error, changes nothing, and says so in words. */
async function refused(
  result: Promise<PlayResult>,
  says: RegExp,
): Promise<string> {
  const done = await result;
  assert.notEqual(done.code, 0, 'it is refused');
  assert.equal(done.changed, 0, done.output.slice(-4000));
  const said = messageOf(done);
  assert.match(said, says);
  return said;
}

async function refusals(cluster: Cluster): Promise<string[]> {
  const { lab } = cluster;
  const [first, second, third, fourth] = lab.guests.map(({ name }) => name);
  const play = (changes: Record<string, unknown>, env = {}) =>
    cluster.play(from, changes, { env });
  return [
    await refused(
      play({
        k3s_cluster_servers: [first, second],
        k3s_cluster_agents: [third, fourth],
      }),
      /2, an even number/,
    ),
    await refused(
      play({ k3s_cluster_allow_containers: false }),
      /is a container, in which K3s does not run/,
    ),
    await refused(
      play({ k3s_cluster_server_settings: { 'tls-sann': ['x'] } }),
      /K3s knows no setting tls-sann/,
    ),
    await refused(
      play({ k3s_cluster_agent_settings: { token: 'x', 'vpn-auth': 'y' } }),
      /token is set by arguments of the role; vpn-auth is a secret/,
    ),
    await refused(
      play({ k3s_cluster_agents: ['elsewhere'] }),
      /elsewhere, .* are in one of the two only/,
    ),
    await refused(play({}, { K3S_TOKEN: '' }), /K3S_TOKEN is missing/),
    await refused(
      play({ k3s_cluster_binary_sha256: '' }),
      /k3s_cluster_binary_sha256 is missing/,
    ),
  ];
}

/** The role with a pretended K3s: made, again, upgraded node by node, broken, and what is refused. */
export async function k3sCluster(undo: (() => unknown)[]): Promise<Figures> {
  const lab = await RoleLab.open(
    undo,
    { systems: ['proxmox', 'packages', 'doppler'] },
    ['vm', 'vm', 'vm', 'vm'],
  );
  const release = await startRelease(lab.gateway, [from, to]);
  undo.push(() => release.close());
  const cluster = new Cluster(lab, release);

  const messages = await part('What k3s-cluster refuses', () =>
    refusals(cluster),
  );
  await part('A check run of bare hosts', async () => {
    const check = succeeded(
      await cluster.play(from, {}, { flags: ['--check', '--diff'] }),
    );
    assert.ok(check.changed > 4, 'it says that much would be done');
    await lab.root(
      lab.guests[0],
      '! test -e /usr/local/bin/k3s && ! test -e /etc/rancher',
    );
  });

  const made = await part('Three servers and an agent', async () =>
    succeeded(await cluster.play(from)),
  );
  assert.deepEqual(await cluster.turnsSince(0), cluster.inTurn(from));
  await assertFiles(cluster);
  const kubeconfig = await cluster.kubeconfig();
  assert.match(
    `${kubeconfig}`,
    new RegExp(`server: https://${lab.guests[0].address}:6443`),
  );
  assert.match(`${kubeconfig}`, /current-context: lab/);

  const again = await part('Again', async () =>
    succeeded(await cluster.play(from)),
  );
  assert.equal(again.changed, 0, again.output.slice(-4000));
  await part('A token of Doppler that may only read is told', async () => {
    const { code, output } = await cluster.play(
      from,
      { k3s_cluster_kubeconfig_secret: 'K8S_OTHER' },
      { env: { DOPPLER_TOKEN: String(lab.endpoints.doppler!.token) } },
    );
    assert.notEqual(code, 0);
    assert.match(
      output,
      /The cluster runs, and its kubeconfig is not in Doppler, which answered with 403/,
    );
  });
  const check = await part('A check run afterwards', async () =>
    succeeded(await cluster.play(from, {}, { flags: ['--check', '--diff'] })),
  );
  assert.equal(check.changed, 0, check.output.slice(-4000));

  let { length } = (await cluster.state()).events;
  const upgraded = await part('An upgrade, one node at a time', async () =>
    succeeded(await cluster.play(to)),
  );
  assert.deepEqual(await cluster.turnsSince(length), cluster.inTurn(to));
  await part('No way back, and no minor version skipped', async () => {
    messages.push(
      await refused(cluster.play(from), /K3s does not go back/),
      await refused(
        cluster.play('v1.38.0+k3s1', {
          k3s_cluster_binary_sha256: 'a'.repeat(64),
        }),
        /an upgrade skips no minor version: .* has to be a v1\.37 before/,
      ),
      await refused(
        cluster.play(to, {}, { env: { K3S_TOKEN: 'another-'.repeat(4) } }),
        /joined with another token than K3S_TOKEN/,
      ),
    );
  });

  ({ length } = (await cluster.state()).events);
  const settings = { 'etcd-snapshot-retention': 7 };
  await part('A setting of servers restarts servers alone', async () => {
    succeeded(
      await cluster.play(to, { k3s_cluster_server_settings: settings }),
    );
    assert.deepEqual(
      await cluster.turnsSince(length),
      cluster.inTurn(to).slice(0, 3),
    );
  });

  await part('A node that does not come back stops the others', async () => {
    ({ length } = (await cluster.state()).events);
    const [first, second] = lab.guests;
    // Its own name leads nowhere for it alone.
    await lab.root(
      second,
      'mkdir -p /etc/systemd/system/k3s.service.d && printf "[Service]\\nExecStartPre=/bin/false\\n" > /etc/systemd/system/k3s.service.d/broken.conf',
    );
    const broken = await cluster.play(to, {
      k3s_cluster_server_settings: { 'etcd-snapshot-retention': 8 },
    });
    assert.notEqual(broken.code, 0);
    assert.match(
      broken.output,
      new RegExp(
        `${second.name} is not ready, and no other node was restarted after it`,
      ),
    );
    assert.deepEqual(await cluster.turnsSince(length), [`${first.name} ${to}`]);
    await lab.root(second, 'rm -r /etc/systemd/system/k3s.service.d');
    succeeded(
      await cluster.play(to, {
        k3s_cluster_server_settings: { 'etcd-snapshot-retention': 8 },
      }),
    );
    assert.deepEqual(
      await cluster.turnsSince(length),
      cluster.inTurn(to).slice(0, 3),
    );
  });

  await part('A host that is named no more is named, and stays', async () => {
    const agent = lab.guests[3];
    const rest = lab.guests.slice(0, 3);
    const left = succeeded(
      await lab.site(
        rest,
        [
          cluster.role(to, {
            k3s_cluster_agents: [],
            k3s_cluster_node_labels: {},
            k3s_cluster_server_settings: { 'etcd-snapshot-retention': 8 },
          }),
        ],
        { env: cluster.env },
      ),
    );
    assert.match(left.output, new RegExp(`k3s_cluster_agents: ${agent.name}`));
    assert.equal(left.changed, 0, left.output.slice(-4000));
    assert.ok((await cluster.state()).nodes[agent.name]);
  });
  return {
    ansible: lab.ansible,
    k3s: 'pretended',
    seconds: {
      made: made.seconds,
      again: again.seconds,
      upgraded: upgraded.seconds,
    },
    messages,
  };
}
