// A chart on upstream Kubernetes with a real kubelet in a booted guest: deployed from Nexus, broken and returned, taken away where
// there was nothing before, and the same as manifests. What is proven here is said in docs/kubernetes.md, and what is not.
// Kubernetes' programs are built once into .tools/kubernetes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { RunDocument } from '@nante/model';
import type { Endpoints } from '@nante/sandbox';
import { must } from '../lib/command';
import { type CommandLine, commandLine } from '../lib/commandLine';
import { startControlPlane } from '../lib/kubernetes/controlPlane';
import { appImage, bodyOf, pauseImage } from '../lib/kubernetes/images';
import { makeNode, pauseName } from '../lib/kubernetes/node';
import { kubernetesParts } from '../lib/kubernetes/parts';
import { requireLab } from '../lib/lab';
import { DopplerView } from '../lib/leaks/sinks';
import { optionalTool } from '../lib/optionalTools';
import { startLabSandbox } from '../lib/release/labSandbox';
import {
  type Figures,
  part,
  runScenario,
  say,
  SkipScenario,
} from '../lib/report';
import { temporaryFolder } from '../lib/sandbox';
import { createKeyPair } from '../lib/ssh';
import { until } from '../lib/until';

const vlan = 1180;
const net = `10.${vlan % 256}.${Math.floor(vlan / 256)}`;
const app = 'web';

const configuration = {
  connections: {
    lab: { type: 'proxmox' },
    nexus: { type: 'nexus' },
    cluster: { type: 'kubernetes' },
  },
  environments: {
    dev: {
      ...{ title: 'Development', vlan, connection: 'lab', cluster: 'cluster' },
      ...{ subnet: `${net}.0/24`, gateway: `${net}.1`, sizes: ['node'] },
      addressing: { type: 'pool', from: `${net}.100`, to: `${net}.149` },
    },
  },
  sizes: { node: { title: 'Node', cores: 2, memoryMb: 2048, diskGb: 10 } },
};

/** The cluster and what is in the registry, as the steps use them. */
interface World {
  nante: CommandLine;
  folder: string;
  kubectl(...args: string[]): Promise<string>;
  /** `host:port` of the registry as nodes reach it. */
  registry: string;
  /** Image by its digest, by version. */
  images: Record<string, string>;
}

/** Publishes the image and the chart of a version, as a workflow does. */
async function publish(world: World, helm: string, version: string) {
  const { nante, folder } = world;
  const archive = await appImage(folder, version, version === '2.0.0');
  const image = await nante(
    ...['publish', '--app', app, '--repository', 'docker-hosted'],
    ...['--format', 'docker', '--artifact', app, '--version', version],
    ...['--file', archive],
  );
  assert.equal(image.code, 0, image.log);
  // The stand-in of Nexus is on loopback for this machine; nodes reach it elsewhere.
  world.images[version] = String(image.document?.run?.artifact?.pull).replace(
    /^[^/]+/,
    world.registry,
  );
  const chart = path.resolve(__dirname, '../lib/kubernetes/chart');
  await must(helm, ['package', chart, '--version', version], { cwd: folder });
  const { code, log } = await nante(
    ...['publish', '--app', app, '--repository', 'helm-hosted'],
    ...['--format', 'helm', '--file', path.join(folder, `web-${version}.tgz`)],
  );
  assert.equal(code, 0, log);
}

async function deploy(
  { nante, images }: World,
  version: string,
  options: { image?: string; exits?: number; more?: string[] } = {},
): Promise<RunDocument> {
  const { image = images[version], exits = 0, more } = options;
  const { code, document, log } = await nante(
    ...['deploy-k8s', '--app', app, '--environment', 'dev'],
    ...['--version', version, '--health-seconds', '40'],
    ...(more ?? [
      ...['--chart-repository', 'helm-hosted', '--chart-name', 'web'],
      ...['--values', JSON.stringify({ image })],
    ]),
  );
  assert.equal(code, exits, log);
  assert.ok(document?.run, log);
  const { error } = document.run;
  if (error) {
    say(`  ${error.message}`);
    for (const line of document.run.appDeployment?.problems ?? [])
      say(`    ${line}`);
  }
  return document.run;
}

