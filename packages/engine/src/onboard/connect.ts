import { createHash } from 'node:crypto';
import { NanteError, type OnboardRequest } from '@nante/model';
import { learnHostKeys } from '../ansible/hostKeys';
import { checkHosts } from '../ansible/inventory';
import type { Run } from '../operation/executeRun';
import { openHostShell } from '../ssh/hostShell';

/** How often a server is asked for its key, a second apart: it ought to be on. */
const scanTries = 3;
const lookTimeoutMs = 60_000;

/** What a server says of itself. */
export interface ServerFacts {
  /** Keys that it shows, the best type first. */
  hostKeys: string[];
  /** Name of its system, such as `Debian GNU/Linux 12 (bookworm)`. */
  system: string;
  /** Modules of Ansible can run. */
  hasPython: boolean;
}

/** Reads and tells; nothing that a person typed is in it. */
const lookScript = `
echo "user=$(id -un)"
if test -r /etc/os-release; then . /etc/os-release; fi
echo "id=$ID"
echo "like=$ID_LIKE"
echo "system=$PRETTY_NAME"
if test "$(id -u)" = 0; then echo root=0; else echo "root=$(LC_ALL=C sudo -n id -u 2>&1 </dev/null | tail -n 1)"; fi
if test -x /usr/bin/python3; then echo python=yes; else echo python=no; fi
`;

/**
 * Logs in to a server and looks who we are there and what it is. Changes nothing but what a login always leaves in its logs.
 *
 * @param pinned - keys that it has to show; without them it is asked for its keys, once
 * @throws NanteError `unreachable`, `unauthorized` (our key, or no sudo), `refused` (another host key, or a system that the
 *   roles are not for)
 */
export async function lookAtServer(
  run: Pick<Run, 'redactor' | 'signal'>,
  request: OnboardRequest,
  privateKey: string,
  pinned?: readonly string[],
): Promise<ServerFacts> {
  const { redactor, signal } = run;
  const { name, address, port, loginUser } = request;
  const [server] = checkHosts([
    { name, address, port, user: loginUser, hostKeys: pinned },
  ]);
  const [host] = pinned
    ? [server]
    : await learnHostKeys([server], { redactor, signal, tries: scanTries });
  const shell = await openHostShell({ host, privateKey, redactor, signal });
  try {
    const said = answers(await shell.run(lookScript, lookTimeoutMs));
    const where = `${name} (${address})`;
    if (said.root !== '0')
      throw new NanteError(
        'unauthorized',
        `${loginUser} may not become root on ${where}: ${said.root || 'sudo says nothing'}`,
        {
          hint: `Nothing was changed. Let ${loginUser} use sudo without a password, or log in as somebody who may.`,
        },
      );
    const family = [said.id, ...(said.like ?? '').split(' ')];
    if (!family.includes('debian') && !family.includes('ubuntu'))
      throw new NanteError(
        'refused',
        `${where} is no Debian or Ubuntu, but ${said.system || 'something that does not say what it is'}.`,
        { hint: 'Nothing was changed. Our roles are for Debian and Ubuntu.' },
      );
    return {
      hostKeys: host.hostKeys,
      system: said.system || said.id || '',
      hasPython: said.python === 'yes',
    };
  } finally {
    await shell.close();
  }
}

/** Fingerprint of a host key, as `ssh-keygen -lf` on the server's console shows it. */
export function fingerprint(hostKey: string): string {
  const [type, base64] = hostKey.split(' ');
  const hash = createHash('sha256').update(Buffer.from(base64, 'base64'));
  return `SHA256:${hash.digest('base64').replace(/=+$/, '')} (${type})`;
}

function answers(lines: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(
    lines
      .map(line => /^([a-z]+)=(.*)$/.exec(line))
      .flatMap(found => (found ? [[found[1], found[2].trim()]] : [])),
  );
}
