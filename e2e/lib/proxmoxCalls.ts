import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { Endpoints } from '@nante/sandbox';
import { until } from './until';

/** How a guest is made. */
export interface GuestWish {
  kind: 'vm' | 'lxc';
  vmId: number;
  name: string;
  /** CIDR notation. */
  address: string;
  gateway: string;
  vlan: number;
  publicKey: string;
  /** User of cloud-init; containers are entered as root. */
  user: string;
  /** 512 unless told. */
  memoryMb?: number;
  /** A container that may run containers. */
  nesting?: boolean;
}

const node = '/nodes/pve1';
const template = 9000;

/** Makes guests by the calls that Proxmox documents, past every client of the product. */
export class ProxmoxCalls {
  readonly #endpoints: Endpoints;

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
  }

  /** Makes a guest and starts it; resolves when it was started, not when it answers. */
  async make(wish: GuestWish): Promise<void> {
    const { vmId, name, address, gateway, vlan, publicKey } = wish;
    const { memoryMb = 512, nesting = false } = wish;
    if (wish.kind === 'lxc') {
      await this.task('POST', `${node}/lxc`, {
        vmid: vmId,
        hostname: name,
        ostemplate: 'local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst',
        rootfs: 'volume=vmdata:8',
        memory: memoryMb,
        unprivileged: 1,
        ...(nesting ? { features: 'nesting=1' } : {}),
        net0: `name=eth0,bridge=vmbr0,ip=${address},gw=${gateway},tag=${vlan}`,
        'ssh-public-keys': publicKey,
      });
    } else {
      await this.task('POST', `${node}/qemu/${template}/clone`, {
        newid: vmId,
        name,
      });
      await this.call('PUT', `${node}/qemu/${vmId}/config`, {
        memory: memoryMb,
        net0: `model=virtio,bridge=vmbr0,tag=${vlan}`,
        ipconfig0: `ip=${address},gw=${gateway}`,
        ciuser: wish.user,
        sshkeys: encodeURIComponent(publicKey),
      });
    }
    await this.power(wish, 'start');
  }

  /** Asks for a change of power and waits until it is done. */
  power(
    { kind, vmId }: Pick<GuestWish, 'kind' | 'vmId'>,
    change: 'start' | 'reboot' | 'stop',
  ): Promise<void> {
    const type = kind === 'vm' ? 'qemu' : 'lxc';
    return this.task('POST', `${node}/${type}/${vmId}/status/${change}`, {});
  }

  /** Makes a call that starts a task, and waits for its good end. */
  async task(
    method: string,
    path: string,
    fields: Record<string, string | number>,
  ): Promise<void> {
    const id = encodeURIComponent(
      String(await this.call(method, path, fields)),
    );
    const end = await until(`the end of ${path}`, async () => {
      const answer = (await this.call(
        'GET',
        `${node}/tasks/${id}/status`,
      ).catch(() => undefined)) as { exitstatus?: string } | undefined;
      return answer?.exitstatus;
    });
    if (end !== 'OK') throw new Error(`${method} ${path}: ${end}`);
  }

  /** Makes a call as the root user. */
  call(
    method: string,
    path: string,
    fields?: Record<string, string | number>,
  ): Promise<unknown> {
    const { url, ca, tokens } = this.#endpoints.proxmox!;
    const body = fields
      ? new URLSearchParams(
          Object.entries(fields).map(([key, value]) => [key, String(value)]),
        ).toString()
      : undefined;
    return new Promise((resolve, reject) => {
      const request = https.request(
        `${url}/api2/json${path}`,
        {
          method,
          ca: readFileSync(String(ca)),
          timeout: 30_000,
          headers: {
            authorization: `PVEAPIToken=${(tokens as { root: string }).root}`,
            ...(body === undefined
              ? {}
              : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
        },
        response => {
          let text = '';
          response.setEncoding('utf8').on('data', chunk => {
            text += chunk;
          });
          response.on('end', () => {
            if (response.statusCode === 200)
              resolve((JSON.parse(text) as { data: unknown }).data);
            else
              reject(
                new Error(`${method} ${path}: ${response.statusCode} ${text}`),
              );
          });
        },
      );
      request.on('timeout', () =>
        request.destroy(new Error(`${method} ${path}: no answer in 30 s`)),
      );
      request.on('error', reject);
      request.end(body);
    });
  }
}
