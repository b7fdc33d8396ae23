import {
  NanteError,
  parseInput,
  registerRequestSchema,
  workspaceName,
  type DesiredHost,
  type OnboardedServer,
  type RegisterRequest,
  type RunDocument,
} from '@nante/model';
import { configurableHosts } from '../configure/targets';
import { octopusFor } from '../connections';
import type { EngineContext } from '../context';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { assertMayChange } from '../policy/policy';
import { loginUser } from '../provision/desired';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import { readHosts } from '../store/hosts';
import { readServers } from '../store/servers';
import type { RunOptions } from '../types';
import { previewTarget } from './preview';
import { registerCluster } from './registerCluster';
import { registerHost, type HostTarget } from './registerHost';
import { assertResolved } from './resolveTarget';
import { keepTarget, targetLeftovers } from './targetRecords';
import { targetProblems } from './targetProblems';

const stepsOf = ({ dryRun }: RegisterRequest): readonly StepTitle[] => [
  ['check', 'Check the request, and what Octopus has'],
  ['lock', 'Take the lock of the workspace'],
  [
    'register',
    dryRun
      ? 'See what would be registered'
      : 'Register the target, and have it checked',
  ],
];

/** See `Engine.register`. */
export async function register(
  context: EngineContext,
  given: RegisterRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseInput(registerRequestSchema, given);
  const config = await context.config();
  assertMayChange(config, request, 'register');
  octopusFor(config, request, { change: true });
  const { desired, server } = await recordedHost(context, request);
  const initial = await newRunDocument('register', request, options, {
    hostKind: desired?.kind,
    owner: (desired ?? server)?.owner,
    inputs: JSON.parse(JSON.stringify(request)),
    byHand: [],
    context,
  });
  return executeRun(
    context,
    {
      initial,
      steps: stepsOf(request),
      body: (run, onFailure) => registerOne(run, request, onFailure),
    },
    options,
  );
}

async function registerOne(
  run: Run,
  request: RegisterRequest,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { context, config, recorder, signal } = run;
  const { name, app, environment, target: choice, kubernetes } = request;
  await recorder.step('check', async () => {
    const { desired, server } = await recordedHost(context, request);
    const problems = await targetProblems(
      context,
      config,
      {
        ...{ ...request, choice, kubernetes },
        host: { name, app, environment },
        user: desired ? loginUser(desired) : server?.user,
      },
      { signal },
    );
    assertResolved(problems);
  });
  const { lease } = await recorder.step('lock', () => run.lock());
  if (!request.dryRun) onFailure(() => targetLeftovers(run, name));
  await recorder.step('register', step =>
    choice.style === 'kubernetes'
      ? registerCluster(run, lease, request, step)
      : registerOurs(run, lease, request, step),
  );
  const { registration } = recorder.document;
  return registration ? { registration } : {};
}

/** A host of ours keeps that it is a target, so that whoever leaves it out later does not end it. */
async function registerOurs(
  run: Run,
  lease: Lease,
  request: RegisterRequest,
  step: { detail(text: string): void },
): Promise<void> {
  const { config, store, recorder } = run;
  const { name, app, environment, target: choice, adopt, dryRun } = request;
  const octopus = octopusFor(config, request, { change: true });
  const [host] = await configurableHosts(store, recorder.document.workspace, {
    ...{ app, environment },
    names: [name],
  });
  const target: HostTarget = { host, choice, octopus, adopt };
  if (dryRun) return previewTarget(run, target, step);
  try {
    await registerHost(run, lease, target, step);
  } finally {
    // Also where it is not healthy: it is there.
    if (recorder.document.registration) await keepTarget(run, host, choice);
  }
  return undefined;
}

/**
 * What our records say of the host.
 *
 * @throws NanteError `not-found` for a host that is not ours; `invalid-input` where a host is called a cluster, or the other
 *   way round
 */
async function recordedHost(
  context: EngineContext,
  request: RegisterRequest,
): Promise<{ desired?: DesiredHost; server?: OnboardedServer }> {
  const { name, app, environment, target, kubernetes } = request;
  const store = await context.provenStore();
  const workspace = workspaceName(app, environment);
  const [{ hosts }, { servers }] = await Promise.all([
    readHosts(store, workspace, app, environment),
    readServers(store, workspace, app, environment),
  ]);
  const desired: DesiredHost | undefined = hosts[name];
  const server: OnboardedServer | undefined = servers[name];
  const isHost = Boolean(desired ?? server);
  if (target.style === 'kubernetes') {
    if (isHost)
      throw new NanteError(
        'invalid-input',
        `${name} is a host of ${app} in ${environment}, and no cluster.`,
        { hint: 'Choose another name for the cluster, or another style.' },
      );
    if (kubernetes) return {};
    throw new NanteError(
      'invalid-input',
      'A cluster needs the address of its API and an account of Octopus.',
      { hint: 'Say kubernetes.url and kubernetes.account.' },
    );
  }
  if (kubernetes)
    throw new NanteError(
      'invalid-input',
      `The request speaks of a cluster, and its style is ${target.style}.`,
      { hint: 'Choose the style kubernetes, or leave the cluster out.' },
    );
  if (isHost) return { desired, server };
  throw new NanteError(
    'not-found',
    `${app} has no host ${name} in ${environment}.`,
    {
      hint: 'Look at the name, the app and the environment; a server that somebody else made is onboarded first.',
    },
  );
}
