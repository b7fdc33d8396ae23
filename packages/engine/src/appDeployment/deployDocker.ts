import {
  deployDockerRequestSchema,
  parseInput,
  workspaceName,
  type DeployDockerRequest,
  type RunDocument,
} from '@nante/model';
import { checkRoles } from '../ansible';
import { byHandOf, recapText } from '../configure/configure';
import { guestsAreRecords } from '../configure/playOnHosts';
import { secretsByHand } from '../configure/siteSecrets';
import { siteNeeds, siteVariables } from '../configure/siteVariables';
import { softwareTools } from '../configure/software';
import {
  configurableHosts,
  siteHost,
  type ConfigurableHost,
} from '../configure/targets';
import type { EngineContext } from '../context';
import { executeRun, type Run } from '../operation/executeRun';
import { assertMayChange } from '../policy/policy';
import { newAppRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { readComposeFile } from './docker/composeFile';
import { placeHosts } from './docker/placedHost';
import { releasePlays } from './docker/playRelease';
import { releaseToHosts } from './docker/release';
import { imageForHosts, releaseRole } from './docker/role';
import { assertMayDeploy } from './mayDeploy';

const stepsOf = ({ dryRun }: DeployDockerRequest): readonly StepTitle[] => [
  ['check', 'Look at the hosts and the request'],
  ['lock', "Take the locks of the app's deployments and of its hosts"],
  [
    'deploy',
    dryRun
      ? 'See what would change'
      : 'Deploy it, host by host, and ask each from outside',
  ],
];

/** See `Engine.deployDocker`. */
export async function deployDocker(
  context: EngineContext,
  given: DeployDockerRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const parsed = parseInput(deployDockerRequestSchema, given);
  const request = { ...parsed, hosts: [...new Set(parsed.hosts)] };
  const config = await context.config();
  assertMayDeploy(config, request);
  if (!request.dryRun) assertMayChange(config, request, 'deploy to');
  const { ansible } = await softwareTools(context);
  const compose = await readComposeFile(request);
  const image = await imageOf(context, request);
  const role = releaseRole(request, { image, compose });
  await checkRoles(ansible.project, [role]);
  const hosts = await hostsOf(context, request);
  const [first] = hosts;
  const needs = siteNeeds(
    config,
    request,
    hosts.map(host => siteHost({ ...host, roles: [role] })),
  );
  const initial: RunDocument = {
    ...newAppRunDocument('deploy-docker', request, options, {
      inputs: { ...request },
      owner: first.owner,
      byHand: [
        ...secretsByHand(needs),
        ...hosts.flatMap(host =>
          byHandOf(
            host,
            { roles: [role], dryRun: request.dryRun },
            siteVariables(config, request, host.name),
          ),
        ),
      ],
    }),
    host: first.name,
    ...(hosts.length > 1 && { hosts: hosts.map(({ name }) => name) }),
  };
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: run => deploy(run, request, { image, compose }),
    },
    options,
  );
}

async function deploy(
  run: Run,
  request: DeployDockerRequest,
  { image, compose }: { image: string; compose?: string },
): Promise<Partial<RunDocument>> {
  const { context, recorder } = run;
  const workspace = workspaceName(request.app, request.environment);
  const tools = await recorder.step('check', async step => {
    await hostsOf(context, request);
    step.detail(`${image} to ${request.hosts.join(', ')}`);
    return softwareTools(context);
  });
  const lease = await recorder.step('lock', async () => {
    await run.lockRecords();
    // Nobody configures, resizes or destroys a host while an app comes to it.
    return run.lockAlso(workspace);
  });
  return recorder.step('deploy', async step => {
    // Under the lock: what another run has changed meanwhile counts.
    const found = await hostsOf(context, request);
    const hosts = await placeHosts(run, request, found, workspace);
    const plays = releasePlays(run, request, { workspace, lease, tools });
    const role = releaseRole(request, { image, compose });
    if (request.dryRun) {
      for (const host of hosts) {
        const { failure } = await plays.play(host, role);
        if (failure !== undefined) throw failure;
      }
      const configuration = plays.configuration();
      if (configuration) step.detail(recapText(configuration));
      return { configuration };
    }
    if (guestsAreRecords(run))
      recorder.log(
        'warn',
        'Nothing is deployed: the guests of this sandbox are records (pretended).',
      );
    const appDeployment = await releaseToHosts({
      ...{ run, request, plays, image, role, hosts },
      wayBack: releaseRole(request, { image, compose, isReturn: true }),
      detail: text => step.detail(text),
    });
    return { appDeployment, configuration: plays.configuration() };
  });
}

/** @throws NanteError `not-found` for a host that is not ours, or not of this app and environment */
async function hostsOf(
  context: EngineContext,
  { app, environment, hosts }: DeployDockerRequest,
): Promise<ConfigurableHost[]> {
  const store = await context.provenStore();
  return configurableHosts(store, workspaceName(app, environment), {
    ...{ app, environment, names: hosts },
  });
}

async function imageOf(
  { options }: EngineContext,
  { image }: DeployDockerRequest,
): Promise<string> {
  const { NEXUS_DOCKER_REGISTRY } = await options.secrets.readOptional([
    'NEXUS_DOCKER_REGISTRY',
  ]);
  return imageForHosts(image, NEXUS_DOCKER_REGISTRY);
}
