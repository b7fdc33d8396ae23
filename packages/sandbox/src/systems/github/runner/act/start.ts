import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TakenRun } from '../../runs';
import {
  foldersOf,
  runnerEnvironment,
  type RunnerPlace,
} from '../surroundings';
import { environmentValues } from '../workflow/environments';
import { calledRepository, type ActWorkflows } from '../workflow/rewrite';

/** What act is started with. */
export interface ActStart {
  place: RunnerPlace;
  run: TakenRun;
  /** Folder of this run alone. */
  folder: string;
  workflows: ActWorkflows;
  /** Copies of the repositories of actions, by `owner/name@sha`. */
  actions: Map<string, string>;
  /** Address of the stand-in. */
  url: string;
  runnerName: string;
  trackingId: string;
}

/** Values that act reads from files of the run's folder, so that none is an argument. */
const files = {
  event: 'event.json',
  hidden: 'secrets.yml',
  variables: 'variables.yml',
  env: 'env.yml',
  workflow: 'workflow.yml',
} as const;

/** Writes what act needs into the run's folder and starts it, in a session of its own. */
export function startAct(start: ActStart): ChildProcess {
  const { run, folder, place, workflows, trackingId } = start;
  const called = join(folder, 'called');
  mkdirSync(join(called, '.github/workflows'), { recursive: true });
  mkdirSync(join(folder, 'work'));
  mkdirSync(join(folder, 'act'));
  // Beside it act makes the workspaces, which go with the run.
  symlinkSync(foldersOf(place).toolCache, join(folder, 'act/tool_cache'));
  for (const [name, text] of workflows.called)
    writeFileSync(join(called, '.github/workflows', name), text);
  const contents = {
    event: eventOf(run),
    hidden: {
      ...run.secrets,
      ...environmentValues(run.environments, 'secrets'),
      GITHUB_TOKEN: run.token,
    },
    variables: {
      ...run.variables,
      ...environmentValues(run.environments, 'variables'),
    },
    env: environmentOf(start),
  };
  for (const [name, content] of Object.entries(contents))
    // JSON is YAML too.
    write(
      folder,
      files[name as keyof typeof contents],
      JSON.stringify(content),
    );
  write(folder, files.workflow, workflows.workflow);
  return spawn(place.act, actArguments(start, called), {
    cwd: join(folder, 'work'),
    env: runnerEnvironment(place, { folder, trackingId }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Takes the secrets from the disk; act has read them when it says the first word of a job. */
export function forgetSecrets(folder: string): void {
  rmSync(join(folder, files.hidden), { force: true });
}

function write(folder: string, name: string, text: string) {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
}

function actArguments(
  { run, folder, actions }: ActStart,
  called: string,
): string[] {
  const file = (name: keyof typeof files) => join(folder, files[name]);
  const repositories = [[calledRepository, called], ...actions];
  return [
    run.event,
    ...['--json', '--workflows', file('workflow')],
    ...['--eventpath', file('event'), '--actor', run.actor],
    ...['--secret-file', file('hidden'), '--var-file', file('variables')],
    ...['--env-file', file('env'), '--input-file', join(folder, 'none')],
    ...['--action-cache-path', join(folder, 'act')],
    ...['--no-cache-server', '--container-daemon-socket', '-'],
    ...['--concurrent-jobs', '4', '--rm'],
    ...['self-hosted', 'linux', 'x64'].flatMap(label => [
      '--platform',
      `${label}=-self-hosted`,
    ]),
    ...repositories.flatMap(([name, path]) => [
      '--local-repository',
      `${name}=${path}`,
    ]),
  ];
}

/** `github.event`: inputs of a dispatch are texts in it, whatever their type. */
function eventOf({ payload }: TakenRun): Record<string, unknown> {
  const { inputs } = payload;
  if (inputs === null || typeof inputs !== 'object') return payload;
  return {
    ...payload,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [name, String(value)]),
    ),
  };
}

/** The variables with which GitHub describes a run. */
function environmentOf({ run, url, runnerName, trackingId }: ActStart) {
  const { owner, name } = run.repository;
  const repository = `${owner}/${name}`;
  const pull = run.payload.pull_request as
    { head?: { ref?: string }; base?: { ref?: string } } | undefined;
  return {
    GITHUB_SERVER_URL: url,
    GITHUB_API_URL: `${url}/api/v3`,
    GITHUB_GRAPHQL_URL: `${url}/api/graphql`,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_NUMBER: String(run.number),
    GITHUB_RUN_ATTEMPT: String(run.attempt),
    GITHUB_TRIGGERING_ACTOR: run.triggeringActor,
    GITHUB_WORKFLOW_REF: `${repository}/${run.path}@${run.ref}`,
    GITHUB_WORKFLOW_SHA: run.sha,
    GITHUB_REF: run.ref,
    GITHUB_REF_NAME: run.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_TYPE: run.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_HEAD_REF: pull?.head?.ref ?? '',
    GITHUB_BASE_REF: pull?.base?.ref ?? '',
    // This is what act calls it.
    SHA_REF: run.sha,
    RUNNER_NAME: runnerName,
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_TRACKING_ID: trackingId,
  };
}
