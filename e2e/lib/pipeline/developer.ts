import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { runCommand } from '../command';

/** A developer with a clone of a repository, and the real git. */
export class Developer {
  private constructor(readonly folder: string) {}

  static async clone(url: string, folder: string): Promise<Developer> {
    const developer = new Developer(folder);
    await developer.git(path.dirname(folder), 'clone', '--quiet', url, folder);
    return developer;
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.folder, file), 'utf8');
  }

  /** Changes a file, which has to have what is replaced. */
  replace(file: string, from: string | RegExp, to: string): void {
    const before = this.read(file);
    const after = before.replace(from, () => to);
    assert.notEqual(after, before, `${file} has no ${from}`);
    fs.writeFileSync(path.join(this.folder, file), after);
  }

  /** @returns the commit, and when it was pushed (milliseconds since 1970) */
  async push(message: string): Promise<{ sha: string; at: number }> {
    await this.git(this.folder, 'add', '--all');
    await this.git(
      this.folder,
      ...['-c', 'user.name=Dana', '-c', 'user.email=dana@example.test'],
      ...['commit', '--quiet', '--message', message],
    );
    const at = Date.now();
    await this.git(this.folder, 'push', '--quiet', 'origin', 'HEAD');
    const sha = await this.git(this.folder, 'rev-parse', 'HEAD');
    return { sha: sha.trim(), at };
  }

  /** Newest commit of the clone. */
  async head(): Promise<string> {
    return (await this.git(this.folder, 'rev-parse', 'HEAD')).trim();
  }

  private async git(cwd: string, ...args: string[]): Promise<string> {
    const lines: string[] = [];
    const { code, output } = await runCommand('git', args, {
      cwd,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
      onLine: line => lines.push(line),
    });
    assert.equal(code, 0, `git ${args[0]}: ${lines.join('\n')}`);
    return output;
  }
}
