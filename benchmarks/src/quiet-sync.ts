// A sync in which only figures and the order of tags changed: what it writes, asks and takes, by number of guests.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox, type Endpoints } from '@nante/sandbox';
import { root } from '../../scripts/lib/paths.mjs';
import { SandboxView, temporaryFolder } from '../../e2e/lib/sandbox';
import { freePort } from '../../e2e/lib/ports';
import type { Answer, Order } from './catalog-process';
import { type Gate, type Figure, round, runBenchmark, say } from './lib/report';

/** Longer than the ten seconds for which a Proxmox answers the same figures. */
const figuresChangeMs = 11_000;

/** MiB of heap for the catalog process. */
const heapLimit = 320;

interface GuestRow {
  vmid: number;
  cpu: number;
  mem: number;
  tags?: string;
}

/** The catalog of `catalog-process.ts`, which does as it is told. */
class Catalog {
  #child: ChildProcess;
  #orders = 0;

  constructor(data: string, port: number) {
    const log = fs.openSync(path.join(data, 'catalog.log'), 'w');
    fs.mkdirSync(path.join(data, 'portal'), { recursive: true });
    const setting = (value: unknown) => JSON.stringify(value);
    this.#child = spawn(
      process.execPath,
      [
        '--expose-gc',
        // With much memory in the machine Node collects late: the limit shows what is needed, not what may be had.
        `--max-old-space-size=${heapLimit}`,
        '--require',
        '@backstage/cli-node/config/nodeTransform.cjs',
        'src/catalog-process',
        ...['app-config.yaml', 'app-config.sandbox.yaml'].flatMap(name => [
          '--config',
          path.join(root, name),
        ]),
      ],
      {
        cwd: path.join(root, 'benchmarks'),
        env: {
          ...process.env,
          NODE_ENV: 'development',
          ESBK_TSCONFIG_PATH: path.join(root, 'tsconfig.json'),
          NANTE_SANDBOX_DIRECTORY: data,
          NANTE_SANDBOX_SECRET: 'bmFudGUtYmVuY2htYXJrLW5vdC1hLXNlY3JldA==',
          APP_CONFIG_backend_listen_port: setting(port),
          APP_CONFIG_backend_baseUrl: setting(`http://localhost:${port}`),
          // Hosts are all that this catalog gets.
          APP_CONFIG_catalog_locations: setting([]),
        },
        stdio: ['ignore', log, log, 'ipc'],
      },
    );
    this.#child.on('exit', (code, signal) => {
      if (code || (signal && signal !== 'SIGTERM'))
        process.stderr.write(
          fs.readFileSync(path.join(data, 'catalog.log'), 'utf8').slice(-4_000),
        );
    });
  }

  ready(): Promise<Answer> {
    return this.#answer(0);
  }

  async tell(order: Omit<Order, 'id'>): Promise<Answer> {
    this.#orders += 1;
    const id = this.#orders;
    const answer = this.#answer(id);
    this.#child.send({ ...order, id });
    return answer;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    const ended = new Promise(resolve => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
  }

  #answer(id: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('The catalog process ended.'));
      const take = (answer: Answer) => {
        if (answer.id !== id) return;
        this.#child.off('message', take).off('exit', ended);
        if (answer.error) reject(new Error(answer.error));
        else resolve(answer);
      };
      this.#child.on('message', take).once('exit', ended);
    });
  }
}

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((total, count) => total + count, 0);

async function guestRows(view: SandboxView): Promise<Map<number, GuestRow>> {
  const { data } = await view.proxmox('/cluster/resources?type=vm');
  return new Map((data as GuestRow[]).map(row => [row.vmid, row]));
}

/** How many guests have other figures, and the same tags in another order. */
function countChanges(
  before: Map<number, GuestRow>,
  after: Map<number, GuestRow>,
): { figures: number; tagOrder: number } {
  const changed = { figures: 0, tagOrder: 0 };
  for (const [vmid, row] of after) {
    const old = before.get(vmid);
    if (old?.cpu !== row.cpu || old.mem !== row.mem) changed.figures += 1;
    if (old?.tags !== row.tags) changed.tagOrder += 1;
  }
  return changed;
}

