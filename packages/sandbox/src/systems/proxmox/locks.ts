import { died } from './failure';
import type { GuestKind } from './state';
import type { Timing } from './timing';

const lockFile: Record<GuestKind, (vmid: number) => string> = {
  qemu: vmid => `/var/lock/qemu-server/lock-${vmid}.conf`,
  lxc: vmid => `/run/lock/lxc/pve-config-${vmid}.lock`,
};

/** The lock file of each guest: one at a time, the others wait a while and then give up. */
export class GuestLocks {
  readonly #held = new Map<number, Promise<void>>();
  readonly #timing: Timing;
  readonly #isStuck: (vmid: number) => boolean;

  /** @param isStuck - true while a fault holds the lock of a guest */
  constructor(timing: Timing, isStuck: (vmid: number) => boolean) {
    this.#timing = timing;
    this.#isStuck = isStuck;
  }

  /**
   * Takes the lock of a guest.
   *
   * @returns what gives it back
   * @throws ApiFailure 500 with "got timeout" when somebody else keeps it
   */
  async take(kind: GuestKind, vmid: number): Promise<() => void> {
    const deadline = Date.now() + this.#timing.lockTimeoutMs;
    while (this.#held.has(vmid) || this.#isStuck(vmid)) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw died(`can't lock file '${lockFile[kind](vmid)}' - got timeout`);
      // A stuck lock has no holder to wait for.
      await Promise.race([
        this.#held.get(vmid) ?? this.#timing.wait(left),
        this.#timing.wait(Math.min(left, 50)),
      ]);
    }
    let free: () => void = () => {};
    this.#held.set(
      vmid,
      new Promise(resolve => {
        free = resolve;
      }),
    );
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#held.delete(vmid);
      free();
    };
  }

  /** Does something under the lock of a guest. */
  async under<T>(
    kind: GuestKind,
    vmid: number,
    work: () => T | Promise<T>,
  ): Promise<T> {
    const release = await this.take(kind, vmid);
    try {
      return await work();
    } finally {
      release();
    }
  }
}
