import {
  configureRequestSchema,
  NanteError,
  workspaceName,
  type ConfigureRequest,
  type RunDocument,
  parseInput,
} from '@nante/model';
import { checkRoles } from '../ansible';
import type { EngineContext } from '../context';
import { executeRun, type Run } from '../operation/executeRun';
import { assertMayChange } from '../policy/policy';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import {
  awaitFirstSamples,
  observeStep,
  reportsBack,
} from '../telemetry/firstSamples';
import { applyRoles, needsOf } from './applyRoles';
import { configureByHand } from './byHand';
import { assertOwnArguments, assertSite } from './checkSite';
import { secretsByHand } from './siteSecrets';
import { siteNeeds, siteVariables } from './siteVariables';
import { softwareTools } from './software';
import { configurableHosts, siteHost, type ConfigurableHost } from './targets';

/** See `Engine.configure`. */
export async function configure(
  context: EngineContext,
  input: ConfigureRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseConfigure(input);
  const config = await context.config();
  assertMayChange(config, request, 'configure');
  const { ansible } = await softwareTools(context);
  if (request.roles) await checkRoles(ansible.project, request.roles);
  const workspace = workspaceName(request.app, request.environment);
  const hosts = await knownHosts(context, workspace, request);
  const needs = siteNeeds(
    config,
    request,
    hosts.map(host =>
      siteHost({ ...host, roles: request.roles ?? host.roles }),
    ),
  );
  await assertOwnArguments(context, needs);
  const [first] = hosts;
  const initial = await newRunDocument(
    'configure',
    { ...request, name: first.name },
    options,
    {
      hosts: hosts.length > 1 ? hosts.map(({ name }) => name) : undefined,
      hostKind: first.desired?.kind,
      owner: first.owner,
      inputs: { ...request },
      byHand: [
        ...secretsByHand(needs),
        ...hosts.flatMap(host =>
          byHandOf(host, request, siteVariables(config, request, host.name)),
        ),
      ],
      context,
    },
  );
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request, reportsBack(needs)),
      body: run => configureHosts(run, request),
    },
    options,
  );
}

function stepsOf(
  { dryRun }: ConfigureRequest,
  reports: boolean,
): readonly StepTitle[] {
  return [
    ['check', 'Check the roles and the hosts'],
    ['lock', 'Take the lock of the workspace'],
    [
      'configure',
      dryRun ? 'See what the roles would change' : 'Apply the roles',
    ],
    ...(reports && !dryRun ? [observeStep] : []),
  ];
}

async function configureHosts(
  run: Run,
  request: ConfigureRequest,
): Promise<Partial<RunDocument>> {
  const { recorder, store, context } = run;
  const { workspace } = recorder.document;
  const tools = await recorder.step('check', async () => {
    const hosts = await chosen(store, workspace, request);
    await assertSite(context, needsOf(run, hosts), { signal: run.signal });
    return softwareTools(context);
  });
  const { lease } = await recorder.step('lock', () => run.lock());
  const configuration = await recorder.step('configure', async step => {
    // Under the lock: what another run has changed meanwhile counts.
    const hosts = await knownHosts(context, workspace, request);
    const done = await applyRoles(run, lease, {
      hosts,
      roles: request.roles,
      dryRun: request.dryRun,
      tools,
    });
    step.detail(recapText(done));
    return done;
  });
  const hasObserveStep = recorder.document.steps.some(
    ({ id }) => id === observeStep[0],
  );
  if (hasObserveStep) {
    const hosts = await chosen(store, workspace, request);
    await awaitFirstSamples(run, needsOf(run, hosts), 'configure');
  }
  return { configuration };
}

/** The hosts of a request with the roles that it applies to them. */
async function chosen(
  store: Run['store'],
  workspace: string,
  request: ConfigureRequest,
): Promise<ConfigurableHost[]> {
  const hosts = await configurableHosts(store, workspace, request);
  return hosts.map(host => ({ ...host, roles: request.roles ?? host.roles }));
}

/** @throws NanteError also `invalid-input` for hosts that have no roles when the request names none */
async function knownHosts(
  context: EngineContext,
  workspace: string,
  request: ConfigureRequest,
): Promise<ConfigurableHost[]> {
  const hosts = await configurableHosts(
    await context.provenStore(),
    workspace,
    request,
  );
  const bare = request.roles
    ? []
    : hosts.filter(({ roles }) => roles.length === 0);
  if (bare.length === 0) return hosts;
  throw new NanteError(
    'invalid-input',
    `${bare.map(({ name }) => name).join(', ')} has no roles yet.`,
    { hint: 'Choose at least one, such as base_setup.' },
  );
}

/** What a play came to, in one sentence. */
export function recapText({
  dryRun,
  pretended,
  recap,
}: NonNullable<RunDocument['configuration']>): string {
  if (pretended) return 'Read and listed only: the guests are records.';
  const changed = recap.reduce((sum, host) => sum + host.changed, 0);
  const would = dryRun ? 'would change' : 'changed';
  return `${changed} ${changed === 1 ? 'task' : 'tasks'} ${would} something on ${recap.map(({ host }) => host).join(', ')}.`;
}

/** Commands that apply roles to a host of our records. */
export function byHandOf(
  { name, desired, server, entry, roles }: ConfigurableHost,
  request: Pick<ConfigureRequest, 'roles' | 'dryRun'>,
  site: Record<string, unknown>,
): string[] {
  const address =
    server?.address ??
    (desired?.network.address === 'dhcp'
      ? (entry.address ?? name)
      : (desired?.network.address.split('/')[0] ?? name));
  const user = desired?.kind === 'lxc' ? 'root' : (desired ?? server)!.user;
  return configureByHand(
    { name, address, user },
    request.roles ?? roles,
    request.dryRun,
    site,
  );
}

function parseConfigure(input: ConfigureRequest): ConfigureRequest {
  const request = parseInput(configureRequestSchema, input);
  return { ...request, names: [...new Set(request.names)] };
}