/** What the app answers at the address of its one ready pod. */
async function answerOf(world: World, release = app): Promise<string> {
  const text = await world.kubectl(
    ...['get', 'pods', '--namespace', app, '--output', 'json'],
    ...['--selector', `app.kubernetes.io/instance=${release}`],
  );
  const { items } = JSON.parse(text) as {
    items: {
      metadata: { deletionTimestamp?: string };
      status: {
        podIP?: string;
        conditions?: { type: string; status: string }[];
      };
    }[];
  };
  const ready = items.find(
    ({ metadata, status }) =>
      !metadata.deletionTimestamp &&
      status.conditions?.some(
        ({ type, status: is }) => type === 'Ready' && is === 'True',
      ),
  );
  assert.ok(ready?.status.podIP, `no pod is ready: ${text}`);
  const answer = await fetch(`http://${ready.status.podIP}:8080/`, {
    signal: AbortSignal.timeout(5_000),
  });
  return (await answer.text()).trim();
}

async function serves(world: World, version: string, release = app) {
  const body = await answerOf(world, release);
  assert.equal(body, bodyOf(version));
  say(`  the pod answers: ${body}`);
}

const secondsOf = (run: RunDocument) =>
  (Date.parse(run.finishedAt ?? '') - Date.parse(run.startedAt ?? '')) / 1000;

/** Every claim, one after the other. */
async function claims(world: World): Promise<Figures> {
  const figures: Figures = {};
  const returned = await part(
    'A first release that ends at once is taken away again',
    () => deploy(world, '2.0.0', { exits: 1 }),
  );
  assert.equal(returned.appDeployment?.returnedTo, '');
  assert.match(String(returned.error?.message), /none before it/);
  assert.ok(
    returned.appDeployment?.problems.some(line =>
      line.includes('the settings of version 2.0.0 cannot be read'),
    ),
    `the log of the container is told: ${JSON.stringify(returned)}`,
  );

  const first = await part('1.0.0 is deployed by its chart from Nexus', () =>
    deploy(world, '1.0.0'),
  );
  assert.equal(first.appDeployment?.healthy, true);
  figures.deploySeconds = secondsOf(first);
  await serves(world, '1.0.0');

  const again = await part('… and once more: it is there', () =>
    deploy(world, '1.0.0'),
  );
  assert.equal(again.appDeployment?.alreadyThere, true);
  assert.equal(again.appDeployment?.revision, first.appDeployment?.revision);

  const upgraded = await part('1.1.0 takes its place', () =>
    deploy(world, '1.1.0'),
  );
  assert.equal(upgraded.appDeployment?.previousVersion, '1.0.0');
  await serves(world, '1.1.0');

  const broken = await part(
    '2.0.0 ends at once: 1.1.0 is brought back, and the run fails',
    () => deploy(world, '2.0.0', { exits: 1 }),
  );
  assert.equal(broken.appDeployment?.returnedTo, '1.1.0');
  assert.equal(broken.appDeployment?.healthy, true);
  figures.brokenAndBackSeconds = secondsOf(broken);
  await serves(world, '1.1.0');

  const missing = await part(
    'An image that is not in the registry: 1.1.0 is brought back',
    () =>
      deploy(world, '1.0.0', {
        image: world.images['1.0.0'].replace(/.{8}$/, '00000000'),
        exits: 1,
      }),
  );
  assert.equal(missing.appDeployment?.returnedTo, '1.1.0');
  assert.ok(
    missing.appDeployment?.problems.some(line => /image/i.test(line)),
    JSON.stringify(missing.appDeployment),
  );
  await serves(world, '1.1.0');

  await part('A release that somebody else made is refused', async () => {
    await world.kubectl('create', 'namespace', 'theirs');
    await must('helm', [
      ...[
        'install',
        'theirs',
        path.resolve(__dirname, '../lib/kubernetes/chart'),
      ],
      ...['--namespace', 'theirs', '--set', 'image=example.invalid/none'],
      ...['--kubeconfig', path.join(world.folder, 'cluster/kubeconfig')],
    ]);
    const refused = await deploy(world, '1.0.0', {
      // Refused, and nothing was changed.
      exits: 3,
      more: [
        ...['--namespace', 'theirs', '--release', 'theirs'],
        ...['--chart-repository', 'helm-hosted', '--chart-name', 'web'],
        ...['--values', JSON.stringify({ image: world.images['1.0.0'] })],
      ],
    });
    assert.equal(refused.error?.code, 'conflict');
  });

  await part('The same app as manifests', async () => {
    const manifests = path.join(world.folder, 'manifests');
    fs.mkdirSync(manifests);
    const write = (version: string) =>
      fs.writeFileSync(
        path.join(manifests, 'deployment.yaml'),
        stringify(deploymentOf(world.images[version])),
      );
    const more = ['--release', 'plain', '--manifests', manifests];
    write('1.0.0');
    await deploy(world, '1.0.0', { more });
    await serves(world, '1.0.0', 'plain');
    write('2.0.0');
    const failed = await deploy(world, '2.0.0', { more, exits: 1 });
    assert.equal(failed.appDeployment?.returnedTo, '1.0.0');
    await serves(world, '1.0.0', 'plain');
  });
  return figures;
}

