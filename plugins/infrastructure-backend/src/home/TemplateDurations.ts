import type {
  AuthService,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { parseEntityRef } from '@backstage/catalog-model';
import type { TemplateDurationsResponse } from '@nante/plugin-infrastructure-common';
import { Refreshed } from '@nante/plugin-infrastructure-node';
import { z } from 'zod';

const FRESH_FOR = 60_000;
const DEADLINE = 10_000;
/** Newest tasks that are looked at. */
const TASKS = 300;

const tasksSchema = z.object({
  tasks: z.array(
    z.object({
      status: z.string(),
      createdAt: z.string(),
      lastHeartbeatAt: z.string().nullish(),
      spec: z.object({
        templateInfo: z.object({ entityRef: z.string() }).optional(),
      }),
    }),
  ),
});

/** How long templates usually take: the median of the scaffolder's newest finished tasks, asked once a minute for all. */
export class TemplateDurations {
  readonly #known: Refreshed<TemplateDurationsResponse>;

  constructor(deps: {
    auth: AuthService;
    discovery: DiscoveryService;
    now?: () => number;
  }) {
    this.#known = new Refreshed({
      now: deps.now ?? Date.now,
      deadlineMs: DEADLINE,
      fetch: async signal => durationsOf(await readTasks(deps, signal)),
    });
  }

  /** By the name of the template; those of the last good answer while the scaffolder fails, and none before the first. */
  async read(): Promise<TemplateDurationsResponse> {
    return (await this.#known.read(FRESH_FOR)) ?? {};
  }
}

async function readTasks(
  { auth, discovery }: { auth: AuthService; discovery: DiscoveryService },
  signal: AbortSignal,
): Promise<z.output<typeof tasksSchema>['tasks']> {
  const [address, { token }] = await Promise.all([
    discovery.getBaseUrl('scaffolder'),
    auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: 'scaffolder',
    }),
  ]);
  const query = new URLSearchParams({
    status: 'completed',
    order: 'desc:created_at',
    limit: String(TASKS),
  });
  const answer = await fetch(`${address}/v2/tasks?${query}`, {
    headers: { authorization: `Bearer ${token}` },
    signal,
  });
  if (!answer.ok)
    throw new Error(`The scaffolder answered HTTP ${answer.status}`);
  return tasksSchema.parse(await answer.json()).tasks;
}

/** A task beats as long as it works, so that its last beat is its end. */
function durationsOf(
  tasks: z.output<typeof tasksSchema>['tasks'],
): TemplateDurationsResponse {
  const seconds = new Map<string, number[]>();
  for (const { status, createdAt, lastHeartbeatAt, spec } of tasks) {
    const ref = spec.templateInfo?.entityRef;
    if (status !== 'completed' || !ref || !lastHeartbeatAt) continue;
    const { name } = parseEntityRef(ref);
    const taken = (timeOf(lastHeartbeatAt) - timeOf(createdAt)) / 1000;
    seconds.set(name, [...(seconds.get(name) ?? []), taken]);
  }
  return Object.fromEntries(
    [...seconds].map(([name, all]) => [
      name,
      { usualSeconds: median(all), runs: all.length },
    ]),
  );
}

/** SQLite writes no zone, and means UTC. */
function timeOf(text: string): number {
  const isPlain = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text);
  return Date.parse(isPlain ? `${text.replace(' ', 'T')}Z` : text);
}

function median(all: number[]): number {
  const sorted = [...all].sort((a, b) => a - b);
  return Math.max(Math.round(sorted[Math.floor(sorted.length / 2)]), 1);
}
