// Python tools inside the clone, from requirements with checksums: Ansible and its linters in .tools/python, and what checks
// and runs workflows in .tools/checks.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './command.mjs';
import { hashOf, whenChanged } from './hash.mjs';
import { root, toolsDirectory } from './paths.mjs';
import { StepError } from './steps.mjs';

const environment = path.join(toolsDirectory, 'python');
const bin = path.join(environment, 'bin');
/** What Ansible would otherwise keep below the home folder. */
const home = path.join(toolsDirectory, 'ansible');

/**
 * @typedef {object} PythonTools
 * @property {string} python
 * @property {string} ansiblePlaybook
 * @property {string} ansibleLint
 * @property {string} yamllint
 * @property {string} playbooks the folder `ansible` of the clone
 * @property {string} version of ansible-core
 * @property {Record<string, string>} env to add to the environment of these programs
 */

/**
 * @typedef {object} CheckTools
 * @property {string} act
 * @property {string} detectSecrets
 * @property {string} python
 * @property {string} shellcheck
 * @property {string | undefined} zizmor absent for Python 3.10, which it does not support
 */

/** Runs one step of the installation. */
async function must(file, args, progress) {
  const { code, output } = await run(file, args, { onLine: progress });
  if (code !== 0) {
    throw new StepError(
      `Python tools could not be installed into .tools:\n${output}`,
      'check that this machine has the venv module of Python (Debian: python3-venv) and reaches its Python package registry, then start again',
    );
  }
  return output;
}

/** The Python that the environment is made with: the machine's, or the one that NANTE_PYTHON names. */
async function findPython() {
  const python = process.env.NANTE_PYTHON || 'python3';
  const { code, output } = await run(python, [
    '-c',
    'import sys; print(*sys.version_info[:2], sys.executable)',
  ]).catch(() => ({ code: 1, output: '' }));
  const [major, minor] = output.trim().split(' ').map(Number);
  if (code !== 0 || major !== 3 || minor < 10) {
    throw new StepError(
      `Ansible and the linters need Python 3.10 to 3.13, and ${python} is ${code === 0 ? `${major}.${minor}` : 'not here'}.`,
      'install one of them, or name it by NANTE_PYTHON, then start again',
    );
  }
  return { python, version: `${major}.${minor}` };
}

/**
 * Makes a Python environment in `.tools` when its requirements or the machine's Python changed.
 *
 * @param {string} directory of the environment
 * @param {string} requirements file with checksums
 * @param {(line: string) => void} progress gets the lines of the installer
 */
async function ensureEnvironment(directory, requirements, progress) {
  const { python, version } = await findPython();
  await whenChanged(
    path.join(directory, '.nante-stamp'),
    `${version} ${hashOf([requirements])}`,
    async () => {
      progress(`making ${path.relative(root, directory)}`);
      // Without --clear: tests keep packages of their own in it. Another Python does need a fresh one.
      const made = path.join(directory, 'lib', `python${version}`);
      const clear = fs.existsSync(made) ? [] : ['--clear'];
      await must(python, ['-m', 'venv', ...clear, directory], progress);
      await must(
        path.join(directory, 'bin', 'python'),
        [
          ...['-m', 'pip', 'install', '--disable-pip-version-check'],
          ...['--require-hashes', '-r', path.join(root, requirements)],
        ],
        progress,
      );
    },
  );
}

/**
 * Installs act, zizmor, shellcheck and detect-secrets into `.tools/checks`.
 *
 * @param {(line: string) => void} progress gets the lines of the installer
 * @returns {Promise<CheckTools>}
 * @throws {StepError} where they cannot be installed
 */
export async function ensureCheckTools(progress) {
  const directory = path.join(toolsDirectory, 'checks');
  await ensureEnvironment(directory, 'scripts/tools/checks.txt', progress);
  const program = name => path.join(directory, 'bin', name);
  return {
    act: program('act'),
    detectSecrets: program('detect-secrets'),
    python: program('python'),
    shellcheck: program('shellcheck'),
    zizmor: fs.existsSync(program('zizmor')) ? program('zizmor') : undefined,
  };
}

/** How long nobody tries again to get act where that failed: an installer without network takes its time to say so. */
const retryAfterMs = 24 * 3_600_000;

/**
 * Gets act for the sandbox's GitHub. Where it cannot be had everything else works, and the runs of workflows stay queued.
 *
 * @param {(line: string) => void} progress gets the lines of the installer
 * @returns {Promise<string>} how that went, for a person
 */
export async function ensureAct(progress) {
  const failed = path.join(toolsDirectory, 'checks.failed');
  const stat = fs.statSync(failed, { throwIfNoEntry: false });
  if (stat && Date.now() - stat.mtimeMs < retryAfterMs)
    return `not here, so workflows stay queued (tried today already; remove ${path.relative(root, failed)} to try again)`;
  try {
    await ensureCheckTools(progress);
    fs.rmSync(failed, { force: true });
    return 'there';
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    fs.mkdirSync(toolsDirectory, { recursive: true });
    fs.writeFileSync(failed, error.message);
    const reason = error.message.trim().split('\n').at(-1);
    return `not here, so workflows stay queued: ${reason}`;
  }
}

/**
 * Installs Ansible into `.tools/python`.
 *
 * @param {(line: string) => void} progress gets the lines of the installer
 * @returns {Promise<PythonTools>}
 * @throws {StepError} where it cannot be installed
 */
export async function ensurePython(progress) {
  await ensureEnvironment(
    environment,
    'scripts/tools/requirements.txt',
    progress,
  );
  fs.mkdirSync(path.join(home, 'tmp'), { recursive: true });
  const env = {
    // ansible-lint starts ansible-playbook by its name.
    PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
    ANSIBLE_HOME: home,
    ANSIBLE_LOCAL_TEMP: path.join(home, 'tmp'),
    ANSIBLE_CONFIG: path.join(root, 'ansible', 'ansible.cfg'),
    // Ansible refuses to start in a locale that is not UTF-8.
    LC_ALL: 'C.UTF-8',
  };
  const metadata = await must(
    path.join(bin, 'python'),
    [
      '-c',
      'from importlib.metadata import version; print(version("ansible-core"))',
    ],
    progress,
  );
  return {
    python: path.join(bin, 'python'),
    ansiblePlaybook: path.join(bin, 'ansible-playbook'),
    ansibleLint: path.join(bin, 'ansible-lint'),
    yamllint: path.join(bin, 'yamllint'),
    playbooks: path.join(root, 'ansible'),
    version: metadata.trim(),
    env,
  };
}
