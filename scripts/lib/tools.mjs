// Gets what is missing into .tools, inside the clone. Nothing is installed elsewhere.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { canRun, run } from './command.mjs';
import { hashOf, whenChanged } from './hash.mjs';
import { root, toolsDirectory } from './paths.mjs';
import { StepError } from './steps.mjs';

const nodeMajors = [22, 24];
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Pinned archive for machines without Terraform; sums of the vendor's SHA256SUMS. */
const terraform = {
  version: '1.11.4',
  sums: {
    linux_amd64:
      '1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc',
    darwin_amd64:
      'a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b',
    darwin_arm64:
      '867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18',
  },
};

const toolsModules = path.join(toolsDirectory, 'node_modules');

function bundledNode() {
  const name = `node-${process.platform}-${process.arch}`;
  const file = path.join(toolsModules, name, 'bin', 'node');
  return fs.existsSync(file) ? file : undefined;
}

/** Installs Node and Yarn from the committed lock into .tools. */
async function installNodeTools(progress) {
  await whenChanged(
    path.join(toolsDirectory, 'tools.stamp'),
    hashOf(['scripts/tools/package-lock.json', 'scripts/tools/package.json']),
    async () => {
      fs.mkdirSync(toolsDirectory, { recursive: true });
      for (const name of ['package.json', 'package-lock.json']) {
        fs.copyFileSync(
          path.join(root, 'scripts/tools', name),
          path.join(toolsDirectory, name),
        );
      }
      const { code, output } = await run(
        npm,
        ['ci', '--no-audit', '--no-fund', '--ignore-scripts'],
        {
          cwd: toolsDirectory,
          onLine: progress,
        },
      );
      if (code !== 0) {
        throw new StepError(
          `npm could not install Node and Yarn into .tools:\n${output}`,
          'check that this machine reaches its npm registry (npm ping), then start again',
        );
      }
    },
  );
}

/**
 * The Node to run everything with, and Yarn.
 *
 * @param {(line: string) => void} progress
 * @returns {Promise<{ node: string, yarn: string, env: NodeJS.ProcessEnv }>}
 */
export async function ensureNode(progress) {
  await installNodeTools(progress);
  const current = nodeMajors.includes(
    Number(process.versions.node.split('.')[0]),
  );
  const node = current ? process.execPath : bundledNode();
  if (!node) {
    throw new StepError(
      `Node ${process.versions.node} is here, and Backstage needs Node 22 or 24; there is no package of it for ${process.platform}-${process.arch}.`,
      'install Node 24 (https://nodejs.org), then start again',
    );
  }
  const yarn = path.join(toolsModules, '@yarnpkg/cli-dist/bin/yarn.js');
  const env = {
    ...process.env,
    PATH: [
      path.dirname(node),
      path.join(toolsDirectory, 'bin'),
      process.env.PATH,
    ].join(path.delimiter),
    // One base image for all sandboxes of this clone: building it takes a minute.
    NANTE_GUEST_IMAGE_DIR:
      process.env.NANTE_GUEST_IMAGE_DIR ??
      path.join(toolsDirectory, 'guest-image'),
  };
  return { node, yarn, env };
}

/**
 * Installs the packages of the lock file.
 *
 * @param {{ node: string, yarn: string, env: NodeJS.ProcessEnv }} tools
 * @param {(line: string) => void} progress
 */
export async function ensurePackages(tools, progress) {
  const manifests = fs
    .readdirSync(root, { withFileTypes: true })
    .filter(
      entry =>
        entry.isDirectory() && ['packages', 'plugins'].includes(entry.name),
    )
    .flatMap(entry =>
      fs
        .readdirSync(path.join(root, entry.name))
        .map(name => `${entry.name}/${name}/package.json`),
    );
  const hash = hashOf([
    'yarn.lock',
    'package.json',
    '.yarnrc.yml',
    'e2e/package.json',
    'benchmarks/package.json',
    ...manifests,
  ]);
  const done = await whenChanged(
    path.join(root, 'node_modules/.nante-stamp'),
    hash,
    async () => {
      const { code, output } = await run(
        tools.node,
        [tools.yarn, 'install', '--immutable'],
        {
          cwd: root,
          env: tools.env,
          onLine: progress,
        },
      );
      if (code !== 0) {
        throw new StepError(
          `yarn install failed:\n${output}`,
          'check that this machine reaches its npm registry and has 3 GB free, then start again',
        );
      }
    },
  );
  return done ? 'installed' : 'as the lock file says';
}

async function findTerraform(env) {
  try {
    const { code, output } = await run('terraform', ['version', '-json'], {
      env,
    });
    if (code !== 0) return undefined;
    const version = JSON.parse(
      output.slice(output.indexOf('{')),
    ).terraform_version;
    const [major, minor] = version.split('.').map(Number);
    return major > 1 || minor >= 11
      ? { tool: 'terraform', version }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Terraform 1.11 or newer: from the PATH, else the pinned archive.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} progress
 */
export async function ensureTerraform(env, progress) {
  const found = await findTerraform(env);
  if (found) return found;
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const sum = terraform.sums[platform];
  const remedy =
    'install Terraform 1.11 or newer and put it on the PATH, then start again';
  if (!sum)
    throw new StepError(
      `There is no Terraform on the PATH, and no pinned archive for ${platform}.`,
      remedy,
    );
  const name = `terraform_${terraform.version}_${platform}.zip`;
  const url = `https://releases.hashicorp.com/terraform/${terraform.version}/${name}`;
  progress(`downloading ${url}`);
  let archive;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    archive = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new StepError(
      `There is no Terraform on the PATH, and ${url} can't be fetched: ${error.message}`,
      remedy,
    );
  }
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== sum) {
    throw new StepError(
      `${url} has the checksum ${actual}, not ${sum}: it was not used.`,
      remedy,
    );
  }
  const bin = path.join(toolsDirectory, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  const zip = path.join(toolsDirectory, name);
  fs.writeFileSync(zip, archive);
  // Python is a prerequisite anyway and brings a zip reader; Node does not.
  const { code, output } = await run('python3', [
    '-m',
    'zipfile',
    '-e',
    zip,
    bin,
  ]);
  fs.rmSync(zip);
  if (code !== 0)
    throw new StepError(
      `The archive could not be unpacked: ${output}`,
      'install Python 3.10 or newer',
    );
  fs.chmodSync(path.join(bin, 'terraform'), 0o755);
  return { tool: 'terraform', version: terraform.version };
}

/**
 * Checks what cannot be installed into the clone.
 */
export async function checkPrerequisites() {
  if (!(await canRun('git')))
    throw new StepError('git is missing.', 'install git, then start again');
  const python = await run('python3', [
    '-c',
    'import sys; print(sys.version_info >= (3, 10))',
  ]).catch(() => undefined);
  if (!python?.output.includes('True')) {
    throw new StepError(
      'Python 3.10 or newer is missing.',
      'install Python 3.10 or newer, then start again',
    );
  }
  return `Node ${process.versions.node}, git, Python`;
}
