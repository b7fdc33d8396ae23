import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { markedProcesses, readActLine } from '@nante/sandbox';
import { ref, repository } from './workflowRepositories';

/** What a workflow did, as act reports it. */
export interface WorkflowRun {
  succeeded: boolean;
  /** Outputs of the step that ran nante, of the last one where there were several. */
  outputs: Record<string, string>;
  /** Outputs of all steps, by their ids from the job's own inwards: `publish.package.nante`. */
  steps: Record<string, Record<string, string>>;
  /** Job summary, Markdown. */
  summary: string;
  annotations: { level: string; title: string; text: string }[];
  /** Everything that the steps printed. */
  text: string;
  /** Everything that act printed for a person; in its JSON it also says what it masks. */
  log: string;
  seconds: number;
}

/** How a workflow is started. */
export interface Dispatch {
  /** File of the caller. */
  workflow: string;
  /** What happened; unless given, somebody started it. */
  event?: 'push' | 'pull_request' | 'workflow_dispatch';
  /** More of the event. */
  payload?: Record<string, unknown>;
  /** Repository of the caller; that of the place unless given. */
  caller?: string;
  inputs?: Record<string, string>;
  /** Secret of the caller's repository; that of the place unless given. */
  token?: string;
  /** Id of the workflow run; a new one unless given. */
  runId?: string;
  /** 2 for "Re-run". */
  attempt?: number;
  /** Environment of the runner. */
  env?: Record<string, string>;
}

/** Where workflows run. */
export interface ActPlace {
  act: string;
  /** Copy of this repository. */
  nante: string;
  /** Repository with the callers. */
  caller: string;
  /** Home of the runner's user, and what survives its jobs. */
  home: string;
  /** Value of the secret DOPPLER_TOKEN. */
  token: string;
  /** Variables of the caller's repository. */
  vars: Record<string, string>;
  /** Environment of the runner, as its `.env` file would set it. */
  env: Record<string, string>;
  /** First on the PATH of the runner. */
  path: string[];
}

let runs = 4_000;

/** Runs a caller's workflow on this machine, as a self-hosted runner would. */
export function startWorkflow(
  place: ActPlace,
  dispatch: Dispatch,
): {
  ended: Promise<WorkflowRun>;
  /** Marks every process of the job, as a runner does. */
  trackingId: string;
  kill(): void;
} {
  runs += 1;
  const { runId = String(runs), attempt = 1 } = dispatch;
  const trackingId = `github_${process.pid}-${runId}-${attempt}`;
  const folder = path.join(place.home, `event-${runId}-${attempt}`);
  fs.mkdirSync(folder, { recursive: true });
  const event = path.join(folder, 'event.json');
  const isByHand =
    (dispatch.event ?? 'workflow_dispatch') === 'workflow_dispatch';
  fs.writeFileSync(
    event,
    JSON.stringify({
      ...(isByHand ? { inputs: dispatch.inputs ?? {} } : {}),
      repository: { default_branch: ref },
      ...dispatch.payload,
    }),
  );
  const env = {
    ...place.env,
    ...dispatch.env,
    GITHUB_RUN_ID: runId,
    GITHUB_RUN_ATTEMPT: String(attempt),
    GITHUB_RUN_NUMBER: runId,
    RUNNER_TRACKING_ID: trackingId,
  };
  const token = dispatch.token ?? place.token;
  const started = performance.now();
  const child = spawn(
    place.act,
    [
      dispatch.event ?? 'workflow_dispatch',
      ...['--workflows', `.github/workflows/${dispatch.workflow}`],
      ...['--platform', 'self-hosted=-self-hosted'],
      // GitHub's runner is another machine: its jobs get no further than this name.
      ...['--platform', 'ubuntu-latest=of-github/ubuntu-latest'],
      ...['--local-repository', `${repository}@${ref}=${place.nante}`],
      ...['--eventpath', event, '--actor', 'octavia', '--json'],
      // Of one that is empty act would ask whoever sits there.
      ...(token ? ['--secret', 'DOPPLER_TOKEN'] : []),
      ...pairs('--env', env),
      ...pairs('--var', place.vars),
    ],
    {
      cwd: dispatch.caller ?? place.caller,
      // The secret by its name: its value stands in no argument.
      env: {
        PATH: [...place.path, process.env.PATH].join(path.delimiter),
        HOME: place.home,
        XDG_CACHE_HOME: path.join(place.home, '.cache'),
        DOPPLER_TOKEN: token,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return {
    trackingId,
    kill: () => child.kill('SIGKILL'),
    ended: (async () => {
      const run: WorkflowRun = {
        ...{ succeeded: false, outputs: {}, steps: {}, summary: '' },
        ...{ annotations: [], text: '', log: '', seconds: 0 },
      };
      const read = async (stream: NodeJS.ReadableStream) => {
        for await (const line of readline.createInterface({ input: stream }))
          take(run, line);
      };
      const closed = once(child, 'close');
      await Promise.all([read(child.stdout), read(child.stderr), closed]);
      run.succeeded = child.exitCode === 0;
      run.seconds = (performance.now() - started) / 1000;
      return run;
    })(),
  };
}

function take(run: WorkflowRun, line: string): void {
  const said = readActLine(line);
  if (!said) {
    run.log += `${line}\n`;
    return;
  }
  run.log += `${said.msg.trimEnd()}\n`;
  const { command, name = '', arg = '' } = said;
  if (said.isOutput) run.text += said.msg;
  else if (command === 'set-output') {
    const id = said.stepIds.join('.');
    (run.steps[id] ??= {})[name] = arg;
    if (said.stepIds.at(-1) === 'nante') run.outputs[name] = arg;
  } else if (command === 'summary') run.summary += said.content ?? '';
  else if (command === 'error' || command === 'warning')
    run.annotations.push({
      level: command,
      title: said.kvPairs?.title ?? '',
      text: arg,
    });
}

/**
 * Ends what a runner ends when it cleans up after a job: every process that bears the job's mark in its environment.
 *
 * @returns names of the programs that were killed
 */
export function killMarked(trackingId: string): string[] {
  return markedProcesses(`RUNNER_TRACKING_ID=${trackingId}`).flatMap(pid => {
    try {
      const program = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      process.kill(pid, 'SIGKILL');
      return [program];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Programs of a name that work in a folder or below it. */
export function processesIn(folder: string, program: string): number[] {
  return fs.readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const cwd = fs.readlinkSync(`/proc/${name}/cwd`);
      const comm = fs.readFileSync(`/proc/${name}/comm`, 'utf8').trim();
      return cwd.startsWith(folder) && comm === program ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function pairs(option: string, values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [
    option,
    `${name}=${value}`,
  ]);
}
