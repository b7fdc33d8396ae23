import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuestDriver } from '../../guests/driver';
import { createRecordDriver } from '../../guests/record';
import type { StandIn } from '../../standIn';
import { createProxmox } from './index';

/** An answer's body with its status; what is inside differs from call to call. */
export type Json = Record<string, any>;
export type Fields = Record<string, string | number>;

/** A stand-in for a test, in a folder of its own, whose tasks hardly take time. */
export class TestCluster {
  proxmox!: StandIn;
  readonly #folder = mkdtempSync(join(tmpdir(), 'proxmox-'));
  readonly #guests: GuestDriver;

  /** @param guests - what guests are, records unless told */
  constructor(guests: GuestDriver = createRecordDriver({ bootMs: 0 })) {
    this.#guests = guests;
  }

  async start(): Promise<void> {
    this.proxmox = await createProxmox(
      { dataDir: this.#folder, seed: 1, log: () => {} },
      { guests: this.#guests },
    );
    await this.times({
      factor: 0.02,
      unauthorizedDelayMs: 0,
      lockTimeoutMs: 100,
      taskVisibleAfterMs: 0,
    });
  }

  async remove(): Promise<void> {
    await this.proxmox.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Changes how long things take. */
  async times(settings: Record<string, number>): Promise<void> {
    const body = JSON.stringify(settings);
    const request = new Request('https://control', { method: 'POST', body });
    await this.proxmox.control?.(request, 'time-scale');
  }

  /**
   * Makes a call.
   *
   * @param as - name of a token, or `user@realm!id=secret`
   */
  async call(
    method: string,
    path: string,
    fields?: Fields,
    as = 'provision',
  ): Promise<Json> {
    const form = new URLSearchParams(
      Object.entries(fields ?? {}).map(([key, value]) => [key, String(value)]),
    );
    const sends = fields !== undefined && ['POST', 'PUT'].includes(method);
    const query = fields && !sends ? `?${form}` : '';
    const tokens = this.proxmox.credentials.tokens as Record<string, string>;
    const response = await this.proxmox.fetch(
      new Request(`https://pve/api2/json${path}${query}`, {
        method,
        headers: { authorization: `PVEAPIToken=${tokens[as] ?? as}` },
        body: sends ? form : undefined,
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      reason: response.statusText,
      ...(text ? (JSON.parse(text) as Json) : {}),
    };
  }

  /** Waits for the task that an answer names and gives its exit status. */
  async ended(answer: Json): Promise<string> {
    if (answer.status !== 200) throw new Error(JSON.stringify(answer));
    const upid: string = answer.data;
    const path = `/nodes/${upid.split(':')[1]}/tasks/${encodeURIComponent(upid)}/status`;
    for (;;) {
      const { data } = await this.call('GET', path, undefined, 'root');
      if (data.status === 'stopped') return data.exitstatus;
      await new Promise(resolve => setTimeout(resolve, 5));
    }
  }

  /** Clones the Debian template on the first node. */
  cloneTo(newid: number, more: Fields = {}): Promise<Json> {
    const fields = { newid, name: 'web-1', full: 1, ...more };
    return this.call('POST', '/nodes/pve1/qemu/9000/clone', fields);
  }
}
