// A hundred runs of workflows followed at once, with webhooks and without: how many requests GitHub gets a minute.
import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type GithubApi, createGithubClient } from '@nante/clients';
import { type Endpoints, startSandbox } from '@nante/sandbox';
import { GithubFollower } from '../../plugins/infrastructure-node/src/workflows/GithubFollower';
import { type RequestCounts, temporaryFolder } from '../../e2e/lib/sandbox';
import { round, runBenchmark, say } from './lib/report';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    repositories: { type: 'string', default: '10' },
  },
});
const size = {
  runs: Number(options.runs),
  repositories: Number(options.repositories),
};
/** The runs wait for a runner that long, so that a whole minute of following is counted; milliseconds. */
const WAITING = 65_000;
/** Longest time until every end has to be seen, in milliseconds. */
const PATIENCE = 900_000;
/** How often requests are counted, in milliseconds. */
const EVERY = 1_000;

type Github = NonNullable<Endpoints['github']>;

/** A job that no runner of the sandbox takes: the benchmark ends it. */
const workflow = `name: Wait
on: { workflow_dispatch: {} }
jobs:
  wait:
    runs-on: [self-hosted, bench]
    steps:
      - run: 'true'
`;

interface Started {
  repository: string;
  runId: number;
}

/** Repositories whose webhooks, if any, come to an address. */
async function makeRepositories(
  api: GithubApi,
  prefix: string,
  hook?: { url: string; secret: string },
): Promise<string[]> {
  const names: string[] = [];
  for (let index = 0; index < size.repositories; index += 1) {
    const repository = { owner: 'acme', name: `${prefix}-${index}` };
    await api.createRepository({
      ...{ ...repository, description: '', visibility: 'private' },
    });
    await api.commitFiles(repository, {
      ...{ branch: 'main', message: 'A workflow' },
      files: [
        {
          path: '.github/workflows/wait.yml',
          content: Buffer.from(workflow),
        },
      ],
    });
    if (hook)
      await api.ensureWebhook(repository, {
        ...{ ...hook, events: ['workflow_run', 'workflow_job'] },
      });
    names.push(`acme/${repository.name}`);
  }
  return names;
}

/** Takes events as the portal does: only with the right signature. */
async function listen(
  secret: string,
  follower: GithubFollower,
  undo: (() => unknown)[],
): Promise<{ url: string; received(): number }> {
  let received = 0;
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const digest = createHmac('sha256', secret).update(body).digest('hex');
    const said = String(request.headers['x-hub-signature-256']);
    const wanted = `sha256=${digest}`;
    const isRight =
      said.length === wanted.length &&
      timingSafeEqual(Buffer.from(said), Buffer.from(wanted));
    if (isRight) {
      received += 1;
      follower.receive({
        event: String(request.headers['x-github-event']),
        payload: JSON.parse(body.toString()),
      });
    }
    response.writeHead(isRight ? 202 : 403).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received: () => received };
}

/** Most requests in any minute of what was counted every second. */
function mostAMinute(counted: { at: number; sent: number }[]): number {
  let most = 0;
  let from = 0;
  for (const { at, sent } of counted) {
    while (counted[from].at <= at - 60_000) from += 1;
    const before = from === 0 ? 0 : counted[from - 1].sent;
    most = Math.max(most, sent - before);
  }
  return most;
}

