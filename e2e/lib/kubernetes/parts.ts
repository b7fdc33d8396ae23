import fs from 'node:fs';
import path from 'node:path';
import { root } from '../../../scripts/lib/paths.mjs';
import { must, runCommand } from '../command';
import { say, SkipScenario } from '../report';

/** Upstream Kubernetes, whose parts are built from their Go module: no registry of packages has their programs. */
const version = 'v1.36.3';

/** Its programs, each with how its command is made. */
const programs = {
  'kube-apiserver': 'app.NewAPIServerCommand()',
  'kube-controller-manager': 'app.NewControllerManagerCommand()',
  'kube-scheduler': 'app.NewSchedulerCommand()',
  kubelet: 'app.NewKubeletCommand(context.Background())',
} as const;

/** Paths of the programs of a cluster. */
export type KubernetesParts = Record<keyof typeof programs | 'etcd', string>;

const folder = path.join(root, '.tools/kubernetes', version);

/**
 * The programs of a cluster; what is not there yet is built, once, which takes a quarter of an hour on two cores.
 *
 * @throws SkipScenario where they are neither there nor can be made
 */
export async function kubernetesParts(): Promise<KubernetesParts> {
  fs.mkdirSync(folder, { recursive: true });
  const parts = Object.fromEntries(
    Object.keys(programs).map(name => [name, path.join(folder, name)]),
  );
  if (!Object.values(parts).every(file => fs.existsSync(file)))
    await buildPrograms();
  return { ...parts, etcd: await etcd() } as KubernetesParts;
}

async function buildPrograms(): Promise<void> {
  const { code } = await runCommand('go', ['version']).catch(() => ({
    code: 1,
  }));
  if (code !== 0)
    throw new SkipScenario(
      "there is no Go to build Kubernetes' programs, and they are not there",
    );
  say(
    `  building Kubernetes ${version} from its Go module, once; a quarter of an hour on two cores`,
  );
  const source = path.join(folder, 'source');
  fs.mkdirSync(source, { recursive: true });
  fs.writeFileSync(
    path.join(source, 'go.mod'),
    `module example.test/kubernetes\n\ngo 1.26\n\nrequire k8s.io/kubernetes ${version}\n`,
  );
  await go(source, 'mod', 'download', `k8s.io/kubernetes@${version}`);
  const module = await go(
    source,
    ...['list', '-m', '-f', '{{.Dir}}', `k8s.io/kubernetes@${version}`],
  );
  // Its own go.mod names its staging modules by a version that exists nowhere.
  const staged = fs
    .readFileSync(path.join(module.trim(), 'go.mod'), 'utf8')
    .matchAll(/^\s*(k8s\.io\/[a-z0-9-]+) v0\.0\.0$/gm);
  const replacements = [...new Set([...staged].map(([, name]) => name))].map(
    name => `replace ${name} => ${name} ${version.replace(/^v1/, 'v0')}\n`,
  );
  fs.appendFileSync(path.join(source, 'go.mod'), replacements.join(''));
  for (const [name, command] of Object.entries(programs)) {
    fs.mkdirSync(path.join(source, name), { recursive: true });
    fs.writeFileSync(
      path.join(source, name, 'main.go'),
      programText(name, command),
    );
  }
  await go(source, 'mod', 'tidy');
  for (const name of Object.keys(programs)) {
    if (fs.existsSync(path.join(folder, name))) continue;
    say(`  building ${name}`);
    await go(
      source,
      ...['build', '-ldflags'],
      `-s -w -X k8s.io/component-base/version.gitVersion=${version}`,
      ...['-o', path.join(folder, name), `./${name}`],
    );
  }
}

function programText(name: string, command: string): string {
  const context = command.includes('context.') ? '\t"context"\n' : '';
  return `package main

import (
${context}\t"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/${name}/app"
)

func main() { os.Exit(cli.Run(${command})) }
`;
}

function go(cwd: string, ...args: string[]): Promise<string> {
  return must('go', args, {
    cwd,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
}

/** Debian's etcd, taken out of its package: installed, it would start a service on this machine. */
async function etcd(): Promise<string> {
  const onPath = await runCommand('etcd', ['--version']).catch(() => undefined);
  if (onPath?.code === 0) return 'etcd';
  const file = path.join(folder, 'etcd/usr/bin/etcd');
  if (fs.existsSync(file)) return file;
  const download = path.join(folder, 'etcd-package');
  fs.rmSync(download, { recursive: true, force: true });
  fs.mkdirSync(download);
  const { code, output } = await runCommand(
    'apt-get',
    ['download', '-q', 'etcd-server'],
    { cwd: download },
  ).catch(() => ({ code: 1, output: 'apt-get is not here' }));
  const [archive] = fs.readdirSync(download);
  if (code !== 0 || !archive)
    throw new SkipScenario(`etcd cannot be had: ${output}`);
  await runCommand('dpkg-deb', [
    ...['--extract', path.join(download, archive), path.join(folder, 'etcd')],
  ]);
  return file;
}
