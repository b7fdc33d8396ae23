import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseDriver } from '../../../guests';
import type { GuestDriver } from '../../../guests/driver';
import {
  createLabKey,
  eventually,
  type LabKey,
} from '../../../guests/__testUtils__/lab';
import { TestCluster, type Fields, type Json } from '../testing';

/** A stand-in whose guests are booted, for a test. */
export class LabCluster {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'lab-'));
  readonly vlan: number;
  key!: LabKey;
  cluster!: TestCluster;
  guests!: GuestDriver;
  readonly #lines: string[] = [];

  /** @param vlan - one that no sandbox and no other test on the same machine uses */
  constructor(vlan: number) {
    this.vlan = vlan;
  }

  async start(): Promise<void> {
    const log = (line: string) => void this.#lines.push(line);
    this.key = await createLabKey(this.dataDir);
    this.guests = await chooseDriver('nspawn', { dataDir: this.dataDir, log });
    await this.guests.prepare(log);
    this.cluster = new TestCluster(this.guests);
    await this.cluster.start();
    // Booting takes what it takes, and a template is cloned once at a time.
    await this.cluster.times({ lockTimeoutMs: 30_000 });
  }

  async remove(): Promise<void> {
    await this.cluster?.remove();
    await this.guests?.clean();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Makes a call that starts a task and waits until it went well. */
  async done(method: string, path: string, fields?: Fields): Promise<void> {
    const ended = await this.cluster.ended(
      await this.cluster.call(method, path, fields, 'root'),
    );
    if (ended !== 'OK')
      throw new Error(`${method} ${path}: ${ended}\n${this.#lines.join('\n')}`);
  }

  /** What Proxmox says of a guest now. */
  async status(path: string): Promise<Json> {
    return (await this.cluster.call('GET', `${path}/status/current`)).data;
  }

  /** The data of a call, null where there are none. */
  async ask(path: string, fields?: Fields): Promise<Json> {
    return (await this.cluster.call('GET', path, fields)).data;
  }

  /** Waits for the agent of a VM, or the card of a container, and gives the login. */
  async login(path: string): Promise<string> {
    const isContainer = path.includes('/lxc/');
    const address = await eventually(
      `answer from ${path}: ${this.#lines.join('\n')}`,
      async () => {
        if (isContainer) {
          const cards = await this.ask(`${path}/interfaces`);
          return cards
            ?.find((card: { name: string }) => card.name === 'eth0')
            ?.inet?.split('/')[0];
        }
        const answer = await this.ask(`${path}/agent/network-get-interfaces`);
        return answer?.result
          .find((card: { name: string }) => card.name === 'eth0')
          ?.['ip-addresses'].find(
            (item: Fields) => item['ip-address-type'] === 'ipv4',
          )?.['ip-address'];
      },
    );
    return `${isContainer ? 'root' : 'ops'}@${address}`;
  }

  /** Clones the template into a VM that is off. */
  async makeMachine(vmid: number, more: Fields = {}): Promise<string> {
    const path = `/nodes/pve1/qemu/${vmid}`;
    const created = await this.cluster.cloneTo(vmid, { name: `lab-${vmid}` });
    if ((await this.cluster.ended(created)) !== 'OK')
      throw new Error('no clone');
    const changed = await this.cluster.call('PUT', `${path}/config`, {
      memory: 256,
      cores: 1,
      ciuser: 'ops',
      sshkeys: encodeURIComponent(this.key.publicKey),
      net0: `model=virtio,bridge=vmbr0,tag=${this.vlan}`,
      ...more,
    });
    if (changed.status !== 200) throw new Error(JSON.stringify(changed));
    return path;
  }

  /** Switches a guest on, waits for it and gives the login. */
  async boot(path: string): Promise<string> {
    await this.done('POST', `${path}/status/start`);
    return this.login(path);
  }

  /** Cuts a guest's power and removes it. */
  async drop(path: string): Promise<void> {
    await this.done('POST', `${path}/status/stop`);
    await this.done('DELETE', path);
  }
}
