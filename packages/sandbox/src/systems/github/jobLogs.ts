import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';

/** Logs of jobs, each in a file of its own; a line begins with its time, as GitHub writes them. */
export class JobLogs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** @param at - ISO; now unless told */
  append(job: number, line: string, at = new Date().toISOString()): void {
    const time = at.replace('Z', '0000Z');
    const text = line
      .split(/\r?\n/)
      .map(part => `${time} ${part}\n`)
      .join('');
    appendFileSync(this.#file(job), text);
  }

  /** Undefined where nothing was written, or it was removed. */
  read(job: number): string | undefined {
    const file = this.#file(job);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  remove(job: number): void {
    rmSync(this.#file(job), { force: true });
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
  }

  #file(job: number): string {
    return join(this.#folder, `${job}.log`);
  }
}
