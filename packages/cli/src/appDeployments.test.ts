import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandResultSchema, type RunDocument } from '@nante/model';
import { startPlace, type Place } from './__testUtils__/terminal';
import { outputsText } from './output/outputs';
import { summary } from './output/summary';
import { runFacts } from './output/text';

jest.setTimeout(120_000);

const digest = `sha256:${'a'.repeat(64)}`;
const image = `nexus.example.com/docker-hosted/shop@${digest}`;

/** A deployment by Compose whose new version was not healthy. */
const returned = {
  ...{ version: 1, id: 'request-0001', kind: 'deploy-docker', door: 'cli' },
  ...{ workspace: 'deployments.shop.dev', app: 'shop', environment: 'dev' },
  ...{ host: 'shop-1', hosts: ['shop-1', 'shop-2'], requestedBy: 'mia' },
  ...{ createdAt: '2026-11-26T10:00:00Z', state: 'failed', steps: [] },
  inputs: {},
  appDeployment: {
    ...{ kind: 'docker', places: ['shop-1', 'shop-2'], version: '1.3.0' },
    ...{ what: image, previousVersion: '1.2.0', returnedTo: '1.2.0' },
    ...{ healthy: true, url: 'http://192.0.2.7:8080/' },
    health: [{ url: 'http://192.0.2.7:8080/healthz', answer: '200' }],
    problems: ['panic: no configuration ```'],
  },
};

const resultOf = (run: object) =>
  commandResultSchema.parse({
    ...{ version: 1, verb: 'deploy-docker', ok: false, exitCode: 1, run },
    error: { code: 'failed', message: 'shop 1.3.0 is not healthy.' },
  });

/** Outputs by name, as a runner reads them. */
const outputsOf = (run: object) =>
  Object.fromEntries(
    [...outputsText(resultOf(run)).matchAll(/^(.+)<<(.+)\n(.*)\n\2$/gm)].map(
      ([, name, , value]) => [name, value],
    ),
  );

describe('what a deployment without Octopus says', () => {
  it('names in outputs and summary what was asked for, and what came back', () => {
    expect(outputsOf(returned)).toMatchObject({
      ...{ version: '1.3.0', 'previous-version': '1.2.0' },
      ...{ 'returned-to': '1.2.0', url: 'http://192.0.2.7:8080/' },
      ...{ state: 'failed', changed: 'false', 'already-there': 'false' },
    });
    const result = resultOf(returned);
    const facts = Object.fromEntries(runFacts(result.run as RunDocument));
    expect(facts).toMatchObject({
      Deployment: 'shop 1.3.0 on shop-1, shop-2',
      ...{ Image: image, Before: '1.2.0', 'Returned to': '1.2.0' },
      Health: 'http://192.0.2.7:8080/healthz: 200',
    });
    const page = summary(result, []);
    expect(page).toContain('❌ nante deploy-docker shop-1');
    // What a container prints closes no fence.
    expect(page).toContain("```text\npanic: no configuration '''\n```");
  });

  it('sets no version that came back where the first one of all was taken away', () => {
    const first = {
      ...returned,
      appDeployment: { ...returned.appDeployment, returnedTo: '' },
    };
    expect(outputsOf(first)).not.toHaveProperty('returned-to');
  });
});

describe('deploy-docker and deploy-k8s', () => {
  let place: Place;
  beforeAll(async () => {
    place = await startPlace({ deployments: true });
  });
  afterAll(() => place?.stop());

  const docker = [
    ...['deploy-docker', '--app', 'shop', '--environment', 'dev'],
    ...['--hosts', 'shop-1', '--version', '1.2.0', '--port', '8080'],
  ];
  const k8s = [
    ...['deploy-k8s', '--app', 'shop', '--environment', 'dev'],
    ...['--version', '1.2.0'],
  ];

  it.each([
    ['no image', docker, 'missing: --image (or NANTE_IMAGE)'],
    [
      'an image by its tag',
      [...docker, '--image', 'nexus.example.com/docker-hosted/shop:1.2.0'],
      'name the image by its digest',
    ],
    [
      'variables that are no JSON',
      [...docker, '--image', image, '--variables', 'LEVEL=info'],
      '--variables is no JSON.',
    ],
    [
      'a variable that is a list',
      [...docker, '--image', image, '--variables', '{"LEVEL":["info"]}'],
      'a value of "LEVEL" that is neither text',
    ],
    [
      'a port for a Compose file that says its own',
      [
        ...[...docker, '--image', image, '--compose-file', 'compose.yaml'],
        ...['--container-port', '80'],
      ],
      '--compose-file and --container-port exclude each other.',
    ],
    ['nothing to deploy', k8s, 'missing: what is deployed'],
    [
      'two things to deploy',
      [...k8s, '--chart', 'chart', '--manifests', 'manifests'],
      '--chart and --manifests exclude each other.',
    ],
    [
      'a repository for a chart in a folder',
      [...k8s, '--chart', 'chart', '--nexus', 'nexus'],
      '--nexus belong to --chart-repository',
    ],
  ])('refuse %s', async (_, args, message) => {
    const { code, stderr } = await place.nante(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('read files and single values, and name hosts that there are not', async () => {
    const file = join(place.folder, 'compose.yaml');
    writeFileSync(file, 'services: { app: { image: "${IMAGE}" } }');
    const { code, stderr } = await place.nante([
      ...[...docker, '--image', image, '--compose-file', file],
      ...['--variables', '{"LEVEL":"info","COUNT":3}', '--dry-run'],
    ]);
    expect(stderr).toContain('shop has no host shop-1 in dev');
    expect(code).toBe(2);
  });
});
