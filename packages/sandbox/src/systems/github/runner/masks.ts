/** Takes secrets out of the lines of a run. */
export class Masks {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  constructor(values: Iterable<string> = []) {
    for (const value of values) this.add(value);
  }

  /** Hides a value from now on, and each line of one with several. */
  add(value: string): void {
    for (const line of value.split(/\r?\n/)) {
      const text = line.trim();
      // As at GitHub, what is too short would hide half of each line.
      if (text.length < 2) continue;
      this.#values.add(text);
      this.#values.add(JSON.stringify(text).slice(1, -1));
      this.#values.add(Buffer.from(text).toString('base64'));
    }
    if (value.includes('\n'))
      this.#values.add(Buffer.from(value).toString('base64'));
    this.#pattern = undefined;
  }

  apply(text: string): string {
    if (this.#values.size === 0) return text;
    this.#pattern ??= new RegExp(
      [...this.#values]
        // The longest first: a secret may contain another.
        .sort((left, right) => right.length - left.length)
        .map(value => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('|'),
      'g',
    );
    return text.replace(this.#pattern, '***');
  }
}
