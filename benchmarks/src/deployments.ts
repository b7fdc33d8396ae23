// Octopus and Nexus of a large company: how often they are asked, and what the registry takes.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox, type Endpoints } from '@nante/sandbox';
import { root } from '../../scripts/lib/paths.mjs';
import { temporaryFolder } from '../../e2e/lib/sandbox';
import type { Answer, Order, Reach } from './deployments-process';
import { type Figure, type Gate, round, runBenchmark, say } from './lib/report';

const { values: options } = parseArgs({
  options: {
    projects: { type: 'string', default: '1000' },
    targets: { type: 'string', default: '5000' },
    deployments: { type: 'string', default: '20000' },
  },
});
const size = {
  projects: Number(options.projects),
  machines: Number(options.targets),
  deployments: Number(options.deployments),
};
/** Rows and columns of the matrix, and who looks at it. */
const matrix = { projects: 200, environments: 6, people: 50 };
const versions = 2_000;
/** MiB of heap for the process: with much memory in the machine Node collects late. */
const heapLimit = 512;

type Wanted = Order extends infer O
  ? O extends { id: number }
    ? Omit<O, 'id'>
    : never
  : never;

/** The registry of `deployments-process.ts`, which does as it is told. */
class Portal {
  readonly #child: ChildProcess;
  #orders = 0;

  constructor(reach: Reach) {
    this.#child = spawn(
      process.execPath,
      [
        ...[`--max-old-space-size=${heapLimit}`, '--import', 'tsx'],
        path.join(import.meta.dirname, 'deployments-process.ts'),
        JSON.stringify(reach),
      ],
      {
        cwd: root,
        env: {
          ...process.env,
          TSX_TSCONFIG_PATH: path.join(root, 'tsconfig.json'),
        },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      },
    );
  }

  tell(order: Wanted): Promise<Answer> {
    this.#orders += 1;
    const id = this.#orders;
    const answer = new Promise<Answer>((resolve, reject) => {
      const ended = () => reject(new Error('The process ended.'));
      this.#child.once('exit', ended);
      this.#child.once('message', (message: Answer) => {
        this.#child.off('exit', ended);
        assert.equal(message.id, id);
        if (message.error) reject(new Error(message.error));
        else resolve(message);
      });
    });
    this.#child.send({ ...order, id });
    return answer;
  }

  stop(): void {
    this.#child.kill();
  }
}

