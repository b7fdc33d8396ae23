import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { must } from '../command';

/** Sleeps until it is told to end: holds the network of a pod together. */
const pauseProgram = `package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	<-end
}
`;

/** Says its version at / and that it is well at /healthz; one that is broken ends at once. */
const appProgram = `package main

import (
	"fmt"
	"net/http"
	"os"
)

var version, mode string

func main() {
	if mode == "broken" {
		fmt.Fprintln(os.Stderr, "the settings of version "+version+" cannot be read")
		os.Exit(3)
	}
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "web %s\\n", version) })
	http.ListenAndServe(":8080", nil)
}
`;

/** What the app of a version answers at /. */
export const bodyOf = (version: string) => `web ${version}`;

/** An archive, as \`docker save\` writes it, of the image that pods begin with. */
export function pauseImage(folder: string, name: string): Promise<string> {
  return scratchImage(folder, 'pause', name, pauseProgram);
}

/** The same of a version of the app. */
export function appImage(
  folder: string,
  version: string,
  isBroken = false,
): Promise<string> {
  return scratchImage(folder, `web-${version}`, `web:${version}`, appProgram, [
    `-X main.version=${version}`,
    ...(isBroken ? ['-X main.mode=broken'] : []),
  ]);
}

async function scratchImage(
  parent: string,
  title: string,
  name: string,
  program: string,
  linked: string[] = [],
): Promise<string> {
  const folder = path.join(parent, `image-${title}`);
  const at = (...names: string[]) => path.join(folder, ...names);
  fs.mkdirSync(at('layer'), { recursive: true });
  fs.writeFileSync(at('main.go'), program);
  fs.writeFileSync(at('go.mod'), 'module example.test/image\n\ngo 1.22\n');
  await must(
    'go',
    [
      ...['build', '-trimpath', '-ldflags', ['-s -w', ...linked].join(' ')],
      ...['-o', 'layer/main', '.'],
    ],
    { cwd: folder, env: { ...process.env, CGO_ENABLED: '0' } },
  );
  await must('tar', ['-cf', 'layer.tar', '-C', 'layer', 'main'], {
    cwd: folder,
  });
  const digest = createHash('sha256')
    .update(fs.readFileSync(at('layer.tar')))
    .digest('hex');
  fs.writeFileSync(
    at('config.json'),
    JSON.stringify({
      ...{ architecture: 'amd64', os: 'linux' },
      config: { Entrypoint: ['/main'], User: '65532' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created: '2026-01-01T00:00:00Z', created_by: title }],
    }),
  );
  fs.writeFileSync(
    at('manifest.json'),
    JSON.stringify([
      { Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] },
    ]),
  );
  const archive = path.join(parent, `${title}.tar`);
  await must(
    'tar',
    ['-cf', archive, 'manifest.json', 'config.json', 'layer.tar'],
    { cwd: folder },
  );
  return archive;
}
