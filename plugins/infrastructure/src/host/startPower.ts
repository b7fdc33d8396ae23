import type { PowerRequest } from '@nante/model';
import type { HostSummary } from '@nante/plugin-infrastructure-common';
import type { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import type { InfrastructureApi } from '../api/InfrastructureApi';
import { statusOf } from '../components/Problem';
import { hostValue } from './hostValue';

type ScaffolderApi = typeof scaffolderApiRef.T;

/** Where a person goes after the start. */
export type Started = { run: string } | { task: string };

/**
 * Starts the task that switches a host, and waits until its run is there.
 *
 * @param timing - milliseconds: between two looks for the run, and until it is no longer waited for
 * @returns the run, or the task where it ended or went on without one
 * @throws what the scaffolder answers when it takes no task
 */
export async function startPower(
  apis: { scaffolder: ScaffolderApi; infrastructure: InfrastructureApi },
  host: HostSummary,
  action: PowerRequest['action'],
  timing = { lookMs: 500, waitMs: 20_000 },
): Promise<Started> {
  const { taskId } = await apis.scaffolder.scaffold({
    templateRef: 'template:default/power-host',
    // Without an id of its own the request has that of its task, and so has the run.
    values: { host: hostValue(host), action },
  });
  const end = Date.now() + timing.waitMs;
  while (Date.now() < end) {
    try {
      await apis.infrastructure.getRun(taskId);
      return { run: taskId };
    } catch (error) {
      if (statusOf(error as Error) !== 404) return { task: taskId };
    }
    const task = await apis.scaffolder.getTask(taskId);
    if (task.status === 'failed' || task.status === 'cancelled') break;
    await new Promise(resolve => setTimeout(resolve, timing.lookMs));
  }
  return { task: taskId };
}
