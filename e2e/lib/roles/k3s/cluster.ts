import assert from 'node:assert/strict';
import type { PlayResult } from '../../playbook';
import { type Figures, part } from '../../report';
import { succeeded, RoleLab } from '../lab';
import { messageOf } from '../refusals';
import { startRelease } from './release';
import { assertFiles, Cluster } from './world';

const from = 'v1.35.6+k3s1';
const to = 'v1.36.4+k3s1';

/** Ends with an error, changes nothing, and says so in words. */
async function refused(
  result: Promise<PlayResult>,
  ...says: RegExp[]
): Promise<string> {
  const done = await result;
  assert.notEqual(done.code, 0, 'it is refused');
  assert.equal(done.changed, 0, done.output.slice(-4000));
  const said = messageOf(done);
  for (const words of says) assert.match(said, words);
  return said;
}

async function refusals(cluster: Cluster): Promise<string[]> {
  const { lab } = cluster;
  const [first, second, third, fourth] = lab.guests.map(({ name }) => name);
  const play = (changes: Record<string, unknown>, env = {}) =>
    cluster.play(from, changes, { env });
  // All that is wrong is named at once.
  const wrong = play(
    {
      k3s_cluster_servers: [first, second],
      k3s_cluster_agents: [third, fourth, 'elsewhere'],
      k3s_cluster_server_settings: { 'tls-sann': ['x'] },
      k3s_cluster_agent_settings: { token: 'x', 'vpn-auth': 'y' },
      k3s_cluster_binary_sha256: '',
    },
    { K3S_TOKEN: '' },
  );
  return [
    await refused(
      wrong,
      /2, an even number/,
      /elsewhere are in one of the two only/,
      /k3s_cluster_binary_sha256 is missing/,
      /K3S_TOKEN is missing/,
      /K3s knows no setting tls-sann/,
      /token is set by arguments of the role/,
      /vpn-auth is a secret/,
    ),
    await refused(
      play({ k3s_cluster_allow_containers: false }),
      /is a container, in which K3s does not run/,
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
  for (const host of lab.guests)
    assert.equal(
      await lab.root(host, 'ls /usr/local/lib/k3s-cluster'),
      to,
      'the program of before is gone',
    );
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
