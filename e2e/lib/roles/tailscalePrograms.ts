import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { runCommand } from '../command';
import { freePort } from '../ports';
import { root } from '../portal';
import { SkipScenario } from '../report';
import { temporaryFolder } from '../sandbox';

const standIn = path.join(
  root,
  'packages/sandbox/src/vendorPackages/tailscale',
);

/** The tags that the control server knows. */
export const tags = ['tag:nante', 'tag:web'];

/** Programs of Tailscale that somebody has: `tailscale`, `tailscaled`, and `control`, a control server for tests. */
export class TailscalePrograms {
  readonly #folder: string;

  /** @throws SkipScenario when one is not there */
  constructor(folder: string) {
    this.#folder = path.resolve(folder);
    for (const name of ['tailscale', 'tailscaled', 'control'])
      if (!existsSync(this.#file(name)))
        throw new SkipScenario(`there is no ${this.#file(name)}`);
  }

  #file(name: string) {
    return path.join(this.#folder, name);
  }

  /** Of the programs, such as `1.102.0`. */
  async version(): Promise<string> {
    const { output } = await runCommand(this.#file('tailscale'), ['version']);
    const version = /^\d+[.]\d+[.]\d+/.exec(output)?.[0];
    assert.ok(version, `no version of Tailscale: ${output}`);
    return version;
  }

  /**
   * A folder of which the sandbox builds the package `tailscale` with the real programs: names, paths and unit are those of the
   * vendor's package, as is that it needs iptables.
   *
   * @param version - of the programs
   */
  packages(undo: (() => unknown)[], version: string): string {
    const folder = temporaryFolder(undo);
    const made = path.join(folder, 'tailscale');
    const inside = (name: string) => path.join(made, 'root', name);
    mkdirSync(made, { recursive: true });
    for (const name of ['postinst', 'prerm'])
      copyFileSync(path.join(standIn, name), path.join(made, name));
    writeFileSync(
      path.join(made, 'control.json'),
      JSON.stringify({
        name: 'tailscale',
        version: `${version}+programs~standin`,
        depends: ['iptables'],
        description: 'Real programs of Tailscale in a package of the sandbox',
      }),
    );
    for (const name of ['etc', 'lib'])
      cpSync(path.join(standIn, 'root', name), inside(name), {
        recursive: true,
      });
    const unit = inside('lib/systemd/system/tailscaled.service');
    writeFileSync(
      unit,
      readFileSync(unit, 'utf8').replace(/^(Description=.*) \(.*\)$/m, '$1'),
    );
    // What is tried here is nothing that the vendor should be told of.
    const dropIn = inside('lib/systemd/system/tailscaled.service.d');
    mkdirSync(dropIn);
    writeFileSync(
      path.join(dropIn, 'no-logs.conf'),
      '[Service]\nEnvironment=TS_NO_LOGS_NO_SUPPORT=true\n',
    );
    for (const name of ['usr/bin/tailscale', 'usr/sbin/tailscaled']) {
      mkdirSync(path.dirname(inside(name)), { recursive: true });
      copyFileSync(this.#file(path.basename(name)), inside(name));
      chmodSync(inside(name), 0o755);
    }
    return folder;
  }

  /**
   * Starts the control server.
   *
   * @param address - of this machine, where guests reach it
   * @param keyCount - how many machines may join
   * @returns its address, and the keys, each for one machine
   */
  async startControl(
    address: string,
    keyCount: number,
    undo: (() => unknown)[],
  ): Promise<{ url: string; keys: string[] }> {
    const port = await freePort();
    const keys = Array.from(
      { length: keyCount },
      () => `tskey-auth-${randomBytes(12).toString('hex')}`,
    );
    const child = spawn(
      this.#file('control'),
      [
        ...['--listen', `${address}:${port}`],
        ...tags.flatMap(tag => ['--tag', tag]),
        ...keys.flatMap(key => ['--auth-key', key]),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = new Promise<void>(resolve => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    undo.push(() => {
      child.kill();
      return ended;
    });
    const isReady = await new Promise<boolean>(resolve => {
      child.stdout.once('data', () => resolve(true));
      void ended.then(() => resolve(false));
    });
    assert.ok(isReady, 'the control server ended at once');
    // What it says later is for nobody, but must not fill the pipe.
    child.stdout.resume();
    return { url: `http://${address}:${port}`, keys };
  }
}
