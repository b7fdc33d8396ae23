import fs from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Endpoints } from '@nante/sandbox';
import { useScanner } from '../../packages/sandbox/src/systems/github/runner/scanner';
import { toolsDirectory } from '../../scripts/lib/paths.mjs';
import { ensureCheckTools, ensurePython } from '../../scripts/lib/python.mjs';
import { type ActPlace, startWorkflow, type Dispatch } from './act';
import { runCommand } from './command';
import { part, say } from './report';
import { temporaryFolder } from './sandbox';
import { callerRepository, copyOfNante } from './workflowRepositories';

/** A runner with a caller's repository, and the same program as a command line beside it. */
export interface WorkflowPlace extends ActPlace {
  /** Starts a workflow and waits for its end. */
  run(dispatch: Dispatch): ReturnType<typeof startWorkflow>['ended'];
  /** Calls the bundle as a person does on a terminal. */
  terminal(
    args: readonly string[],
  ): Promise<{ code: number; output: string; log: string }>;
  /** Terraform's and Ansible's work of the runner. */
  work: string;
}

/**
 * Makes the repositories and what a runner has, pointed at a sandbox.
 *
 * @param data - folder of the sandbox
 * @param options.keys - public keys that may log in to hosts
 * @param options.callers - more workflows, by file name
 * @param options.sources - files of the caller's repository, by path
 * @param options.ansible - of the runner; a terminal has it on its PATH
 */
export async function workflowPlace(
  undo: (() => unknown)[],
  data: string,
  endpoints: Endpoints,
  options: {
    keys: string;
    callers?: Record<string, string>;
    sources?: Record<string, string>;
    ansible: 'on the PATH' | 'got by setup-tools';
  },
): Promise<WorkflowPlace> {
  const [{ act }, { ansiblePlaybook }] = await part('act and Ansible', () =>
    Promise.all([ensureCheckTools(() => {}), ensurePython(() => {})]),
  );
  const node = path.dirname(process.execPath);
  const withAnsible = [node, path.dirname(ansiblePlaybook)];
  const folder = temporaryFolder(undo);
  const [nante, caller] = await part(
    'Two repositories: Nante with a fresh bundle, and a team that calls it',
    () =>
      Promise.all([
        copyOfNante(path.join(folder, 'nante')),
        callerRepository(
          path.join(folder, 'shop'),
          options.callers ?? {},
          options.sources,
        ),
      ]),
  );
  for (const change of [...nante.changes, ...caller.changes])
    say(`  for act ${change}`);
  const home = path.join(folder, 'home');
  fs.mkdirSync(home);
  const work = path.join(home, 'work');
  const bin = path.join(folder, 'bin');
  fs.mkdirSync(bin);
  await useScanner(bin, []);
  const env = {
    NANTE_ENDPOINTS: path.join(data, 'endpoints.json'),
    NANTE_WORK_DIRECTORY: work,
    // What this machine has compiled before.
    GOCACHE: path.join(homedir(), '.cache/go-build'),
    GOMODCACHE: path.join(homedir(), 'go/pkg/mod'),
  };
  const place: ActPlace = {
    ...{ act, home, env, nante: nante.folder, caller: caller.folder },
    token: String(endpoints.doppler?.token),
    vars: { TEAM_SSH_KEYS: options.keys },
    // act runs the JavaScript of actions with the Node that it finds.
    path: [
      ...(options.ansible === 'on the PATH' ? withAnsible : [node]),
      path.join(toolsDirectory, 'bin'),
      bin,
    ],
  };
  const bundle = path.join(nante.folder, '.github/actions/nante/dist/index.js');
  return {
    ...place,
    work,
    run: dispatch => startWorkflow(place, dispatch).ended,
    async terminal(args) {
      let log = '';
      const { code, output } = await runCommand(
        process.execPath,
        [bundle, ...args],
        {
          cwd: folder,
          env: {
            ...env,
            PATH: [...withAnsible, process.env.PATH].join(path.delimiter),
            HOME: home,
          },
          onLine: line => {
            log += `${line}\n`;
          },
        },
      );
      return { code, output, log };
    },
  };
}
