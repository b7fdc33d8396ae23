// Tests of the repositories' own: what a developer and the pipeline run in them. What this machine does not have is said.
import fs from 'node:fs';
import path from 'node:path';
import { canRun, run } from '../lib/command.mjs';
import { toolsDirectory } from '../lib/paths.mjs';

const goEnvironment = {
  // Nothing is downloaded: there is nothing to download.
  ...{ GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' },
};

/** Runs a program; answers its output where it fails. */
async function failure(folder, file, args, env = {}) {
  const { code, output } = await run(file, args, {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  return code === 0 ? [] : [`${file} ${args.join(' ')}: ${output}`];
}

async function go(folder) {
  const { output } = await run('gofmt', ['-l', '.'], { cwd: folder });
  return [
    ...(output ? [`gofmt would change ${output}`] : []),
    ...(await failure(folder, 'go', ['vet', './...'], goEnvironment)),
    ...(await failure(folder, 'go', ['test', './...'], goEnvironment)),
  ];
}

async function image(folder, { name }) {
  const build = await failure(
    folder,
    'go',
    ['build', '-trimpath', '-o', `bin/${name}`, '.'],
    { ...goEnvironment, CGO_ENABLED: '0', GOOS: 'linux' },
  );
  if (build.length > 0) return build;
  // Storage of its own, which goes with the folder.
  const storage = [
    ...['--root', path.join(folder, '.storage')],
    ...['--runroot', path.join(folder, '.run'), '--storage-driver', 'vfs'],
  ];
  return failure(folder, 'buildah', [
    ...[...storage, 'bud', '--isolation', 'chroot', '--layers=false'],
    ...['--tag', 'app', '.'],
  ]);
}

function helm() {
  const ours = path.join(toolsDirectory, 'bin', 'helm');
  return fs.existsSync(ours) ? ours : 'helm';
}

async function chart(folder, { name }) {
  const digest = `sha256:${'0'.repeat(64)}`;
  return [
    ...(await failure(folder, helm(), ['lint', '--strict', 'chart'])),
    ...(await failure(folder, helm(), [
      ...['template', name, 'chart', '--set', 'host=app.example.test'],
      ...['--set', `image=registry.example.test/${name}@${digest}`],
      ...['--set', 'environment.LOG=info,imagePullSecret=registry'],
    ])),
  ];
}

const has = (folder, file) => fs.existsSync(path.join(folder, file));

/** By name: what it looks at, which program it needs, and the work. */
const tests = [
  {
    name: 'Go: gofmt, vet and tests',
    file: 'go.mod',
    needs: ['go', 'version'],
    work: go,
  },
  {
    name: 'the image builds',
    ...{ file: 'Dockerfile', needs: ['buildah'], work: image },
  },
  {
    name: 'helm lint',
    file: 'chart/Chart.yaml',
    needs: [helm(), 'version'],
    work: chart,
  },
  {
    name: 'check.py',
    ...{ file: 'check.py', needs: ['python3'] },
    work: folder => failure(folder, 'python3', ['check.py']),
  },
  {
    name: 'systemd takes the unit',
    ...{ file: 'deploy/app.service', needs: ['systemd-analyze'] },
    work: async (folder, { name }) => {
      // It looks whether the program is there.
      const unit = fs
        .readFileSync(path.join(folder, 'deploy/app.service'), 'utf8')
        .replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true');
      const file = path.join(folder, `${name}.service`);
      fs.writeFileSync(file, unit);
      const found = await failure(folder, 'systemd-analyze', ['verify', file]);
      fs.rmSync(file);
      return found;
    },
  },
];

/**
 * Runs what fits a repository.
 *
 * @param {string} folder
 * @param {{ name: string }} app
 * @returns {Promise<{ name: string, problems?: string[], reason?: string }[]>} `reason`: why it did not run
 */
export async function runPrograms(folder, app) {
  const results = [];
  for (const { name, file, needs, work } of tests) {
    const [program, ...asked] = needs;
    if (!has(folder, file)) continue;
    results.push(
      (await canRun(program, asked.length > 0 ? asked : undefined))
        ? { name, problems: await work(folder, app) }
        : { name, reason: `needs ${path.basename(program)}` },
    );
  }
  return results;
}
