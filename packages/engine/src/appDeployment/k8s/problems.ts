import { z } from 'zod';
import { NanteError } from '@nante/model';
import { runProcess } from '../../process';
import type { Cluster } from './helm';

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        phase: z.string().default('Unknown'),
        conditions: z
          .array(
            z.object({
              type: z.string(),
              status: z.string(),
              message: z.string().default(''),
            }),
          )
          .default([]),
        containerStatuses: z
          .array(
            z.object({
              name: z.string(),
              ready: z.boolean(),
              state: z
                .object({
                  waiting: z
                    .object({
                      reason: z.string().default(''),
                      message: z.string().default(''),
                    })
                    .optional(),
                  terminated: z
                    .object({
                      reason: z.string().default(''),
                      exitCode: z.number(),
                    })
                    .optional(),
                })
                .default({}),
            }),
          )
          .default([]),
      }),
    }),
  ),
});

const mostPods = 5;
const mostWarnings = 3;
const logLines = 15;
const queryMs = 15_000;

/**
 * Why pods of a release are not ready, and the last lines that they wrote. Best effort: where kubectl is missing or the cluster
 * does not say, there is nothing, and the log says so.
 */
export async function podProblems(
  cluster: Cluster,
  release: string,
): Promise<string[]> {
  try {
    const text = await kubectl(cluster, [
      ...['get', 'pods', '--output', 'json'],
      ...['--selector', `app.kubernetes.io/instance=${release}`],
    ]);
    const { items } = podsSchema.parse(JSON.parse(text));
    const sick = items
      .map(pod => ({ name: pod.metadata.name, why: whyNotReady(pod.status) }))
      .filter(({ why }) => why.length > 0)
      .slice(0, mostPods);
    const found = await Promise.all(
      sick.map(async ({ name, why }) => [
        ...why.map(line => `${name}: ${line}`),
        ...(await warnings(cluster, name)),
        ...(await lastLines(cluster, name)),
      ]),
    );
    return found.flat();
  } catch (error) {
    if (NanteError.is(error) && error.code === 'cancelled') throw error;
    cluster.log(
      `Why its pods are not ready could not be found out: ${error instanceof Error ? error.message : error}`,
    );
    return [];
  }
}

type Status = z.infer<typeof podsSchema>['items'][number]['status'];

function whyNotReady({ conditions, containerStatuses }: Status): string[] {
  const containers = containerStatuses
    .filter(({ ready }) => !ready)
    .map(({ name, state: { waiting, terminated } }) => {
      if (waiting)
        return `${name} waits: ${[waiting.reason, waiting.message].filter(Boolean).join(', ')}`;
      return terminated
        ? `${name} ended with exit code ${terminated.exitCode} (${terminated.reason})`
        : `${name} is not ready`;
    });
  const unscheduled = conditions
    .filter(({ type, status }) => type === 'PodScheduled' && status === 'False')
    .map(({ message }) => `not scheduled: ${message}`);
  return [...unscheduled, ...containers];
}

const eventsSchema = z.object({
  items: z.array(
    z.object({
      reason: z.string().default(''),
      message: z.string().default(''),
    }),
  ),
});

/** What the cluster warned of about a pod; the newest few. */
async function warnings(cluster: Cluster, pod: string): Promise<string[]> {
  const text = await kubectl(cluster, [
    ...['get', 'events', '--output', 'json', '--field-selector'],
    `involvedObject.name=${pod},type=Warning`,
  ]);
  const { items } = eventsSchema.parse(JSON.parse(text));
  // The same thing happens to one sandbox after the other.
  const lines = items.map(({ reason, message }) =>
    `${reason}: ${message}`
      .replace('(combined from similar events): ', '')
      .replace(/"[0-9a-f]{64}"/g, '…'),
  );
  return [...new Set(lines)]
    .slice(-mostWarnings)
    .map(line => `${pod}: ${line}`);
}

async function lastLines(cluster: Cluster, pod: string): Promise<string[]> {
  try {
    const text = await kubectl(cluster, [
      ...['logs', pod, '--all-containers', '--tail', String(logLines)],
    ]);
    return text
      .split('\n')
      .filter(Boolean)
      .map(line => `${pod} | ${line}`);
  } catch {
    // A container that never ran has no log.
    return [];
  }
}

async function kubectl(
  { kubeconfig, context, namespace, redactor, signal }: Cluster,
  args: readonly string[],
): Promise<string> {
  const { text } = await runProcess({
    file: 'kubectl',
    args: [...args, '--namespace', namespace, '--context', context],
    env: { KUBECONFIG: kubeconfig },
    ...{ timeoutMs: queryMs, redactor, signal, keepText: true },
  });
  return text;
}
