import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Where a runner works, and with what. */
export interface RunnerPlace {
  /** Folder of everything that the runner writes. */
  folder: string;
  act: string;
  /** Folders that come first on the `PATH` of jobs. */
  path: string[];
  /** Environment of every job. */
  env: Record<string, string>;
}

/** The runner's own programs. */
// eslint-disable-next-line no-restricted-syntax -- it is run from its sources only, where the programs lie beside it
export const toolsFolder = join(__dirname, 'tools');

/** Variables of the sandbox's own environment that a job may see: where packages come from, and how the network is reached. */
const passedOn =
  /^(GO[A-Z]+|PIP_\w+|UV_\w+|NPM_CONFIG_\w+|(HTTPS?|NO|ALL)_PROXY|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|DOCKER_HOST|LANG|LC_\w+|TZ)$/i;

/** Folders of a place. */
export function foldersOf({ folder }: RunnerPlace) {
  return {
    runs: join(folder, 'runs'),
    actions: join(folder, 'actions'),
    home: join(folder, 'home'),
    toolCache: join(folder, 'tool-cache'),
    /** Programs for every step, after those of the place. */
    bin: join(folder, 'bin'),
    /** The Node of JavaScript actions; steps find the real one. */
    actionsBin: join(folder, 'actions-bin'),
    /** The sandbox's own Node, without whatever lies beside it. */
    node: join(folder, 'node'),
  };
}

/** Makes the folders and forgets the runs of an earlier start. */
export function preparePlace(place: RunnerPlace): void {
  const folders = foldersOf(place);
  for (const name of ['runs', 'bin', 'actionsBin', 'node'] as const)
    rmSync(folders[name], { recursive: true, force: true });
  for (const folder of Object.values(folders))
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  symlinkSync(join(toolsFolder, 'node.sh'), join(folders.actionsBin, 'node'));
  for (const name of ['node', 'npm', 'npx']) {
    const file = join(dirname(process.execPath), name);
    if (name === 'node')
      symlinkSync(process.execPath, join(folders.node, name));
    else if (existsSync(file)) symlinkSync(file, join(folders.node, name));
  }
  // What a run left half made.
  for (const name of readdirSync(folders.actions))
    if (/^[0-9a-f]{32}\./.test(name) && !/\.(json|whole)$/.test(name))
      rmSync(join(folders.actions, name), { recursive: true, force: true });
}

/** The environment in which act and its steps run; what the workflow itself sets comes above it. */
export function runnerEnvironment(
  place: RunnerPlace,
  run: { folder: string; trackingId: string },
): Record<string, string> {
  const { home, bin, actionsBin, node } = foldersOf(place);
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      passedOn.test(entry[0]) && entry[1] !== undefined,
  );
  const person = homedir();
  const files = {
    GOENV: join(person, '.config/go/env'),
    PIP_CONFIG_FILE: join(person, '.config/pip/pip.conf'),
    NPM_CONFIG_USERCONFIG: join(person, '.npmrc'),
  };
  return {
    // What a machine has compiled and fetched is there for the next job, whatever sandbox it is of.
    GOCACHE: join(person, '.cache/go-build'),
    GOMODCACHE: join(person, 'go/pkg/mod'),
    ...Object.fromEntries(
      Object.entries(files).filter(([, file]) => existsSync(file)),
    ),
    ...Object.fromEntries(own),
    ...place.env,
    PATH: [
      ...[actionsBin, node],
      ...[...place.path, process.env.PATH, bin],
    ].join(delimiter),
    HOME: home,
    XDG_CACHE_HOME: join(home, '.cache'),
    // act gives some of its children a terminal.
    TERM: 'dumb',
    RUNNER_TRACKING_ID: run.trackingId,
    NANTE_RUNNER_RUN: run.folder,
    NANTE_RUNNER_TOOLS: toolsFolder,
    NANTE_RUNNER_BIN: actionsBin,
    NANTE_RUNNER_NODE: process.execPath,
  };
}
