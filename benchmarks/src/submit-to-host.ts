// From the sent form to the host in the catalog: how much of it is our own time, phase by phase. Guests are records.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PortalApi } from '../../e2e/lib/portalApi';
import { until } from '../../e2e/lib/until';
import { followTask, submitHost, type HostForm } from '../../e2e/lib/requests';
import { temporaryFolder } from '../../e2e/lib/sandbox';
import { startStack } from '../../e2e/lib/stack';
import { type Figure, round, runBenchmark, say } from './lib/report';

/** Milliseconds since 1970. */
interface Span {
  from: number;
  to: number;
}

/** Puts a Terraform before the real one on the PATH that notes when it runs, and does nothing else. */
function notedTerraform(folder: string): { PATH: string; spans(): Span[] } {
  const real = (process.env.PATH ?? '')
    .split(path.delimiter)
    .flatMap(place => ['terraform', 'tofu'].map(tool => path.join(place, tool)))
    .find(file => fs.existsSync(file));
  if (!real) throw new Error('There is no Terraform on the PATH.');
  const bin = path.join(folder, 'bin');
  const notes = path.join(folder, 'terraform.ndjson');
  fs.mkdirSync(bin);
  fs.writeFileSync(notes, '');
  fs.writeFileSync(
    path.join(bin, path.basename(real)),
    `#!${process.execPath}
const { spawnSync } = require('node:child_process');
const { appendFileSync } = require('node:fs');
const { status } = spawnSync(${JSON.stringify(real)}, process.argv.slice(2), { stdio: 'inherit' });
// The time origin is the start of this process, so what noting costs counts as Terraform's.
const note = { from: performance.timeOrigin, to: Date.now() };
appendFileSync(${JSON.stringify(notes)}, JSON.stringify(note) + '\\n');
process.exit(status ?? 1);
`,
    { mode: 0o755 },
  );
  return {
    PATH: [bin, process.env.PATH].join(path.delimiter),
    spans: () =>
      fs
        .readFileSync(notes, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Span),
  };
}

/** Milliseconds of a span that other spans cover; they don't overlap, since one Terraform follows the other. */
function covered(span: Span, spans: Span[]): number {
  return spans.reduce(
    (total, { from, to }) =>
      total + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)),
    0,
  );
}

interface RunStep {
  id: string;
  startedAt: string;
  finishedAt: string;
}

/** Sends the form and waits until the host is an entity. */
async function provision(api: PortalApi, form: HostForm) {
  const from = Date.now();
  const task = await followTask(api, await submitHost(api, form), 50);
  if (task.status !== 'completed') throw new Error(task.error);
  const name = task.entityRef!.split('/')[1];
  await until(
    `the entity ${task.entityRef}`,
    () =>
      api
        .get(`/catalog/entities/by-name/resource/default/${name}`)
        .catch(() => undefined),
    60_000,
    50,
  );
  const to = Date.now();
  const { run } = await api.get<{ run: { steps: RunStep[] } }>(
    `/infrastructure/runs/${task.runId}`,
  );
  return { whole: { from, to }, steps: run.steps };
}

void runBenchmark('submit-to-host', async undo => {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '3' } },
  });
  const terraform = notedTerraform(temporaryFolder(undo));
  const { url } = await startStack(undo, {
    ...process.env,
    PATH: terraform.PATH,
  });
  const api = new PortalApi(url, 'ada');
  const figures: Figure[] = [];
  for (const kind of ['vm', 'lxc'] as const) {
    const rounds: { own: number; wall: number; phases: object }[] = [];
    for (let round_ = 1; round_ <= Number(values.rounds); round_ += 1) {
      const { whole, steps } = await provision(api, {
        kind,
        name: `bench-${kind}-${round_}`,
        environment: 'dev',
        requestId: randomUUID(),
      });
      const children = terraform.spans();
      const own = (span: Span) => span.to - span.from - covered(span, children);
      const spans = steps.map(({ id, startedAt, finishedAt }) => ({
        id,
        from: Date.parse(startedAt),
        to: Date.parse(finishedAt),
      }));
      const phases = {
        'form to run': own({ from: whole.from, to: spans[0].from }),
        ...Object.fromEntries(spans.map(span => [span.id, own(span)])),
        'run to entity': own({ from: spans.at(-1)!.to, to: whole.to }),
      };
      rounds.push({
        own: own(whole),
        wall: whole.to - whole.from,
        phases: Object.fromEntries(
          Object.entries(phases).map(([name, ms]) => [name, Math.round(ms)]),
        ),
      });
      say(
        `${kind} ${round_}: ${whole.to - whole.from} ms, own ${Math.round(own(whole))} ms ${JSON.stringify(rounds.at(-1)!.phases)}`,
      );
    }
    rounds.sort((a, b) => a.own - b.own);
    const slowest = rounds.at(-1)!;
    figures.push(
      {
        name: `${kind}: own time, fastest to slowest of ${rounds.length}`,
        value: `${round(rounds[0].own / 1000)} to ${round(slowest.own / 1000)}`,
        unit: 's',
        goal: 5,
      },
      {
        name: `${kind}: wall time of the slowest`,
        value: round(slowest.wall / 1000),
        unit: 's',
      },
      ...Object.entries(slowest.phases).map(([phase, ms]) => ({
        name: `${kind}: own time, ${phase}`,
        value: ms as number,
        unit: 'ms',
      })),
    );
  }
  return {
    gates: [],
    figures,
    notes: [
      'From sending the form to the host as an entity of the catalog, by the HTTP API of a running portal; record driver.',
      'Own time: wall time less the time in which a Terraform ran. The simulated waits of Proxmox (clone, start, …) pass while Terraform runs, and are taken out with it.',
      'The first round of a workspace includes terraform init.',
    ],
  };
});
