import type { CallOptions } from '@nante/clients';
import {
  NanteError,
  workspaceName,
  type InfrastructureConfig,
  type RegisterRequest,
  type TargetChoice,
} from '@nante/model';
import { softwareProblem } from '../configure/software';
import { octopusFor } from '../connections';
import type { EngineContext } from '../context';
import { readLedger } from '../ledger/ledger';
import {
  resolveTarget,
  type TargetProblem,
  type TargetWish,
} from './resolveTarget';
import { serverAddresses, tentacleChoice } from './tentacle';
import { targetEntries, targetName, type TargetHost } from './targetEntries';

type Asking = Pick<EngineContext, 'options' | 'octopus' | 'store'>;

/** A target that a request speaks of, before anything of it is there. */
export interface AskedTarget {
  host: TargetHost;
  choice: TargetChoice;
  /** Connection that the request names. */
  connection?: string;
  /** Who Octopus logs in as, by SSH. */
  user?: string;
  kubernetes?: RegisterRequest['kubernetes'];
  /** One of the same name that is not ours may become ours. */
  adopt?: boolean;
}

/**
 * Everything that keeps a target from being made, found out before anything is changed: environments, account, policy and
 * rights in Octopus, a name that somebody else has, and what a Tentacle needs.
 *
 * @returns all problems at once; empty where the target can be made
 */
export async function targetProblems(
  context: Asking,
  config: InfrastructureConfig,
  asked: AskedTarget,
  options?: CallOptions,
): Promise<TargetProblem[]> {
  const { host, connection, choice } = asked;
  try {
    const { environment } = host;
    const octopus = octopusFor(
      config,
      { connection, environment },
      { change: true },
    );
    const api = await context.octopus(octopus.name);
    const wish: TargetWish = { ...asked, octopus };
    const { problems } = await resolveTarget(api, config, wish, options);
    const isPossible = problems.length === 0;
    return [
      ...problems,
      ...(await tentacleProblems(context, wish, options)),
      ...(isPossible && !asked.adopt
        ? await nameProblems(context, wish, options)
        : []),
      ...(isPossible && isTentacle(choice)
        ? await thumbprintProblems(context, wish, options)
        : []),
    ];
  } catch (error) {
    return [problemOf(error)];
  }
}

/** The same for a host of a new request, whose environment has to name its Octopus. */
export async function newTargetProblems(
  context: Asking,
  config: InfrastructureConfig,
  asked: Omit<AskedTarget, 'connection'>,
  options?: CallOptions,
): Promise<TargetProblem[]> {
  const { environment } = asked.host;
  if (config.environments[environment]?.octopus === undefined)
    return [
      {
        code: 'invalid-input',
        message: `The environment ${environment} has no Octopus, so that its hosts cannot be deployment targets: leave the target out, or let an operator name one by octopus in the configuration.`,
      },
    ];
  return targetProblems(context, config, asked, options);
}

/** A name in Octopus that belongs to a target which our ledger does not know. */
async function nameProblems(
  context: Asking,
  { host, octopus }: TargetWish,
  options?: CallOptions,
): Promise<TargetProblem[]> {
  const { app, environment, name } = host;
  const entries = await readLedger(
    await context.store(),
    workspaceName(app, environment),
    options,
  );
  if (targetEntries(entries, name).length > 0) return [];
  const api = await context.octopus(octopus.name);
  const namesake = await api.findMachine(targetName(host), options);
  return namesake
    ? [
        {
          code: 'conflict',
          message: `Octopus ${octopus.name} has a target ${namesake.name} (${namesake.id}) that is not ours; remove or rename it there, or take it over: nante register --adopt.`,
        },
      ]
    : [];
}

async function tentacleProblems(
  context: Asking,
  { choice }: TargetWish,
  options?: CallOptions,
): Promise<TargetProblem[]> {
  const { style } = choice;
  if (style !== 'listening' && style !== 'polling') return [];
  options?.signal?.throwIfAborted();
  // What the arguments will be is known later; that they fit the role is known now.
  const role = tentacleChoice({
    ...{ style, serverThumbprint: '0'.repeat(40), space: 'Default' },
    serverUrl: 'https://octopus.example.test',
    pollingUrl: 'https://octopus.example.test:10943',
  });
  const message = await softwareProblem(context, [role], true);
  return message ? [{ code: 'invalid-input', message }] : [];
}

async function thumbprintProblems(
  context: Asking,
  { octopus }: TargetWish,
  options?: CallOptions,
): Promise<TargetProblem[]> {
  try {
    await serverAddresses(context, octopus);
    await (await context.octopus(octopus.name)).serverThumbprint(options);
    return [];
  } catch (error) {
    return [problemOf(error)];
  }
}

function isTentacle({ style }: TargetChoice): boolean {
  return style === 'listening' || style === 'polling';
}

/** @throws what is no answer: a cancelled request, and what is not ours */
function problemOf(error: unknown): TargetProblem {
  if (!NanteError.is(error) || error.code === 'cancelled') throw error;
  const message = [error.message, error.hint].filter(Boolean).join(' ');
  return { code: error.code, message };
}
