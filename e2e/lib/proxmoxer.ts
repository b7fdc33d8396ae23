import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Endpoints } from '@nante/sandbox';
import { hashOf, whenChanged } from '../../scripts/lib/hash.mjs';
import { root, toolsDirectory } from '../../scripts/lib/paths.mjs';
import { runCommand } from './command';

// Apart from Ansible's: neither must bring the other libraries that it does not want.
const environment = path.join(toolsDirectory, 'proxmoxer');
const python = path.join(environment, 'bin', 'python');
const requirements = 'e2e/requirements.txt';

const program = `
import json, os
from proxmoxer import ProxmoxAPI

user, rest = os.environ["TOKEN"].split("!", 1)
name, secret = rest.split("=", 1)
proxmox = ProxmoxAPI(
    os.environ["ADDRESS"], user=user, token_name=name, token_value=secret, verify_ssl=os.environ["CA"]
)
print(json.dumps([
    {**guest, "config": getattr(proxmox.nodes(guest["node"]), guest["type"])(guest["vmid"]).config.get()}
    for guest in proxmox.cluster.resources.get(type="vm")
    if "nante" in guest.get("tags", "").split(";")
]))
`;

/** A guest as proxmoxer, a client that others wrote, lists it. */
export interface ListedGuest {
  vmid: number;
  name: string;
  type: string;
  status: string;
  config: { cores?: unknown; memory?: unknown };
}

/**
 * Lists the guests with our tag by proxmoxer, which is installed into `.tools/proxmoxer` where it is missing.
 *
 * @param folder - for the program
 * @returns the guests, or why there is no proxmoxer
 */
export async function listByProxmoxer(
  folder: string,
  { proxmox }: Endpoints,
): Promise<ListedGuest[] | string> {
  const problem = await install();
  if (problem) return problem;
  const file = path.join(folder, 'list.py');
  writeFileSync(file, program);
  const complaints: string[] = [];
  const { code, output } = await runCommand(python, [file], {
    env: {
      PATH: process.env.PATH,
      ADDRESS: new URL(proxmox!.url).host,
      CA: String(proxmox!.ca),
      TOKEN: (proxmox!.tokens as { read: string }).read,
    },
    onLine: line => complaints.push(line),
  });
  if (code !== 0)
    throw new Error(`proxmoxer failed:\n${complaints.slice(-10).join('\n')}`);
  return JSON.parse(output) as ListedGuest[];
}

async function install(): Promise<string | undefined> {
  try {
    await whenChanged(
      path.join(environment, '.nante-e2e-stamp'),
      hashOf([requirements]),
      async () => {
        await must('python3', ['-m', 'venv', environment]);
        await must(python, [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--disable-pip-version-check',
          '-r',
          path.join(root, requirements),
        ]);
      },
    );
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function must(file: string, args: string[]): Promise<void> {
  const lines: string[] = [];
  const { code } = await runCommand(file, args, {
    onLine: line => lines.push(line),
  });
  if (code !== 0)
    throw new Error(
      `${path.basename(file)} ${args[1]} failed: ${lines.filter(Boolean).at(-1) ?? code}`,
    );
}