function deploymentOf(image: string) {
  const labels = { 'app.kubernetes.io/instance': 'plain' };
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
    metadata: { name: 'plain' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 2,
          containers: [
            {
              ...{ name: 'web', image },
              readinessProbe: {
                httpGet: { path: '/healthz', port: 8080 },
                periodSeconds: 1,
              },
            },
          ],
        },
      },
    },
  };
}

async function startCluster(
  undo: (() => unknown)[],
  folder: string,
  endpoints: Endpoints,
  nante: CommandLine,
): Promise<Pick<World, 'kubectl'>> {
  const parts = await part("Kubernetes' programs", kubernetesParts);
  const nexus = endpoints.nexus!;
  const machine = new URL(String(nexus.guestUrl));
  const { kubeconfig } = await part('A control plane', () =>
    startControlPlane(
      undo,
      parts,
      path.join(folder, 'cluster'),
      machine.hostname,
    ),
  );
  await new DopplerView(endpoints).change({
    K8S_KUBECONFIG: fs.readFileSync(kubeconfig, 'utf8'),
  });
  const { file: keyFile, publicKey } = createKeyPair(folder);
  const made = await part('A host for the node', () =>
    nante(
      ...['provision', '--name', 'node-1', '--app', app],
      ...['--environment', 'dev', '--owner', 'group:default/shop'],
      ...['--kind', 'vm', '--size', 'node', '--ssh-key', publicKey],
    ),
  );
  assert.equal(made.code, 0, made.log);
  const address = String(made.document?.run?.result?.address);
  const kubectl = (...args: string[]) =>
    must('kubectl', ['--kubeconfig', kubeconfig, ...args]);
  await part('containerd and kubelet on it', async () =>
    makeNode(undo, parts, {
      ...{ address, keyFile, folder, kubeconfig },
      pause: await pauseImage(folder, pauseName),
      registry: {
        host: machine.host,
        username: String(nexus.username),
        password: String(nexus.password),
      },
    }),
  );
  await part('The node is ready', () =>
    until('the node is ready', async () => {
      const nodes = await kubectl('get', 'nodes').catch(() => '');
      return / Ready /.test(nodes);
    }),
  );
  return { kubectl };
}

void runScenario('kubernetes', async undo => {
  const folder = temporaryFolder(undo);
  await requireLab(folder);
  const helm = await optionalTool('helm');
  if (!helm) throw new SkipScenario('there is no helm');
  process.env.PATH = [path.dirname(helm), process.env.PATH].join(
    path.delimiter,
  );
  const data = path.join(folder, 'sandbox');
  const endpoints = await part('Sandbox with booted guests', () =>
    startLabSandbox(undo, data),
  );
  const nante = await part('nante, from the sources', () =>
    commandLine(undo, data),
  );
  await part('Configuration', async () => {
    const file = path.join(folder, 'config.json');
    fs.writeFileSync(file, JSON.stringify(configuration));
    const { code, log } = await nante('config', 'push', file);
    assert.equal(code, 0, log);
  });
  const { kubectl } = await startCluster(undo, folder, endpoints, nante);
  const registry = new URL(String(endpoints.nexus!.guestUrl)).host;
  const world: World = { nante, folder, kubectl, registry, images: {} };
  await part('Images and charts are published', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0'])
      await publish(world, helm, version);
  });
  return claims(world);
});
