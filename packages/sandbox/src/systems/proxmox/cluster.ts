import type { StandInContext } from '../../standIn';
import { createRandom, type Random } from '../../seed/random';
import type { GuestDriver } from '../../guests/driver';
import { createRecordDriver } from '../../guests/record';
import { createStateFile, type StateFile } from '../../storage/atomicFile';
import { AccessControl } from './access';
import { died } from './failure';
import { FaultBoard } from './faults';
import { specOf } from './guests/spec';
import { GuestLocks } from './locks';
import { seedCluster } from './seed/cluster';
import type { ClusterState, Guest, GuestKind } from './state';
import { TaskRunner } from './tasks';
import { Timing } from './timing';

/** Everything that the calls of one simulated cluster work with. */
export class Cluster {
  state: ClusterState;
  readonly timing = new Timing();
  readonly faults = new FaultBoard();
  readonly locks: GuestLocks;
  readonly access: AccessControl;
  readonly tasks: TaskRunner;
  readonly random: Random;
  readonly log: (line: string) => void;
  readonly #madeDriver: GuestDriver;
  readonly #seededDriver = createRecordDriver({
    bootMs: 0,
    leases: 'seeded',
  });
  readonly #file: StateFile<ClusterState>;
  readonly #seed: () => ClusterState;

  constructor(
    context: StandInContext,
    options: { guests: GuestDriver; guestCount?: number },
  ) {
    this.log = context.log;
    this.random = createRandom(context.seed);
    this.#madeDriver = options.guests;
    this.#madeDriver.onPowerOff(vmid => this.#noticePower(vmid));
    this.#seed = () => seedCluster(context.seed, options.guestCount);
    this.#file = createStateFile<ClusterState>(
      `${context.dataDir}/cluster.json`,
      () => this.state,
      250,
    );
    this.state = this.#file.load() ?? this.#seed();
    this.locks = new GuestLocks(this.timing, vmid =>
      this.faults.active('lock-held', fault => fault.vmid === vmid),
    );
    this.access = new AccessControl({
      seed: context.seed,
      poolsOf: path => this.#poolsOf(path),
      isTaken: privilege =>
        this.faults.active(
          'missing-privilege',
          fault => fault.privilege === privilege,
        ),
    });
    this.tasks = new TaskRunner({
      state: () => this.state,
      timing: this.timing,
      faults: this.faults,
      changed: () => this.changed(),
    });
  }

  /** The state has to be written soon. */
  changed(): void {
    this.#file.changed();
  }

  flush(): void {
    this.#file.flush();
  }

  /** Makes the drivers know what the state knows; guests that were running boot again, as those of a real node do. */
  async restore(): Promise<void> {
    this.#forgetUnfinished();
    for (const guest of this.guests()) {
      const driver = this.driver(guest);
      if (guest.seeded || !driver.real) await driver.create(specOf(guest));
      if (!guest.running || driver.status(guest.vmid) === 'running') continue;
      if (driver.real) this.#bootAgain(guest, driver);
      else await driver.start(specOf(guest));
    }
  }

  /** Takes away everything that was made and starts with the company as it was. */
  async reset(): Promise<void> {
    await this.tasks.stopAll();
    for (const guest of this.guests()) {
      const driver = this.driver(guest);
      if (driver.status(guest.vmid) === 'running')
        await driver.stop(guest.vmid);
      await driver.destroy(guest.vmid);
    }
    this.faults.clear();
    this.state = this.#seed();
    await this.restore();
    this.changed();
  }

  /** Half-made guests and their locks don't survive a restart; their tasks ended without a status. */
  #forgetUnfinished(): void {
    for (const guest of this.guests())
      if (guest.config.lock === 'create' || guest.config.lock === 'clone')
        delete this.state.guests[guest.vmid];
      else delete guest.config.lock;
    for (const task of this.state.tasks)
      if (task.exitstatus === undefined) {
        task.exitstatus = 'unexpected status';
        task.endtime = task.starttime;
      }
  }

  #bootAgain(guest: Guest, driver: GuestDriver): void {
    guest.running = false;
    driver.start(specOf(guest)).then(
      () => this.isRunning(guest),
      error =>
        this.log(
          `proxmox: guest ${guest.vmid} did not boot again: ${String(error)}`,
        ),
    );
  }

  /** Sets a fault; the one that stops running guests does so before this returns. */
  async setFault(
    kind: string,
    parameters: Record<string, unknown>,
  ): Promise<void> {
    this.faults.set(kind, parameters);
    if (kind !== 'freezes') return;
    for (const guest of this.guests())
      if (parameters.vmid === undefined || parameters.vmid === guest.vmid)
        await this.driver(guest).freeze?.(guest.vmid);
  }

  async clearFaults(): Promise<void> {
    this.faults.clear();
    for (const guest of this.guests())
      await this.driver(guest).thaw?.(guest.vmid);
  }

  guests(): Guest[] {
    return Object.values(this.state.guests);
  }

  /** @throws ApiFailure 500, as a configuration file that is not there */
  guest(kind: GuestKind, node: string, vmid: number): Guest {
    const guest = this.state.guests[vmid];
    if (!guest || guest.kind !== kind || guest.node !== node)
      throw died(
        `Configuration file 'nodes/${node}/${kind === 'qemu' ? 'qemu-server' : 'lxc'}/${vmid}.conf' does not exist`,
      );
    return guest;
  }

  /** The driver that holds the guest: seeded ones are records always. */
  driver(guest: Guest): GuestDriver {
    return guest.seeded ? this.#seededDriver : this.#madeDriver;
  }

  get guestDriver(): GuestDriver {
    return this.#madeDriver;
  }

  /** What is true now; a guest that powered itself off is noticed here. */
  isRunning(guest: Guest): boolean {
    const running = this.driver(guest).status(guest.vmid) === 'running';
    if (running !== guest.running) {
      guest.running = running;
      guest.startedAt = running ? nowSeconds() : undefined;
      this.changed();
    }
    return running;
  }

  /** A guest went down on its own. A container that came back is a new one to Proxmox, a machine's process goes on. */
  #noticePower(vmid: number): void {
    const guest = this.state.guests[vmid];
    if (!guest || !this.isRunning(guest) || guest.kind === 'qemu') return;
    guest.startedAt = nowSeconds();
    this.changed();
  }

  isOffline(node: string): boolean {
    return this.faults.active('node-offline', fault => fault.node === node);
  }

  #poolsOf(path: string): string[] {
    const guest = /^\/vms\/(\d+)$/.exec(path);
    if (guest) {
      const { pool } = this.state.guests[Number(guest[1])] ?? {};
      return pool ? [pool] : [];
    }
    const storage = /^\/storage\/([^/]+)$/.exec(path);
    if (!storage) return [];
    return this.state.pools
      .filter(pool => pool.storages.includes(storage[1]))
      .map(pool => pool.id);
  }
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
