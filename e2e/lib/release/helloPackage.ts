import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** What the package of a version serves. */
export const bodyOf = (version: string) => `Hello ${version}`;

/**
 * A package for the project Hello, with a script that Octopus runs on each target: a service that serves the folder.
 *
 * @param isBroken - its service never starts, so nothing answers
 * @returns path of the file
 */
export function makeHelloPackage(
  folder: string,
  version: string,
  isBroken = false,
): string {
  const content = path.join(folder, `hello-${version}`);
  fs.mkdirSync(content, { recursive: true });
  fs.writeFileSync(path.join(content, 'index.html'), `${bodyOf(version)}\n`);
  const program = isBroken
    ? '/bin/false'
    : '/usr/bin/python3 -m http.server 8080 --directory $PWD';
  fs.writeFileSync(
    path.join(content, 'PostDeploy.sh'),
    `set -eu
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
as_root tee /etc/systemd/system/hello.service >/dev/null <<UNIT
[Unit]
Description=Hello ${version}
[Service]
ExecStart=${program}
[Install]
WantedBy=multi-user.target
UNIT
as_root systemctl daemon-reload
as_root systemctl --quiet enable hello
as_root systemctl restart hello
echo "Hello ${version} is installed in $PWD"
`,
  );
  const file = path.join(folder, `hello-${version}.zip`);
  execFileSync(
    'python3',
    ['-m', 'zipfile', '-c', file, 'index.html', 'PostDeploy.sh'],
    { cwd: content },
  );
  return file;
}
