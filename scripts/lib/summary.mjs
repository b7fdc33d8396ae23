/** Results of the checks of a run, closed by one line that a machine can read. */
export class Summary {
  #passed = 0;
  #failed = [];
  #skipped = [];

  /** @param {number} [count] */
  pass(count = 1) {
    this.#passed += count;
  }

  /** @param {string} name @param {number} [count] */
  fail(name, count = 1) {
    for (let i = 0; i < count; i += 1) this.#failed.push(name);
  }

  /** @param {string} name @param {string} reason */
  skip(name, reason) {
    this.#skipped.push(`${name}: ${reason}`);
  }

  /** Prints what failed, what was skipped and why, and the closing line; answers the exit code. */
  close() {
    for (const line of this.#skipped) console.log(`skipped  ${line}`);
    for (const name of new Set(this.#failed)) console.log(`failed   ${name}`);
    console.log(
      `${this.#passed} passed, ${this.#failed.length} failed, ${this.#skipped.length} skipped`,
    );
    return this.#failed.length > 0 || this.#passed === 0 ? 1 : 0;
  }
}
