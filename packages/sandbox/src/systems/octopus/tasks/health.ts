import { NanteError } from '@nante/model';
import type { Machine } from '../documents';
import { runRemote } from './remoteAgent';
import { hostOf, reach, withUser } from './targets';
import { thumbprintAt } from './thumbprint';
import type { LogNode } from './taskLog';
import { timeSpan } from './timing';
import type { MachineHealth } from './types';
import {
  forEachLimited,
  pretendTime,
  TaskFailure,
  type TaskWork,
  type WorkContext,
} from './work';

/** Below this much free space a machine has a warning. */
const fewBytes = 200 * 1024 ** 2;
const machinesAtOnce = 10;
const defaultMachineMs = 5 * 60_000;

/** Checks machines, and writes what it finds into them. */
export const runHealthCheck: TaskWork = async context => {
  const { log, task } = context;
  const machines = machinesOf(context);
  if (machines.length === 0) log.root.warn('There are no machines to check.');
  const nodes = new Map(
    machines.map(({ Id, Name }) => [
      Id,
      log.root.plan(`Check deployment target: ${Name}`),
    ]),
  );
  const limit = timeSpan(task.Arguments.MachineTimeout) ?? defaultMachineMs;
  const bad: string[] = [];
  await forEachLimited(machines, machinesAtOnce, async machine => {
    await context.gate();
    const node = nodes.get(machine.Id)!.start();
    const found = await check(context, machine, node, limit);
    const isBad = ['Unavailable', 'Unhealthy'].includes(found.status);
    if (isBad) {
      node.error(found.summary);
      bad.push(machine.Name);
    } else node.info(found.summary);
    node.end(isBad ? 'Failed' : 'Success');
  });
  if (bad.length > 0)
    throw new TaskFailure(
      `One or more machines are not healthy: ${bad.sort().join(', ')}. The log says why.`,
    );
  return 'done';
};

function machinesOf({ parts, task }: WorkContext): Machine[] {
  const { MachineIds, EnvironmentId } = task.Arguments as {
    MachineIds?: string[];
    EnvironmentId?: string;
  };
  return parts.state
    .all('machines')
    .filter(
      ({ Id, SpaceId, EnvironmentIds, IsDisabled }) =>
        SpaceId === task.SpaceId &&
        (MachineIds?.length
          ? MachineIds.includes(Id)
          : !IsDisabled &&
            (!EnvironmentId || EnvironmentIds.includes(EnvironmentId))),
    );
}

async function check(
  context: WorkContext,
  machine: Machine,
  node: LogNode,
  limitMs: number,
): Promise<MachineHealth> {
  const { state } = context.parts;
  const clock = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([context.signal, clock]);
  let found: MachineHealth & Partial<Machine>;
  try {
    found = await examine(context, machine, node, signal);
  } catch (error) {
    context.signal.throwIfAborted();
    const summary = clock.aborted
      ? `The check did not end within ${limitMs / 1000} s.`
      : messageOf(error);
    found = { status: 'Unavailable', summary };
  }
  const { status, summary, ...more } = found;
  // It may have been deleted meanwhile.
  if (state.get('machines', machine.Id))
    state.update('machines', machine.Id, {
      ...more,
      HealthStatus: status,
      StatusSummary: summary,
      HasLatestCalamari: status === 'Healthy',
      Connection: {
        LastChecked: new Date().toISOString(),
        Status: status === 'Unavailable' ? 'Offline' : 'Online',
        CurrentTentacleVersion:
          more.Connection?.CurrentTentacleVersion ??
          machine.Connection?.CurrentTentacleVersion,
        Logs: node.element.LogElements.map(({ MessageText }) => MessageText),
      },
    });
  return found;
}

async function examine(
  context: WorkContext,
  machine: Machine,
  node: LogNode,
  signal: AbortSignal,
): Promise<MachineHealth & Partial<Machine>> {
  const at = await reach(context.parts, machine);
  if (at.by === 'pretence') {
    node.info(`(pretended) Nothing was really checked: ${at.why}.`);
    await pretendTime(context, 0.5);
    const { HealthStatus, StatusSummary } = machine;
    return HealthStatus === 'Unknown'
      ? { status: 'Healthy', summary: 'The check was successful (pretended).' }
      : { status: HealthStatus, summary: StatusSummary };
  }
  const agentVersion = await checkTentacle(context, machine, node);
  const facts = await withUser(at, (login, sudo) =>
    runRemote(
      context.parts.ssh,
      login,
      { op: 'facts', root: at.root },
      { signal, sudo },
    ),
  );
  const { os, kernel, architecture, user } = facts as Record<string, string>;
  const free = Number(facts.freeBytes);
  node.info(`Logged in to ${at.login.host} as ${user}`);
  node.info(`${os}, kernel ${kernel}, ${architecture}`);
  node.info(`Free disk space: ${Math.round(free / 1024 ** 2)} MiB`);
  const seen = {
    OperatingSystem: os,
    Architecture: architecture,
    ShellName: 'Bash',
    ...(agentVersion && {
      Connection: {
        LastChecked: '',
        Status: 'Online' as const,
        CurrentTentacleVersion: agentVersion,
        Logs: [],
      },
    }),
  };
  if (facts.bash !== true)
    return { ...seen, status: 'Unhealthy', summary: 'It has no bash.' };
  if (free < fewBytes)
    return {
      ...seen,
      status: 'HasWarnings',
      summary: `Only ${Math.round(free / 1024 ** 2)} MiB of its disk are free.`,
    };
  return { ...seen, status: 'Healthy', summary: 'The check was successful.' };
}

/**
 * For a machine with a Tentacle: that the right one answers, or polls.
 *
 * @returns its version, where it says one
 */
async function checkTentacle(
  { parts }: WorkContext,
  machine: Machine,
  node: LogNode,
): Promise<string | undefined> {
  const { CommunicationStyle, Uri = '', Thumbprint = '' } = machine.Endpoint;
  if (!CommunicationStyle.startsWith('Tentacle')) return undefined;
  const isPolling = CommunicationStyle === 'TentacleActive';
  const polled = isPolling ? parts.polling?.(Uri) : undefined;
  const shown = isPolling
    ? polled?.thumbprint
    : await thumbprintAt(hostOf(machine), Number(new URL(Uri).port || 10933));
  if (shown?.toUpperCase() !== Thumbprint.toUpperCase())
    throw new NanteError(
      'refused',
      `The Tentacle of ${machine.Name} is another one: it shows the thumbprint ${shown}, on record is ${Thumbprint}.`,
    );
  node.info(
    isPolling
      ? `The Tentacle polls, with the thumbprint ${shown}`
      : `The Tentacle answers with the thumbprint ${shown}`,
  );
  node.verbose(
    'In the sandbox the server does everything else on this machine over SSH.',
  );
  return polled?.version;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
