import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import {
  startSandbox,
  type Endpoints,
  type SandboxOptions,
} from '@nante/sandbox';
import { ensurePython } from '../../../scripts/lib/python.mjs';
import { requireLab } from '../lab';
import { Playbooks, type PlayHost, type PlayResult } from '../playbook';
import { ProxmoxCalls, type GuestWish } from '../proxmoxCalls';
import { part, say } from '../report';
import { temporaryFolder } from '../sandbox';
import { createKeyPair, ssh } from '../ssh';
import { until } from '../until';

/** A VLAN that no other sandbox on the machine uses; its low byte is the network's second number, its high byte the third. */
const vlan = 1170;
const subnet = `10.${vlan % 256}.${Math.floor(vlan / 256)}`;

/** The administrator that `bootstrap.yml` makes. */
export const admin = 'anna';

/** A guest as Proxmox, Ansible and a person know it. */
export type RoleGuest = GuestWish & PlayHost;

/** A role with its arguments, as the request has it. */
export interface AskedRole {
  name: string;
  arguments?: Record<string, unknown>;
}

/** What a play is told beside its roles. */
export interface PlayOptions {
  flags?: string[];
  /** Variables of the environment, such as secrets. */
  env?: Record<string, string>;
}

/** How a role went the first and the second time. */
export interface Twice {
  changed: [number, number];
  seconds: number[];
  /** The fastest repeat, as a part of the first run. */
  ratio: number;
}

/** Fails with the end of what Ansible said. */
export function succeeded(result: PlayResult): PlayResult {
  assert.equal(result.code, 0, result.output.slice(-6000));
  return result;
}

/**
 * What a browser would be told by the site of that name.
 *
 * @param ca - certificate to trust; HTTPS with it
 */
export function read(
  { address }: PlayHost,
  port: number,
  name = 'shop.example.test',
  ca?: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port,
      headers: { host: name },
      timeout: 3_000,
    };
    const take = (response: http.IncomingMessage) => {
      let body = '';
      response.setEncoding('utf8').on('data', chunk => (body += chunk));
      response.on('end', () => resolve(body));
    };
    const request = ca
      ? https.get({ ...options, ca, servername: name }, take)
      : http.get(options, take);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}

/** A sandbox with two guests, a virtual machine and a container, and Ansible to configure them. */
export class RoleLab {
  readonly gateway = `${subnet}.1`;
  /** In the network of the guests, and nobody has it. */
  readonly nobody = `${subnet}.99`;

  private constructor(
    readonly ansible: string,
    readonly endpoints: Endpoints,
    readonly proxmox: ProxmoxCalls,
    readonly playbooks: Playbooks,
    readonly guests: readonly RoleGuest[],
    readonly key: { file: string; publicKey: string },
  ) {}

  /**
   * @param options - of the sandbox, in place of what it is started with otherwise
   * @param kinds - of its guests; several of a kind are told apart by a number
   * @throws SkipScenario where no guest can be booted
   */
  static async open(
    undo: (() => unknown)[],
    options: Pick<SandboxOptions, 'systems' | 'packages'> = {},
    kinds: readonly ('vm' | 'lxc')[] = ['vm', 'lxc'],
  ): Promise<RoleLab> {
    const data = temporaryFolder(undo);
    await requireLab(data);
    const tools = await part('Ansible', () => ensurePython(() => {}));
    say(`  ansible-core ${tools.version}`);
    const sandbox = await part('Sandbox', () =>
      startSandbox({
        dataDir: data,
        guests: 'nspawn',
        systems: [
          ...['proxmox', 'tailscale', 'openobserve', 'packages'],
          ...['octopus', 'nexus'],
        ] as SandboxOptions['systems'],
        ...options,
        log: say,
      }),
    );
    undo.push(() => sandbox.stop());
    const proxmox = new ProxmoxCalls(sandbox.endpoints);
    const key = createKeyPair(data);
    const playbooks = new Playbooks(tools, data, key.file, undo);
    const guest = (kind: 'vm' | 'lxc', index: number): RoleGuest => ({
      ...{ kind, vmId: 7001 + index, vlan, publicKey: key.publicKey },
      name:
        kinds.indexOf(kind) < index
          ? `roles-${kind}-${index}`
          : `roles-${kind}`,
      address: `${subnet}.${21 + index}`,
      gateway: `${subnet}.1`,
      user: kind === 'vm' ? 'ops' : 'root',
      // For an engine with its containers.
      memoryMb: 1024,
      nesting: true,
    });
    const guests = kinds.map(guest);
    await part(`Guests: ${kinds.join(', ')}`, async () => {
      for (const wish of guests) {
        await proxmox.make({ ...wish, address: `${wish.address}/24` });
        await until(`SSH of ${wish.name}`, () =>
          playbooks.learnHostKey(wish.address),
        );
      }
    });
    return new RoleLab(
      tools.version,
      sandbox.endpoints,
      proxmox,
      playbooks,
      guests,
      key,
    );
  }

  /** Applies roles by `site.yml`. */
  site(
    host: PlayHost | readonly PlayHost[],
    roles: readonly AskedRole[],
    { flags, env }: PlayOptions = {},
  ): Promise<PlayResult> {
    return this.playbooks.play(
      'site',
      host,
      { nante_roles: roles },
      flags,
      env,
    );
  }

  /** Runs a command on a host over SSH. */
  run(host: RoleGuest, command: string, user = host.user) {
    return ssh(this.key.file, `${user}@${host.address}`, command);
  }

  /** Runs a script as root, and answers what it printed. @throws Error when it fails */
  async root(host: RoleGuest, script: string): Promise<string> {
    const quoted = script.replaceAll("'", `'\\''`);
    const { code, output } = await this.run(host, `sudo -n sh -ec '${quoted}'`);
    assert.equal(code, 0, `${host.name}: ${output}`);
    return output;
  }

  /**
   * Plays twice, and a third time where the second took longer than allowed: others work on this machine too, so one slow run
   * proves nothing and two do.
   *
   * @param play - gets the flags of that run
   * @param limit - how much of the first run's time the second may take
   */
  async twice(
    host: RoleGuest,
    title: string,
    play: (flags: string[], again: boolean) => Promise<PlayResult>,
    limit = Infinity,
  ): Promise<Twice> {
    const first = await part(`${host.name}: ${title}`, async () =>
      // Of a new host nobody has any facts yet.
      succeeded(await play(['--flush-cache'], false)),
    );
    const again = async (how: string) => {
      const result = await part(`${host.name}: ${title} ${how}`, async () =>
        succeeded(await play([], true)),
      );
      assert.equal(result.changed, 0, result.output.slice(-6000));
      return result;
    };
    const second = await again('again');
    const seconds = [first.seconds, second.seconds];
    const ratio = () =>
      Math.round((Math.min(...seconds.slice(1)) / seconds[0]) * 100) / 100;
    if (ratio() > limit) seconds.push((await again('once more')).seconds);
    return {
      changed: [first.changed, second.changed],
      seconds,
      ratio: ratio(),
    };
  }

  /** Restarts a guest by Proxmox and waits until one can log in again. */
  async restart(host: RoleGuest): Promise<void> {
    const bootId = 'cat /proc/sys/kernel/random/boot_id';
    const before = await this.run(host, bootId);
    await this.proxmox.power(host, 'reboot');
    await until('another boot', async () => {
      const now = await this.run(host, bootId);
      return now.code === 0 && now.output !== before.output;
    });
  }
}