/** A sandbox with Octopus and Nexus, and calls to their control. */
async function company(undo: (() => unknown)[]) {
  const data = temporaryFolder(undo);
  const sandbox = await startSandbox({
    dataDir: data,
    systems: ['nexus', 'octopus'],
  });
  undo.push(() => sandbox.stop());
  const { octopus, nexus } = sandbox.endpoints as Required<Endpoints>;
  const endpoints = { octopus, nexus };
  const control = async (
    system: keyof typeof endpoints,
    method: string,
    call: string,
    body?: unknown,
  ) => {
    const answer = await fetch(`${endpoints[system].control}/${call}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  };
  const reach: Reach = {
    octopus: {
      url: octopus.url,
      caFile: octopus.ca,
      apiKey: String(octopus.apiKey),
      space: 'Default',
    },
    nexus: {
      url: nexus.url,
      caFile: nexus.ca,
      username: String(nexus.username),
      password: String(nexus.password),
    },
  };
  return {
    control,
    reach,
    async requests(system: keyof typeof endpoints): Promise<number> {
      const answer = await control(system, 'GET', 'requests');
      return ((await answer.json()) as { total: number }).total;
    },
    /** How many of something the space has. */
    async count(what: string): Promise<number> {
      const answer = await fetch(`${octopus.url}/api/Spaces-1/${what}?take=1`, {
        headers: { 'x-octopus-apikey': String(octopus.adminKey) },
      });
      if (!answer.ok) throw new Error(await answer.text());
      return ((await answer.json()) as { TotalResults: number }).TotalResults;
    },
    async addEnvironment(name: string): Promise<void> {
      const answer = await fetch(`${octopus.url}/api/Spaces-1/environments`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-octopus-apikey': String(octopus.adminKey),
        },
        body: JSON.stringify({ Name: name }),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    start(): Portal {
      const portal = new Portal(reach);
      undo.push(() => portal.stop());
      return portal;
    },
  };
}

async function syncs(undo: (() => unknown)[]) {
  const at = await company(undo);
  await at.control('octopus', 'POST', 'company', {
    // With what the small company of the sandbox has.
    projects: size.projects - (await at.count('projects')),
    machines: size.machines - (await at.count('machines')),
    deployments: size.deployments,
  });
  const portal = at.start();
  const full = await portal.tell({ do: 'full' });
  say(
    `full sync: ${full.sent} requests, ${full.refused} refused, ${round(full.ms / 1000)} s; ${full.projects} projects, ${full.targets} targets, ${full.deployments} successful deployments, ${full.releases} releases`,
  );
  assert.deepEqual(
    [full.projects, full.targets],
    [size.projects, size.machines],
  );
  assert.ok(full.deployments >= Math.min(size.deployments, 20_000) * 0.8);
  const steady: Answer[] = [];
  for (let look = 0; look < 12; look += 1) {
    steady.push(await portal.tell({ do: 'steady' }));
  }
  say(
    `steady syncs, a minute apart: ${steady.map(({ sent }) => sent).join(', ')} requests`,
  );
  portal.stop();

  await at.control('octopus', 'POST', 'faults', {
    kind: 'rate-limit',
    perMinute: 30,
  });
  const patient = at.start();
  const slow = await patient.tell({ do: 'full' });
  say(
    `full sync at 30 a minute: ${slow.sent} requests, ${slow.refused} refused, ${round(slow.ms / 1000)} s`,
  );
  assert.equal(slow.deployments, full.deployments);
  patient.stop();
  return { full, steady, slow };
}

async function looks(undo: (() => unknown)[]) {
  const at = await company(undo);
  await at.control('octopus', 'POST', 'company', {
    projects: matrix.projects,
    machines: 500,
    deployments: 4_000,
  });
  for (const name of ['Test', 'Training']) await at.addEnvironment(name);
  const portal = at.start();
  await portal.tell({ do: 'full' });
  const answers: Answer[] = [];
  for (let look = 0; look < 3; look += 1) {
    answers.push(await portal.tell({ do: 'look', people: matrix.people }));
  }
  say(
    `matrix, ${matrix.people} people: ${answers.map(({ sent }) => sent).join(', ')} requests, ${round(answers[2].ms)} ms for all, ${answers[2].bytes} bytes each`,
  );
  await at.control('nexus', 'POST', 'component-history', {
    repository: 'helm-hosted',
    name: 'many',
    versions,
  });
  await at.control('nexus', 'DELETE', 'requests');
  const page = await portal.tell({ do: 'artifacts', pages: 1 });
  const requests = await at.requests('nexus');
  say(
    `artifacts: ${requests} requests for a page of ${page.versions} versions, ${round(page.ms)} ms`,
  );
  assert.ok(page.versions);
  portal.stop();
  return { answers, artifacts: { requests, page } };
}

void runBenchmark('deployments', async undo => {
  const { full, steady, slow } = await syncs(undo);
  const { answers, artifacts } = await looks(undo);
  const most = (all: Answer[]) => Math.max(...all.map(({ sent }) => sent));
  const gates: Gate[] = [
    { name: 'requests, full sync', value: full.sent, limit: 60, unit: '' },
    { name: 'requests, steady sync', value: most(steady), limit: 10, unit: '' },
    {
      name: 'answers 429 at 200 a minute',
      value: full.refused + steady.reduce((sum, one) => sum + one.refused, 0),
      limit: 0,
      unit: '',
    },
    {
      name: 'highest resident memory',
      value: round(
        Math.max(full.peakRss, ...steady.map(one => one.peakRss)),
        0,
      ),
      limit: 700,
      unit: 'MiB',
    },
    {
      name: `requests, matrix of ${matrix.projects} projects, ${matrix.people} people`,
      value: most(answers),
      limit: 3,
      unit: '',
    },
    {
      name: `requests to Nexus, page of ${versions} versions`,
      value: artifacts.requests,
      limit: 1,
      unit: '',
    },
  ];
  const figures: Figure[] = [
    { name: 'full sync', value: round(full.ms / 1000), unit: 's' },
    { name: 'steady sync', value: round(steady[0].ms / 1000, 2), unit: 's' },
    {
      name: 'full sync where the server takes 30 a minute',
      value: round(slow.ms / 1000),
      unit: 's',
    },
    { name: 'answers 429 of it', value: slow.refused },
    {
      name: `matrix for ${matrix.people} people, all`,
      value: round(answers.at(-1)!.ms),
      unit: 'ms',
    },
    { name: 'page of artifacts', value: round(artifacts.page.ms), unit: 'ms' },
  ];
  return {
    gates,
    figures,
    notes: [
      `${full.projects} projects, ${full.targets} targets, ${full.deployments} successful deployments and ${full.releases} releases in the stand-in; requests are counted by our client, those to Nexus by the stand-in.`,
      'A full sync is everything until the history is complete, and the look of the catalog; a steady one what a minute later is asked by pages and catalog.',
    ],
  };
});
