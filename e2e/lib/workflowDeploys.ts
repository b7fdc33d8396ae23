import assert from 'node:assert/strict';
import type { Dispatch } from './act';
import { appPort, appSources } from './workflowApp';
import { stopped, variant } from './workflowBuildFaults';
import { built } from './workflowBuilds';
import { part, say, type Figures } from './report';
import { readRun } from './truth';
import { changed } from './workflowSystems';
import { app, type WorkflowWorld } from './workflowWorld';

const environment = 'dev';
const push = 'push' as const;

/** Docker of the guest's own distribution: the vendor's packages are nowhere near. */
const dockerRole = [
  {
    name: 'mgmt-docker',
    arguments: {
      mgmt_docker_source: 'debian',
      mgmt_docker_open_tcp_ports: [appPort],
    },
  },
];

/** As the example has them. */
const hostRoles = [
  {
    name: 'base_setup',
    arguments: { base_setup_firewall_tcp_ports: [appPort] },
  },
];

/** What the app of a guest answers. */
async function answerOf(address: string | undefined): Promise<string> {
  const answer = await fetch(`http://${address}:${appPort}/`);
  return (await answer.text()).trim();
}

/** Runs a workflow that deploys, and runs it again as "Re-run" does: nothing is changed in any system. */
export async function twiceDeployed(
  world: WorkflowWorld,
  title: string,
  dispatch: Dispatch,
): Promise<Figures> {
  const first = await part(title, () => built(world, dispatch));
  assert.equal(first.outputs['exit-code'], '0', first.log);
  const again = await part(`${title}, again`, () =>
    changed(world.endpoints, () => built(world, { ...dispatch, attempt: 2 })),
  );
  assert.deepEqual(again.calls, {}, `${title}: changes by the second run`);
  return {
    firstSeconds: Math.round(first.seconds * 10) / 10,
    secondSeconds: Math.round(again.result.seconds * 10) / 10,
    secondMutatingCalls: 0,
  };
}

/** A Docker host gets an image of a push; one that will not start is returned from. */
export async function dockerDeployments(
  world: WorkflowWorld,
  isLab: boolean,
): Promise<Figures> {
  const host = await part('A Docker host', () =>
    world.place.terminal([
      // A container may run Docker only where its nesting is allowed.
      ...['provision', '--kind', 'vm', '--name', 'docker-1', '--app', app],
      ...['--environment', environment, '--owner', 'group:default/shop'],
      ...['--size', 'small', '--roles', JSON.stringify(dockerRole), '--json'],
    ]),
  );
  assert.equal(host.code, 0, host.log);
  const { run } = JSON.parse(host.output) as {
    run: { result?: { address?: string } };
  };
  const address = run.result?.address;
  const figures = await twiceDeployed(
    world,
    'deploy-docker: a push comes to a Docker host',
    { workflow: 'deploy-docker.yml', event: push, runId: '5401' },
  );
  if (isLab) {
    assert.equal(await answerOf(address), 'Shop 0.1.5401');
    await part(
      'An image that will not start: the last good one again',
      async () => {
        const broken = await variant(world, {
          'main.go': appSources['main.go'].replace(
            'func main() {',
            'func main() {\n\tfmt.Println("no database")\n\tos.Exit(3)',
          ),
        });
        const failed = await world.run({
          ...{ workflow: 'deploy-docker.yml', event: push, runId: '5402' },
          caller: broken,
        });
        assert.equal(failed.succeeded, false, failed.log);
        assert.equal(failed.outputs['returned-to'], '0.1.5401', failed.log);
        assert.equal(await answerOf(address), 'Shop 0.1.5401');
      },
    );
  } else say('  guests are records: no container is started (pretended)');
  await part('deploy-docker: refused with what to do', async () => {
    const image = `nexus.example.com/docker-hosted/shop@sha256:${'0'.repeat(64)}`;
    const inputs = { hosts: 'docker-1', version: '1.0.0', image };
    const wrong: [Record<string, string>, RegExp][] = [
      [{ image: 'nexus.example.com/docker-hosted/shop:1.0.0' }, /digest/],
      [{ hosts: 'docker-9' }, /docker-9/],
      [{ variables: '["LOG_LEVEL"]' }, /variables/],
      [{ health_path: 'healthz' }, /path/],
      [{ compose_file: 'deploy/none.yaml' }, /none\.yaml/],
      [{ hosts: '$(touch was-run)' }, /./],
      [{ environment: 'prod' }, /prod/],
    ];
    for (const [more, message] of wrong)
      await stopped(
        world,
        { workflow: 'docker.yml', inputs: { ...inputs, ...more } },
        message,
      );
  });
  return figures;
}

