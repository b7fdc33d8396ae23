// A run whose play prints much, and its log as the portal gives it to pages: a process of its own, as the portal is one.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createS3Store } from '@nante/clients';
import {
  type AnsibleInstallation,
  type Engine,
  runPlaybook,
} from '@nante/engine';
import type { RunDocument } from '@nante/model';
import {
  createRedactor,
  type Redactor,
} from '../../packages/engine/src/process';
import { openRecorder } from '../../packages/engine/src/runs/recorder';
import { createRunIndex } from '../../packages/engine/src/runs/runIndex';
import { RunIndex } from '../../plugins/infrastructure-backend/src/runs/RunIndex';
import { createRunEvents } from '../../plugins/infrastructure-node/src/runs/RunEvents';
import type { ChattyPlay } from './lib/chattyPlay';

/** What the process is told, as its one argument in JSON. */
export interface OutputOrder {
  ansible: AnsibleInstallation;
  play: ChattyPlay;
  privateKey: string;
  /** Public host key, `type base64`; nobody is asked for it. */
  hostKey: string;
  secrets: string[];
  workDirectory: string;
  store: Parameters<typeof createS3Store>[0];
}

/** What the process says: first where it listens, then how the run ended. */
export type OutputMessage =
  | { kind: 'listening'; url: string }
  | {
      kind: 'ended';
      state: string;
      error?: string;
      /** From the start of the play to the end of the run, its log in the bucket. */
      ms: number;
      /** Of it, in the redactor. */
      redactorMs: number;
      /** Processor time of this process. */
      cpuMs: number;
    };

const id = 'chatty-run';
const say = (message: OutputMessage) => process.send!(message);

/** A redactor that counts the time it takes. */
function timed(redactor: Redactor): { redactor: Redactor; ms(): number } {
  let total = 0;
  return {
    ms: () => total,
    redactor: {
      ...redactor,
      redact(text) {
        const from = performance.now();
        const shown = redactor.redact(text);
        total += performance.now() - from;
        return shown;
      },
    },
  };
}

/** The log of a run as `GET /runs/:id/log` answers it, without the question who asks. */
async function serve(runs: RunIndex): Promise<string> {
  const server = http.createServer(async (request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost');
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const lines = await runs.log(id, Number(searchParams.get('after')), {
      waitMs: searchParams.get('wait') === 'true' ? 20_000 : 0,
      signal: gone.signal,
    });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ lines }));
  });
  await new Promise<void>(resolve =>
    server.listen(0, '127.0.0.1', () => resolve()),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function runDocument(): RunDocument {
  return {
    version: 1,
    id,
    kind: 'configure',
    door: 'portal',
    workspace: 'bench-dev',
    app: 'bench',
    environment: 'dev',
    host: 'chatty-1',
    requestedBy: 'user:default/ada',
    createdAt: new Date().toISOString(),
    state: 'queued',
    cancelRequested: false,
    steps: [],
    inputs: {},
    leftovers: [],
    byHand: [],
    tools: {},
  };
}

async function main() {
  const order = JSON.parse(process.argv[2]) as OutputOrder;
  const { workDirectory, play } = order;
  const store = createS3Store(order.store);
  const { redactor, ms: redactorMs } = timed(createRedactor(order.secrets));
  const events = createRunEvents();
  const active: Parameters<typeof createRunIndex>[0]['active'] = new Map();
  const index = createRunIndex({
    active,
    log: () => {},
    options: { workDirectory } as Parameters<
      typeof createRunIndex
    >[0]['options'],
    store: async () => store,
  });
  const engine = {
    getRun: index.get,
    listRuns: index.list,
    runLog: index.log,
  } as unknown as Engine;
  say({
    kind: 'listening',
    url: await serve(new RunIndex({ engine, events })),
  });

  const started = performance.now();
  const cpu = process.cpuUsage();
  const recorder = await openRecorder({
    store,
    initial: runDocument(),
    steps: [['configure', 'Configure the hosts']],
    workDirectory,
    redact: line => redactor.redact(line),
    onRun: run => events.publish({ type: 'run', run }),
    onLog: line => events.publish({ type: 'log', runId: id, line }),
  });
  active.set(id, { recorder, cancel: () => {} });
  const result = await recorder.step('configure', () =>
    runPlaybook({
      ansible: order.ansible,
      playbook: play.playbook,
      inventory: play.hosts.map(name => ({
        name,
        address: '127.0.0.1',
        user: 'root',
        hostKeys: [order.hostKey],
      })),
      privateKey: order.privateKey,
      workDirectory: `${workDirectory}/play`,
      redactor,
      onLine: line => recorder.log(line.level, line.text),
    }),
  );
  await recorder.finish({ state: 'succeeded' }, 30_000);
  active.delete(id);
  const { user, system } = process.cpuUsage(cpu);
  say({
    kind: 'ended',
    state: result.state,
    error: result.error?.message,
    ms: performance.now() - started,
    redactorMs: redactorMs(),
    cpuMs: (user + system) / 1000,
  });
}

process.on('disconnect', () => process.exit(0));
main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
