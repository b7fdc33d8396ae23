/** Concurrency groups of jobs: one of each runs, the others wait in their order. */
export class ConcurrencyGroups {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Waits for a turn.
   *
   * @returns gives it back; may be called more than once
   */
  async enter(group: string): Promise<() => void> {
    const before = this.#last.get(group) ?? Promise.resolve();
    let leave = () => {};
    const mine = new Promise<void>(resolve => {
      leave = resolve;
    });
    const all = before.then(() => mine);
    this.#last.set(group, all);
    void all.then(() => {
      if (this.#last.get(group) === all) this.#last.delete(group);
    });
    await before;
    return leave;
  }
}