/** What a deployment to a cluster is refused for; a cluster itself is another scenario's. */
export async function k8sRefusals(world: WorkflowWorld): Promise<void> {
  const inputs = { version: '1.0.0', chart_folder: 'chart' };
  const wrong: [Record<string, string>, RegExp][] = [
    [{}, /kubernetes/i],
    [{ manifests: 'deploy' }, /manifests/],
    [{ chart_folder: '' }, /chart/],
    [{ values: '{"image": {"digest": "x"}}' }, /values|image/],
    [{ version: '$(touch was-run)' }, /version/],
    [{ namespace: '`id`' }, /namespace/],
    [{ environment: 'prod' }, /prod/],
  ];
  for (const [more, message] of wrong)
    await stopped(
      world,
      { workflow: 'k8s.yml', inputs: { ...inputs, ...more } },
      message,
    );
}

/** From a push to a running app: host, build, release and deployment in one workflow. */
export async function pipelines(
  world: WorkflowWorld,
  isLab: boolean,
): Promise<Figures> {
  const figures: Figures = {};
  const full = { workflow: 'full-pipeline.yml' };
  figures.push = await twiceDeployed(
    world,
    'full-pipeline: from a push to a running app',
    { ...full, event: push, runId: '5501' },
  );
  const host = (await world.sandbox.guestsMade()).find(
    ({ name }) => name === 'web-1',
  );
  assert.ok(host, 'the host was made');
  const address = await addressOf(world);
  if (isLab) {
    assert.equal(await answerOf(address), 'Shop 0.1.5501');
    await part(
      'A release that is not healthy: the last good one again',
      async () => {
        const broken = await variant(world, {
          'main.go': appSources['main.go'].replace(
            'fmt.Fprintln(w, "ok")',
            'w.WriteHeader(500)',
          ),
        });
        const failed = await world.run({
          ...{ ...full, event: push, runId: '5502', caller: broken },
        });
        assert.equal(failed.succeeded, false, failed.log);
        assert.equal(failed.outputs['returned-to'], '0.1.5501', failed.log);
        assert.equal(await answerOf(address), 'Shop 0.1.5501');
      },
    );
  }
  await part('A release that is there: nothing is built', async () => {
    const { result, calls } = await changed(world.endpoints, () =>
      built(world, { ...full, inputs: { version: '0.1.5501' } }),
    );
    assert.deepEqual(calls, {});
    assert.doesNotMatch(result.log, /Main (Build|Test|Scan|Publish)/);
  });
  await part('Roles afterwards, and a question from outside', async () => {
    const run = await built(world, {
      workflow: 'afterwards.yml',
      inputs: {
        ...{ version: '0.1.5501', roles: JSON.stringify(hostRoles) },
        health_url: isLab ? `http://${address}:${appPort}/healthz` : '',
      },
    });
    const id = run.outputs['run-id'];
    const document = await readRun(world.sandbox, `${app}-${environment}`, id);
    assert.equal(document?.kind, 'configure');
    if (isLab) assert.match(run.summary, /\*\*Health\*\*/);
  });
  return figures;
}

async function addressOf({ place }: WorkflowWorld): Promise<string> {
  const { output, log } = await place.terminal([
    ...['status', '--name', 'web-1', '--json'],
  ]);
  const [address] = /\d+\.\d+\.\d+\.\d+/.exec(output) ?? [];
  assert.ok(address, log);
  return address;
}
