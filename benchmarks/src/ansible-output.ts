// Many lines of Ansible's output: what they cost beside the tool's own time, and when the page has them.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RunLogLine } from '@nante/model';
import { startSandbox } from '@nante/sandbox';
import { createKeyPair } from '../../e2e/lib/ssh';
import { temporaryFolder } from '../../e2e/lib/sandbox';
import { ensurePython } from '../../scripts/lib/python.mjs';
import { type ChattyPlay, printedAt, writeChattyPlay } from './lib/chattyPlay';
import { round, runBenchmark, say } from './lib/report';
import type { OutputMessage, OutputOrder } from './output-process';

/** Pause of the page between two looks, in milliseconds; the portal itself waits for new lines. */
const lookMs = 500;

type Ended = Extract<OutputMessage, { kind: 'ended' }>;
type Python = Awaited<ReturnType<typeof ensurePython>>;

/** Milliseconds that the tool takes by itself, its output in a file. */
async function toolAlone(
  python: Python,
  play: ChattyPlay,
  folder: string,
): Promise<number> {
  const inventory = path.join(folder, 'inventory.json');
  const hosts = Object.fromEntries(play.hosts.map(name => [name, {}]));
  fs.writeFileSync(inventory, JSON.stringify({ all: { hosts } }));
  const output = path.join(folder, 'alone.log');
  const file = fs.openSync(output, 'w');
  const started = performance.now();
  const child = spawn(
    python.ansiblePlaybook,
    ['-i', inventory, play.playbook],
    {
      cwd: play.project,
      env: {
        ...process.env,
        ...python.env,
        ANSIBLE_CONFIG: path.join(play.project, 'ansible.cfg'),
        ANSIBLE_FORKS: '50',
        ANSIBLE_CALLBACK_RESULT_FORMAT: 'yaml',
        ANSIBLE_NOCOLOR: '1',
      },
      stdio: ['ignore', file, file],
    },
  );
  const [code] = await once(child, 'close');
  const ms = performance.now() - started;
  fs.closeSync(file);
  const printed = fs.readFileSync(output, 'utf8').split('\n');
  assert.equal(code, 0, printed.slice(-20).join('\n'));
  assert.ok(printed.length >= play.lines, `${printed.length} lines only`);
  return ms;
}

/** Lines as a page gets them that was opened when the run began, and how late each of them was. */
class Page {
  readonly lags: number[] = [];
  count = 0;
  longestAnswerMs = 0;
  #after = -1;

  constructor(readonly url: string) {}

  /** One look. @returns how many lines were new */
  async look(wait: boolean): Promise<number> {
    const asked = performance.now();
    const response = await fetch(
      `${this.url}/log?after=${this.#after}&wait=${wait}`,
    );
    const { lines } = (await response.json()) as { lines: RunLogLine[] };
    const now = Date.now();
    if (!wait)
      this.longestAnswerMs = Math.max(
        this.longestAnswerMs,
        performance.now() - asked,
      );
    for (const { n, text } of lines) {
      assert.equal(n, this.#after + 1, 'no line is left out or told twice');
      this.#after = n;
      const printed = printedAt(text);
      if (printed === undefined) continue;
      this.count += 1;
      this.lags.push(now - printed);
    }
    return lines.length;
  }
}

/** Runs the play in the process that stands for the portal, and reads its log as the page does. */
async function throughTheEngine(
  order: OutputOrder,
  undo: (() => unknown)[],
): Promise<{ ended: Ended; page: Page }> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      path.join(import.meta.dirname, 'output-process.ts'),
      JSON.stringify(order),
    ],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  undo.push(() => child.kill());
  const failed = new Promise<never>((_, reject) => {
    child.once('exit', code =>
      reject(new Error(`output-process ended with ${code}`)),
    );
  });
  const [first] = (await Promise.race([once(child, 'message'), failed])) as [
    OutputMessage,
  ];
  assert.equal(first.kind, 'listening');
  let ended: Ended | undefined;
  child.on('message', (message: OutputMessage) => {
    if (message.kind === 'ended') ended = message;
  });
  const page = new Page((first as { url: string }).url);
  const reading = async () => {
    while (!ended) {
      await page.look(true);
      await sleep(lookMs);
    }
    while (await page.look(false));
  };
  await Promise.race([reading(), failed]);
  // Somebody who opens the page now gets everything at once.
  const late = new Page(page.url);
  await late.look(false);
  assert.equal(late.count, page.count);
  page.longestAnswerMs = late.longestAnswerMs;
  return { ended: ended!, page };
}

