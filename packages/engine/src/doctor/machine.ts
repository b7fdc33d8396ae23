import { constants } from 'node:fs';
import { access, mkdir, statfs } from 'node:fs/promises';
import type { Diagnosis } from '@nante/model';
import type { EngineContext } from '../context';
import { createRedactor, runProcess } from '../process';
import { ask, fine, wrong } from './report';
import { remedies } from './remedies';

const oldestNode = 22;
const oldestTerraform = { terraform: [1, 11], tofu: [1, 10] } as const;
const neededBytes = 1024 ** 3;

/** The machine that the engine runs on, and its programs. */
export async function examineMachine(
  context: EngineContext,
): Promise<Diagnosis[]> {
  return [
    nodeVersion(),
    ...(await workDirectory(context)),
    ...runner(context, process.env),
    await terraform(context),
    await ansible(context),
    await ssh(),
  ];
}

function nodeVersion(): Diagnosis {
  const where = {
    id: 'node',
    group: 'machine',
    title: 'Node is new enough',
  } as const;
  const { node } = process.versions;
  return Number.parseInt(node, 10) >= oldestNode
    ? fine(where, node)
    : wrong(where, `It is ${node}.`, remedies.node!);
}

async function workDirectory({
  options: { workDirectory: folder },
}: EngineContext): Promise<Diagnosis[]> {
  const writable = await ask(
    {
      id: 'work-directory',
      group: 'machine',
      title: 'The work directory can be written to',
    },
    async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await access(folder, constants.W_OK | constants.X_OK);
      return folder;
    },
    remedies['work-directory'],
  );
  if (writable.state !== 'ok') return [writable];
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const where = {
    id: 'space',
    group: 'machine',
    title: 'The work directory has room',
  } as const;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  return [
    writable,
    free >= neededBytes
      ? fine(where, text)
      : wrong(where, `Only ${text}.`, remedies.space!),
  ];
}

/** In a workflow: whether what has to survive a job does. Elsewhere there is nothing to say. */
function runner(
  { options: { workDirectory: folder } }: EngineContext,
  env: NodeJS.ProcessEnv,
): Diagnosis[] {
  if (env.GITHUB_ACTIONS !== 'true') return [];
  const where = {
    id: 'runner',
    group: 'machine',
    title: 'What has to survive a job lies where it does',
  } as const;
  const emptied = [env.RUNNER_TEMP, env.GITHUB_WORKSPACE].find(
    path => path && `${folder}/`.startsWith(`${path.replace(/\/+$/, '')}/`),
  );
  if (emptied)
    return [
      wrong(
        where,
        `${folder} lies in ${emptied}, which a runner empties: a Terraform that goes on after a cancel would lose its state.`,
        remedies.runner!,
      ),
    ];
  return [
    env.RUNNER_ENVIRONMENT === 'github-hosted'
      ? wrong(
          where,
          'This runner is thrown away after its job, and with it a state that could not be uploaded.',
          remedies.runner!,
          'warning',
        )
      : fine(where, `${env.RUNNER_NAME ?? 'runner'}, ${folder}`),
  ];
}

async function terraform(context: EngineContext): Promise<Diagnosis> {
  const { tool } = context.options.terraform;
  const where = {
    id: 'terraform',
    group: 'tools',
    title: 'Terraform is there and new enough',
  } as const;
  const found = await ask(
    where,
    async () => {
      const { terraform: version, provider } = await context.tools();
      return `${version}, provider ${provider}`;
    },
    remedies.terraform,
  );
  if (found.state !== 'ok') return found;
  const [major, minor] = oldestTerraform[tool];
  const [, ...version] = /(\d+)\.(\d+)/.exec(found.message ?? '') ?? [];
  const isOld =
    Number(version[0]) < major ||
    (Number(version[0]) === major && Number(version[1]) < minor);
  return isOld
    ? wrong(where, `It is ${found.message}.`, remedies.terraform!)
    : found;
}

async function ansible(context: EngineContext): Promise<Diagnosis> {
  const where = {
    id: 'ansible',
    group: 'tools',
    title: 'Ansible is there',
  } as const;
  const missing = (message: string) =>
    wrong(where, message, remedies.ansible!, 'warning');
  const { ansible: installation } = context.options;
  if (!installation) return missing('There is no ansible-playbook.');
  const version = await context.tools().then(
    tools => tools.ansible,
    () => undefined,
  );
  return version
    ? fine(where, version)
    : missing(`ansible-playbook in ${installation.bin} does not answer.`);
}

async function ssh(): Promise<Diagnosis> {
  return ask(
    { id: 'ssh', group: 'tools', title: 'The SSH client is there' },
    async () => {
      const lines: string[] = [];
      await runProcess({
        file: 'ssh',
        args: ['-V'],
        timeoutMs: 10_000,
        redactor: createRedactor(),
        onLine: (_stream, line) => lines.push(line),
      });
      return lines[0];
    },
    remedies.ssh,
  );
}
