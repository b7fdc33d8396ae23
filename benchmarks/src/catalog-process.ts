// The catalog with our module and nothing else, in a process of its own: the benchmark quiet-sync tells it when to look.
import fs from 'node:fs';
import { createBackend } from '@backstage/backend-defaults';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
  type SchedulerService,
  type SchedulerServiceTaskInvocationDefinition,
} from '@backstage/backend-plugin-api';

/** What the benchmark asks for; answered by a message with the same `id`. */
export interface Order {
  id: number;
  do: 'sync' | 'settle' | 'writes';
  /** Milliseconds without a write that count as settled, or that writes are waited for. */
  ms?: number;
}

/** Answer to an order. */
export interface Answer {
  id: number;
  error?: string;
  /** Milliseconds of a sync, or until the catalog came to rest. */
  ms?: number;
  /** Statements that wrote, by table, since the last order. */
  writes: Record<string, number>;
  /** MiB: now, and the highest so far. */
  rss: number;
  peakRss: number;
}

const writing =
  /^\s*(?:insert\s+(?:or\s+\w+\s+)?into|update|delete\s+from)\s+[`"]?(\w+)/i;

const tasks: SchedulerServiceTaskInvocationDefinition[] = [];
let writes: Record<string, number> = {};
let lastWriteAt = Date.now();

/** Takes tasks and runs none by itself: the benchmark says when to look. */
const heldScheduler: SchedulerService = {
  createScheduledTaskRunner: () => ({
    run: async task => {
      tasks.push(task);
    },
  }),
  scheduleTask: async () => {},
  triggerTask: async () => {},
  getScheduledTasks: async () => [],
  cancelTask: async () => {},
};

const observer = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'benchmark-observer',
  register(reg) {
    reg.registerInit({
      deps: { database: coreServices.database },
      async init({ database }) {
        // The same connection that the catalog has: a plugin gets one.
        const knex = await database.getClient();
        // What is counted is statements, not how fast this machine's disk says that it has written them.
        await knex.raw('PRAGMA synchronous = OFF');
        knex.on('query', ({ sql }: { sql: string }) => {
          const table = writing.exec(sql)?.[1];
          if (!table) return;
          writes[table] = (writes[table] ?? 0) + 1;
          lastWriteAt = Date.now();
        });
      },
    });
  },
});

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

async function obey(order: Order): Promise<number> {
  const started = performance.now();
  if (order.do === 'sync') {
    for (const task of tasks) await task.fn(new AbortController().signal);
  } else if (order.do === 'settle') {
    while (Date.now() - lastWriteAt < (order.ms ?? 3_000)) await pause(100);
  } else await pause(order.ms ?? 0);
  return performance.now() - started;
}

/**
 * Highest resident memory so far, in bytes. What the system counts for the process would hold that of its parent too,
 * whose memory it shared until it became a program of its own.
 */
function peakRss(): number {
  try {
    const status = fs.readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** Starting takes a compiler, for the schema of the settings; what it took is given back and not counted. */
function forgetPeak(): void {
  global.gc?.();
  // Says "forget the highest so far" to Linux; elsewhere the start is counted too.
  if (fs.existsSync('/proc/self/clear_refs'))
    fs.writeFileSync('/proc/self/clear_refs', '5');
}

const mebibytes = (bytes: number) => Math.round(bytes / 1024 ** 2);

async function main() {
  const backend = createBackend();
  backend.add(
    createServiceFactory({
      service: coreServices.scheduler,
      deps: {},
      factory: () => heldScheduler,
    }),
  );
  backend.add(import('@backstage/plugin-catalog-backend'));
  backend.add(import('@nante/plugin-catalog-backend-module-infrastructure'));
  backend.add(observer);
  await backend.start();
  while (tasks.length === 0) await pause(50);

  process.on('message', async (order: Order) => {
    writes = {};
    const answer: Answer = { id: order.id, writes, rss: 0, peakRss: 0 };
    try {
      answer.ms = await obey(order);
    } catch (error) {
      answer.error = String(error);
    }
    answer.writes = writes;
    answer.rss = mebibytes(process.memoryUsage.rss());
    answer.peakRss = mebibytes(peakRss());
    process.send!(answer);
  });
  process.on('disconnect', () => process.exit(0));
  const startPeak = mebibytes(peakRss());
  forgetPeak();
  process.send!({
    id: 0,
    writes,
    rss: mebibytes(process.memoryUsage.rss()),
    peakRss: startPeak,
  } satisfies Answer);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
