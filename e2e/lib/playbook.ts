import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PythonTools } from '../../scripts/lib/python.mjs';
import { runCommand } from './command';

/** A host as the inventory has it. */
export interface PlayHost {
  name: string;
  address: string;
  user: string;
}

/** How a play ended. */
export interface PlayResult {
  code: number;
  ok: number;
  changed: number;
  seconds: number;
  output: string;
}

/** Marks every string as data: Ansible then never reads it as a template. */
export function asData(value: unknown): unknown {
  if (typeof value === 'string') return { __ansible_unsafe: value };
  if (Array.isArray(value)) return value.map(asData);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, asData(inner)]),
    );
  return value;
}

/** Plays the playbooks of the clone by the real `ansible-playbook` over SSH. */
export class Playbooks {
  readonly #tools: PythonTools;
  readonly #folder: string;
  readonly #keyFile: string;

  /**
   * @param folder - for inventory, variables, facts, host keys and SSH's sockets
   * @param undo - the connections that SSH keeps open are closed by it
   */
  constructor(
    tools: PythonTools,
    folder: string,
    keyFile: string,
    undo: (() => unknown)[],
  ) {
    this.#tools = tools;
    this.#folder = folder;
    this.#keyFile = keyFile;
    undo.push(() => this.#hangUp());
  }

  get #sockets() {
    return path.join(this.#folder, 'cp');
  }

  /** Notes the keys of a host, which must not change afterwards. */
  async learnHostKey(address: string): Promise<boolean> {
    const { output } = await runCommand('ssh-keyscan', [
      ...['-T', '2', '-t', 'ed25519', address],
    ]);
    if (!output.trim()) return false;
    writeFileSync(path.join(this.#folder, 'known_hosts'), output, {
      flag: 'a',
    });
    return true;
  }

  /**
   * Plays one playbook on one host, or on several at once; then the numbers are those of all of them.
   *
   * @param variables - strings in them are data
   * @param flags - such as `--check`
   * @param environment - added to that of Ansible, such as secrets
   */
  async play(
    playbook: 'bootstrap' | 'site',
    host: PlayHost | readonly PlayHost[],
    variables: Record<string, unknown>,
    flags: string[] = [],
    environment: Record<string, string> = {},
  ): Promise<PlayResult> {
    const hosts = [host].flat() as PlayHost[];
    const inventory = path.join(this.#folder, `${hosts[0].name}.json`);
    const known = path.join(this.#folder, 'known_hosts');
    writeFileSync(
      inventory,
      JSON.stringify({
        all: {
          hosts: Object.fromEntries(
            hosts.map(({ name, address, user }) => [
              name,
              {
                ansible_host: address,
                ansible_user: user,
                // Whoever is root needs no sudo.
                ...(user === 'root' ? { ansible_become: false } : {}),
                ansible_ssh_private_key_file: this.#keyFile,
                ansible_ssh_common_args: `-o UserKnownHostsFile=${known} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes`,
              },
            ]),
          ),
        },
      }),
    );
    const file = path.join(this.#folder, 'variables.json');
    writeFileSync(file, JSON.stringify(asData(variables)));
    const started = performance.now();
    const lines: string[] = [];
    const { code } = await runCommand(
      this.#tools.ansiblePlaybook,
      ['-i', inventory, `${playbook}.yml`, '-e', `@${file}`, ...flags],
      {
        cwd: this.#tools.playbooks,
        env: {
          ...process.env,
          ...this.#tools.env,
          ANSIBLE_NOCOLOR: '1',
          ANSIBLE_SSH_CONTROL_PATH_DIR: this.#sockets,
          ANSIBLE_CACHE_PLUGIN: 'jsonfile',
          ANSIBLE_CACHE_PLUGIN_CONNECTION: path.join(this.#folder, 'facts'),
          ...environment,
        },
        onLine: line => lines.push(line),
      },
    );
    const output = lines.join('\n');
    const recap = [...output.matchAll(/: ok=(\d+)\s+changed=(\d+)/g)];
    const sum = (group: number) =>
      recap.reduce((total, found) => total + Number(found[group]), 0);
    return {
      code,
      ok: sum(1),
      changed: sum(2),
      seconds: Math.round((performance.now() - started) / 100) / 10,
      output,
    };
  }

  async #hangUp(): Promise<void> {
    let sockets: string[] = [];
    try {
      sockets = readdirSync(this.#sockets);
    } catch {
      return;
    }
    for (const name of sockets) {
      const socket = path.join(this.#sockets, name);
      await runCommand('ssh', ['-O', 'exit', '-S', socket, 'nobody']);
      rmSync(socket, { force: true });
    }
  }
}