/** The value below which so many of all are. */
function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

void runBenchmark('ansible-output', async undo => {
  const { values } = parseArgs({
    options: { lines: { type: 'string', default: '100000' } },
  });
  const folder = temporaryFolder(undo);
  const python = await ensurePython(say);
  const play = writeChattyPlay(
    path.join(folder, 'project'),
    Number(values.lines),
  );
  const key = createKeyPair(folder);
  const privateKey = fs.readFileSync(key.file, 'utf8');
  const sandbox = await startSandbox({
    dataDir: path.join(folder, 'sandbox'),
    guests: 'record',
    systems: ['s3'],
  });
  undo.push(() => sandbox.stop());
  const { url, bucket, accessKeyId, secretAccessKey } = sandbox.endpoints.s3!;

  // Before and after, and the faster counts: the first also fills the machine's caches.
  const alone = [await toolAlone(python, play, folder)];
  const { ended, page } = await throughTheEngine(
    {
      ansible: {
        bin: path.dirname(python.ansiblePlaybook),
        project: play.project,
      },
      play,
      privateKey,
      hostKey: key.publicKey.split(' ').slice(0, 2).join(' '),
      secrets: Array.from({ length: 20 }, () =>
        randomBytes(24).toString('base64'),
      ),
      workDirectory: path.join(folder, 'work'),
      store: {
        endpoint: url,
        bucket: String(bucket),
        accessKeyId: String(accessKeyId),
        secretAccessKey: String(secretAccessKey),
      },
    },
    undo,
  );
  alone.push(await toolAlone(python, play, folder));
  assert.equal(ended.state, 'succeeded', ended.error);
  assert.equal(page.count, play.lines, 'every line reached the page');
  const toolMs = Math.min(...alone);
  return {
    gates: [
      {
        name: `time of ${play.lines} lines in a run, in times of the tool's own`,
        value: round(ended.ms / toolMs, 2),
        limit: 2,
        unit: 'times',
      },
      {
        name: 'longest time from Ansible printing a line to the page having it',
        value: round(Math.max(...page.lags) / 1000, 2),
        limit: 2,
        unit: 's',
      },
      {
        name: 'share of the redactor in the time of the run',
        value: round((100 * ended.redactorMs) / ended.ms, 2),
        limit: 5,
        unit: '%',
      },
    ],
    figures: [
      {
        name: 'ansible-playbook alone',
        value: round(toolMs / 1000),
        unit: 's',
      },
      { name: 'the same as a run', value: round(ended.ms / 1000), unit: 's' },
      {
        name: 'processor time of our process in it',
        value: round(ended.cpuMs / 1000),
        unit: 's',
      },
      {
        name: 'redactor, 20 secrets',
        value: round(ended.redactorMs / 1000, 2),
        unit: 's',
      },
      {
        name: 'median time from printing to page',
        value: round(quantile(page.lags, 0.5) / 1000, 2),
        unit: 's',
      },
      {
        name: 'whole log for a page that is opened afterwards',
        value: round(page.longestAnswerMs / 1000, 2),
        unit: 's',
      },
    ],
    notes: [
      `ansible-playbook prints ${play.lines} lines for ${play.hosts.length} hosts that are this machine; alone with its own output into a file, the faster of two.`,
      'In the run: keeper, events, redactor, run log, upload to the bucket, long-polled log; the page looks, waits for lines, pauses 0.5 s.',
      'The time to the page begins when Ansible puts the text together, so its own queue is in it.',
    ],
  };
});
