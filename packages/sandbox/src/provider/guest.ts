import { NanteError } from '@nante/model';
import { isMissing, pause, type Parameters, type ProxmoxApi } from './api';
import { text, type ObjectValue, type Value } from './values';

/** What the operations of a resource get. */
export interface Operation {
  api: ProxmoxApi;
  /** Ends when Terraform stops the provider. */
  signal: AbortSignal;
  /** A warning that Terraform shows; the operation goes on. */
  warn(summary: string, detail: string): void;
}

/** What happened so far in a create: a failure keeps the state when the guest exists already. */
export interface Progress {
  state?: ObjectValue;
}

/** A resource of the provider. */
export interface Resource {
  /** Attributes and blocks that the stand-in does; others are refused in a configuration. */
  served: ReadonlySet<string>;
  create(
    operation: Operation,
    planned: ObjectValue,
    progress: Progress,
  ): Promise<ObjectValue>;
  /** Undefined when the guest is gone. */
  read(
    operation: Operation,
    state: ObjectValue,
  ): Promise<ObjectValue | undefined>;
  update(
    operation: Operation,
    prior: ObjectValue,
    planned: ObjectValue,
  ): Promise<ObjectValue>;
  delete(operation: Operation, state: ObjectValue): Promise<void>;
  /** Completes a plan: what else becomes unknown, and which changes need a new guest. */
  plan(
    prior: ObjectValue | undefined,
    planned: ObjectValue,
  ): (string | number)[][];
}

export type Config = Record<string, unknown>;

/** One guest of Proxmox by node and id. */
export class Guest {
  readonly #api: ProxmoxApi;
  readonly #kind: 'qemu' | 'lxc';
  readonly node: string;
  readonly id: number | string;
  readonly path: string;

  constructor(
    api: ProxmoxApi,
    kind: 'qemu' | 'lxc',
    node: string,
    vmid: number | string,
  ) {
    this.#api = api;
    this.#kind = kind;
    this.node = node;
    this.id = vmid;
    this.path = `nodes/${encodeURIComponent(node)}/${kind}/${vmid}`;
  }

  config(signal: AbortSignal): Promise<Config> {
    return this.#api.get<Config>(`${this.path}/config`, signal);
  }

  status(signal: AbortSignal): Promise<{ status: string; lock?: string }> {
    return this.#api.get(`${this.path}/status/current`, signal);
  }

  /** Makes it; what was made by an attempt whose answer got lost is taken for it. */
  async create(parameters: Parameters, signal: AbortSignal): Promise<void> {
    await this.#api.task(
      this.node,
      () =>
        this.#api.send(
          'POST',
          `nodes/${encodeURIComponent(this.node)}/${this.#kind}`,
          { vmid: this.id, ...parameters },
          signal,
        ),
      signal,
      { alreadyDone: 'already exists' },
    );
  }

  async configure(parameters: Parameters, signal: AbortSignal): Promise<void> {
    await this.#api.send('PUT', `${this.path}/config`, parameters, signal);
  }

  /** Makes a call that starts a task, and waits for it. */
  task(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    parameters: Parameters | undefined,
    signal: AbortSignal,
    options?: { attempts?: number; alreadyDone?: string; retry?: boolean },
  ): Promise<void> {
    return this.#api.task(
      this.node,
      () =>
        this.#api.send<string | null>(
          method,
          `${this.path}${path}`,
          parameters,
          signal,
        ),
      signal,
      options,
    );
  }

  /** Starts it; one that runs already is fine. */
  async start(
    parameters: Parameters | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.task('POST', '/status/start', parameters, signal, {
        alreadyDone: 'already running',
      });
    } catch (error) {
      if (!(
        error instanceof Error && error.message.includes('already running')
      ))
        throw error;
    }
  }

  async waitForStatus(status: string, signal: AbortSignal): Promise<void> {
    while ((await this.status(signal)).status !== status)
      await pause(1000, signal);
  }

  async waitForUnlock(signal: AbortSignal): Promise<void> {
    while ((await this.status(signal)).lock) await pause(1000, signal);
  }

  /** Proves that it is gone after its deletion. */
  async expectGone(signal: AbortSignal): Promise<void> {
    try {
      await this.status(signal);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    throw new NanteError('failed', `failed to delete the guest ${this.path}`);
  }
}

/** A signal that ends with the operation or after so many seconds. */
export function deadline(
  signal: AbortSignal,
  limit: Value | undefined,
): AbortSignal {
  const given = typeof limit === 'number' && limit > 0 ? limit : 1800;
  return AbortSignal.any([signal, AbortSignal.timeout(given * 1000)]);
}

/** Seconds of a duration such as `15m`, `120s` or `1m30s`. */
export function seconds(duration: Value | undefined): number {
  const parts = [...text(duration).matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  return parts.reduce(
    (sum, [, amount, unit]) =>
      sum + Number(amount) * ({ h: 3600, m: 60, s: 1, ms: 0.001 }[unit] ?? 0),
    0,
  );
}

/** Finds the node of a guest, as Proxmox lists it; undefined when it is gone. */
export async function findNode(
  operation: Operation,
  vmid: string,
): Promise<string | undefined> {
  const rows = await operation.api.get<{ vmid?: number; node: string }[]>(
    'cluster/resources?type=vm',
    operation.signal,
  );
  return rows.find(row => String(row.vmid) === vmid)?.node;
}

/** The id that was asked for, or the next free one. */
export async function chooseId(
  operation: Operation,
  planned: ObjectValue,
): Promise<number> {
  if (typeof planned.vm_id === 'number' && planned.vm_id > 0)
    return planned.vm_id;
  return Number(
    await operation.api.get<string | number>(
      'cluster/nextid',
      operation.signal,
    ),
  );
}