async function follow(
  github: Github & { control: string },
  hasWebhooks: boolean,
  undo: (() => unknown)[],
) {
  const token = String(github.token);
  const reach = { url: String(github.apiUrl), token };
  const hands = createGithubClient(reach);
  /** Only the follower uses it, so that its requests are counted apart. */
  const eyes = createGithubClient(reach);
  const follower = new GithubFollower({
    engine: { github: async () => eyes },
  });
  const secret = 'of the benchmark';
  const hook = hasWebhooks ? await listen(secret, follower, undo) : undefined;
  const repositories = await makeRepositories(
    hands,
    hasWebhooks ? 'told' : 'asked',
    hook && { url: hook.url, secret },
  );
  await fetch(`${github.control}/requests`, { method: 'DELETE' });

  const counted = [{ at: Date.now(), sent: 0 }];
  const timer = setInterval(
    () => counted.push({ at: Date.now(), sent: eyes.requestCounts().sent }),
    EVERY,
  );
  undo.push(() => clearInterval(timer));
  const said = new Set<number>();
  const ended: number[] = [];
  const started: Started[] = [];
  const begin = async (index: number) => {
    const repository = repositories[index % repositories.length];
    const name = repository.split('/')[1];
    const { runId } = await hands.dispatchWorkflow(
      { owner: 'acme', name },
      { workflow: 'wait.yml', ref: 'main', inputs: {} },
    );
    started.push({ repository, runId });
    const startedAt = Date.now();
    const followed = follower.follow(
      { connection: 'github', repository, runId },
      {
        onChange: ({ waitsFor }) => {
          if (waitsFor && Date.now() - startedAt < 10_000) said.add(runId);
        },
      },
    );
    void followed.then(({ run, jobs }) => {
      assert.equal(run.conclusion, 'success');
      assert.equal(jobs.length, 1);
      ended.push(Date.now());
    });
  };
  for (let index = 0; index < size.runs; index += 1) await begin(index);
  await new Promise(resolve => setTimeout(resolve, WAITING));

  for (const { runId } of started) {
    const answer = await fetch(`${github.control}/runs/${runId}/end`, {
      method: 'POST',
      body: JSON.stringify({ conclusion: 'success' }),
    });
    assert.ok(answer.ok, await answer.text());
  }
  const endedAt = Date.now();
  while (ended.length < size.runs && Date.now() - endedAt < PATIENCE)
    await new Promise(resolve => setTimeout(resolve, 200));
  assert.equal(ended.length, size.runs, 'Not every end was seen.');
  const { sent } = eyes.requestCounts();
  counted.push({ at: Date.now(), sent });
  clearInterval(timer);
  const answer = await fetch(`${github.control}/requests`);
  const { byRoute } = (await answer.json()) as RequestCounts;
  return {
    sent,
    most: mostAMinute(counted),
    lastEnd: Math.max(Math.max(...ended) - endedAt, 0) / 1000,
    saidInTime: said.size,
    events: hook?.received() ?? 0,
    byRoute,
  };
}

void runBenchmark('follow', async undo => {
  const folder = temporaryFolder(undo);
  const sandbox = await startSandbox({
    dataDir: path.join(folder, 'sandbox'),
    systems: ['github'],
  });
  undo.push(() => sandbox.stop());
  const github = sandbox.endpoints.github as Github & { control: string };

  const told = await follow(github, true, undo);
  say(
    `with webhooks: ${told.sent} requests, at most ${told.most} a minute, ${told.events} events; last end ${round(told.lastEnd)} s after the last run ended`,
  );
  say(JSON.stringify(told.byRoute));
  const asked = await follow(github, false, undo);
  say(
    `without: ${asked.sent} requests, at most ${asked.most} a minute; last end after ${round(asked.lastEnd)} s`,
  );
  say(JSON.stringify(asked.byRoute));
  const title = `${size.runs} runs`;
  return {
    gates: [
      {
        name: `requests a minute, ${title} with webhooks`,
        ...{ value: told.most, limit: 60, unit: '' },
      },
      {
        name: `requests a minute, ${title} without`,
        ...{ value: asked.most, limit: 60, unit: '' },
      },
      {
        name: 'requests for each run, with webhooks',
        ...{ value: round(told.sent / size.runs, 2), limit: 2, unit: '' },
      },
    ],
    figures: [
      {
        name: 'runs without a runner that are said within 10 s, with webhooks',
        value: told.saidInTime,
      },
      { name: 'the same, without', value: asked.saidInTime },
      {
        name: 'last end that is seen, with webhooks',
        ...{ value: round(told.lastEnd), unit: 's' },
      },
      {
        name: 'the same, without',
        ...{ value: round(asked.lastEnd), unit: 's' },
      },
    ],
    notes: [
      `${size.repositories} repositories of the stand-in; the runs wait a minute for a runner that does not come, then the stand-in ends them all at once (pretended). Requests are counted by the client that only the follower uses.`,
    ],
  };
});
