import {
  configureRequestSchema,
  NanteError,
  workspaceName,
  type ConfigureRequest,
  type RunDocument,
} from '@nante/model';
import { z } from 'zod';
import { checkRoles } from '../ansible';
import type { EngineContext } from '../context';
import { executeRun, type Run } from '../operation/executeRun';
import { assertMayChange } from '../policy/policy';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import type { RunOptions } from '../types';
import { applyRoles } from './applyRoles';
import { configureByHand } from './byHand';
import { softwareTools } from './software';
import { configurableHosts, type ConfigurableHost } from './targets';

/** See `Engine.configure`. */
export async function configure(
  context: EngineContext,
  input: ConfigureRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseConfigure(input);
  assertMayChange(await context.config(), request, 'configure');
  const { ansible } = await softwareTools(context);
  if (request.roles) await checkRoles(ansible.project, request.roles);
  const workspace = workspaceName(request.app, request.environment);
  const hosts = await knownHosts(context, workspace, request);
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
      byHand: hosts.flatMap(host => byHandOf(host, request)),
      context,
    },
  );
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: run => configureHosts(run, request),
    },
    options,
  );
}

function stepsOf({ dryRun }: ConfigureRequest): readonly StepTitle[] {
  return [
    ['check', 'Check the roles and the hosts'],
    ['lock', 'Take the lock of the workspace'],
    [
      'configure',
      dryRun ? 'See what the roles would change' : 'Apply the roles',
    ],
  ];
}

async function configureHosts(
  run: Run,
  request: ConfigureRequest,
): Promise<Partial<RunDocument>> {
  const { recorder, store, context } = run;
  const { workspace } = recorder.document;
  const tools = await recorder.step('check', async () => {
    await configurableHosts(store, workspace, request);
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
  return { configuration };
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

function byHandOf(
  { name, desired, server, entry, roles }: ConfigurableHost,
  request: ConfigureRequest,
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
  );
}

function parseConfigure(input: ConfigureRequest): ConfigureRequest {
  const result = configureRequestSchema.safeParse(input);
  if (!result.success)
    throw new NanteError('invalid-input', z.prettifyError(result.error));
  const { names } = result.data;
  return { ...result.data, names: [...new Set(names)] };
}