async function measure(guests: number, endpoints: Endpoints, catalog: Catalog) {
  const view = new SandboxView(endpoints);
  const ready = await catalog.ready();
  say(
    `${guests} guests: catalog started, ${ready.rss} MiB (${ready.peakRss} MiB while it started)`,
  );
  await view.forgetRequests();
  const first = await catalog.tell({ do: 'sync' });
  const firstRequests = (await view.requests()).total;
  say(
    `${guests} guests: first sync ${round((first.ms ?? 0) / 1000)} s, ${sum(first.writes)} statements that write, ${firstRequests} requests`,
  );
  const settled = await catalog.tell({ do: 'settle', ms: 4_000 });
  say(
    `${guests} guests: catalog at rest after ${round((settled.ms ?? 0) / 1000)} s`,
  );

  // The answer before is one of its own: each answer has the tags in another order.
  const before = await guestRows(view);
  await catalog.tell({ do: 'writes', ms: figuresChangeMs });
  const changed = countChanges(before, await guestRows(view));
  await view.forgetRequests();
  const quiet = await catalog.tell({ do: 'sync' });
  const requests = await view.requests();
  const after = await catalog.tell({ do: 'writes', ms: 5_000 });
  const writes = sum(quiet.writes) + sum(after.writes);
  say(
    `${guests} guests: quiet sync ${round(quiet.ms ?? 0)} ms, ${writes} writes, ${requests.total} requests, ${changed.figures} guests with new figures, ${changed.tagOrder} with tags in another order, ${after.rss} MiB, at most ${after.peakRss} MiB`,
  );
  if (sum(first.writes) + sum(settled.writes) < guests)
    throw new Error(
      'The first sync was not seen to write: the count is wrong.',
    );
  if (changed.figures === 0 || changed.tagOrder === 0)
    throw new Error(
      'Nothing changed between the two syncs: nothing is proven.',
    );
  return { first, firstRequests, quiet, requests, writes, after, settled };
}

void runBenchmark('quiet-sync', async undo => {
  const { values } = parseArgs({
    options: { guests: { type: 'string', default: '10,1000,10000' } },
  });
  const gates: Gate[] = [];
  const figures: Figure[] = [];
  for (const guests of values.guests.split(',').map(Number)) {
    const data = path.join(temporaryFolder(undo), 'sandbox');
    const sandbox = await startSandbox({
      dataDir: data,
      guests: 'record',
      guestCount: guests,
    });
    undo.push(() => sandbox.stop());
    const catalog = new Catalog(data, await freePort());
    undo.push(() => catalog.stop());
    const found = await measure(guests, sandbox.endpoints, catalog);
    await catalog.stop();
    await sandbox.stop();

    const of = `of ${guests} guests`;
    gates.push(
      {
        name: `catalog rows written, quiet sync ${of}`,
        value: found.writes,
        limit: 0,
        unit: 'statements',
      },
      {
        name: `Proxmox requests, quiet sync ${of}`,
        value: found.requests.total,
        limit: 2,
        unit: 'requests',
      },
    );
    if (guests >= 10_000)
      gates.push({
        name: `highest resident memory, ${guests} guests`,
        value: found.after.peakRss,
        limit: 600,
        unit: 'MiB',
      });
    else
      figures.push({
        name: `highest resident memory, ${guests} guests`,
        value: found.after.peakRss,
        unit: 'MiB',
      });
    figures.push(
      {
        name: `Proxmox requests, first sync ${of}`,
        value: found.firstRequests,
      },
      {
        name: `quiet sync ${of}`,
        value: round(found.quiet.ms ?? 0),
        unit: 'ms',
        goal: 600,
      },
      {
        name: `first sync ${of}`,
        value: round((found.first.ms ?? 0) / 1000),
        unit: 's',
      },
      {
        name: `catalog at rest after the first sync ${of}`,
        value: round((found.settled.ms ?? 0) / 1000),
        unit: 's',
      },
    );
  }
  return {
    gates,
    figures,
    notes: [
      'A real catalog back end (SQLite, without waiting for the disk) with our module, in a process of its own, on a sandbox whose figures and tag orders changed in between, which is checked.',
      'Rows: INSERT, UPDATE and DELETE statements on any table of the catalog, during the sync and five seconds after it.',
      'Requests: counted by the Proxmox stand-in. Memory: the highest of the whole process from the moment that it has started, first sync and convergence included; its heap is limited to 320 MiB (--max-old-space-size), as a server with little memory would be started.',
    ],
  };
});
