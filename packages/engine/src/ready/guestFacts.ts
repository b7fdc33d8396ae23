import { NanteError } from '@nante/model';
import type { HostShell } from '../ssh/hostShell';

/** What a guest says of itself. */
export interface GuestFacts {
  user: string;
  hostname: string;
  /** IPv4 addresses. */
  addresses: string[];
  /** Bytes of the file system of `/`. */
  rootBytes: number;
  /** Lines of the user's `authorized_keys`, type and base64 only. */
  keys: string[];
}

/** Only what every Debian has, and nothing that a person typed. */
const script = String.raw`
echo "user=$(id -un)"
echo "hostname=$(uname -n)"
hostname -I 2>/dev/null | tr ' ' '\n' | sed -n 's/^\([0-9.]*\)$/address=\1/p'
echo "root=$(df -B1 --output=size / | tail -n 1)"
sed -n 's/^/key=/p' ~/.ssh/authorized_keys
`;

const askMs = 15_000;

/**
 * Asks a guest what cloud-init made of it.
 *
 * @throws what the shell throws; `failed` when the answer is incomplete
 */
export async function guestFacts(shell: HostShell): Promise<GuestFacts> {
  const lines = await shell.run(script, askMs);
  const all = (name: string) =>
    lines.flatMap(line => {
      const text = line.startsWith(`${name}=`)
        ? line.slice(name.length + 1).trim()
        : '';
      return text ? [text] : [];
    });
  const [user] = all('user');
  const [hostname] = all('hostname');
  if (!user || !hostname)
    throw new NanteError(
      'failed',
      `The guest does not say who it is: ${lines.slice(0, 3).join(' ') || 'it says nothing'}.`,
    );
  return {
    user,
    hostname,
    addresses: all('address').filter(address => address !== ''),
    rootBytes: Number(all('root')[0] ?? 0),
    keys: all('key').map(publicKey),
  };
}

/** A public key without options and comment. */
export function publicKey(line: string): string {
  const [, key] = /((?:ssh|ecdsa|sk)-\S+ \S+)/.exec(line) ?? [];
  return key ?? line;
}
