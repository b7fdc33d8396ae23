import type { TargetChoice } from '@nante/model';
import type { ConfigurableHost } from '../configure/targets';
import type { Run } from '../operation/executeRun';
import { commitHost } from '../store/hosts';
import { commitServer } from '../store/servers';
import { openTargets } from './removeTargets';
import { targetName } from './targetEntries';

/** Our records say what target a host is, or that it is none. */
export async function keepTarget(
  { store, recorder }: Pick<Run, 'store' | 'recorder'>,
  {
    name,
    desired,
    server,
  }: Pick<ConfigurableHost, 'name' | 'desired' | 'server'>,
  target: TargetChoice | undefined,
): Promise<void> {
  const { workspace, app, environment } = recorder.document;
  if (desired)
    await commitHost(
      ...([store, workspace, app, environment, name] as const),
      withTarget(desired, target),
    );
  else if (server)
    await commitServer(
      ...([store, workspace, app, environment, name] as const),
      withTarget(server, target),
    );
}

/** A record of a host with another target, or with none. */
export function withTarget<T extends { target?: TargetChoice }>(
  record: T,
  target: TargetChoice | undefined,
): T {
  const { target: _old, ...rest } = record;
  return (target ? { ...rest, target } : rest) as T;
}

/** What a run that failed leaves of a host's target, one line each. */
export async function targetLeftovers(
  run: Pick<Run, 'store' | 'recorder'>,
  host: string,
): Promise<string[]> {
  const { app, environment, registration } = run.recorder.document;
  const name = targetName({ app, environment, name: host });
  const entries = await openTargets(run, host);
  return entries.map(({ connection, outsideId, state }) => {
    if (!outsideId || state === 'intended')
      return `The target ${name} may be registered in the Octopus ${connection}. Finish this run to see to it.`;
    const health =
      registration?.machineId === outsideId
        ? `, and is ${registration.health}`
        : '';
    return `The target ${name} (${outsideId}) is registered in the Octopus ${connection}${health}.`;
  });
}
