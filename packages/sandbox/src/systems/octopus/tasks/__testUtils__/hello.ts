import { zipOf } from './feed';

/** A package that serves its page on port 8080 by a service; a broken one serves nothing. */
export function helloPackage(text: string, isBroken = false): Buffer {
  const program = isBroken
    ? '/bin/false'
    : '/usr/bin/python3 -m http.server 8080 --directory $PWD';
  return zipOf({
    'index.html': text,
    'PostDeploy.sh': `set -eu
sudo -n tee /etc/systemd/system/hello.service >/dev/null <<UNIT
[Service]
ExecStart=${program}
[Install]
WantedBy=multi-user.target
UNIT
sudo -n systemctl daemon-reload
sudo -n systemctl enable --quiet hello
sudo -n systemctl restart hello
`,
  });
}
