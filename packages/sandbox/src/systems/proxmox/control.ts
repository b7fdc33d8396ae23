import type { Cluster } from './cluster';
import { guestName } from './rows';

/**
 * What a test may ask and set beside the faults: `GET state` tells what is there, `POST time-scale` changes how long
 * tasks run.
 *
 * @returns undefined when the path is none of these
 */
export async function answerControl(
  cluster: Cluster,
  request: Request,
  path: string,
): Promise<Response | undefined> {
  const name = path.replace(/^\/+|\/+$/g, '');
  if (name === 'state' && request.method === 'GET')
    return Response.json(summary(cluster));
  if (name === 'time-scale' && request.method === 'POST')
    return setTimes(cluster, request);
  return undefined;
}

function summary(cluster: Cluster) {
  const guests = cluster.guests();
  return {
    driver: cluster.guestDriver.name,
    guests: guests.map(guest => ({
      vmid: guest.vmid,
      kind: guest.kind,
      node: guest.node,
      name: guestName(cluster, guest),
      running: cluster.isRunning(guest),
      seeded: guest.seeded,
      template: guest.config.template === 1,
      ...(guest.config.lock === undefined ? {} : { lock: guest.config.lock }),
    })),
    made: guests.filter(guest => !guest.seeded).length,
    runningTasks: cluster.state.tasks.filter(task =>
      cluster.tasks.isRunning(task.upid),
    ).length,
    faults: cluster.faults.list(),
  };
}

async function setTimes(cluster: Cluster, request: Request): Promise<Response> {
  const body: unknown = await request.json().catch(() => undefined);
  const settings = new Map(
    Object.entries((body ?? {}) as Record<string, unknown>),
  );
  const known = [
    'factor',
    'unauthorizedDelayMs',
    'lockTimeoutMs',
    'taskVisibleAfterMs',
  ] as const;
  const wrong = [...settings].find(
    ([key, value]) =>
      !known.some(name => name === key) ||
      typeof value !== 'number' ||
      !(value >= 0),
  );
  if (settings.size === 0 || wrong)
    return Response.json(
      {
        error: `time-scale takes numbers, at least 0: ${known.join(', ')}; got ${wrong ? wrong[0] : 'nothing'}.`,
      },
      { status: 400 },
    );
  for (const name of known) {
    const value = settings.get(name);
    if (typeof value === 'number') cluster.timing[name] = value;
  }
  const { factor, unauthorizedDelayMs, lockTimeoutMs, taskVisibleAfterMs } =
    cluster.timing;
  return Response.json({
    factor,
    unauthorizedDelayMs,
    lockTimeoutMs,
    taskVisibleAfterMs,
  });
}
