import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { root } from '../portal';
import type { RoleGuest, Twice } from './lab';
import type { Refusal } from './refusals';

const file = path.join(root, 'docs/roles-report.md');

/** What stands behind the words "real or stand-in". */
const standIns = `
| part | what it was |
| --- | --- |
| guests | real Debian 12 with systemd and sshd, booted by systemd-nspawn; the kernel and Proxmox are not theirs, so "virtual machine" means: made, named and entered like one |
| Ansible, SSH, apt, nftables, nginx | real |
| Docker | real engine of Debian (20.10). In the container from Debian's packages; in the virtual machine through stand-ins of Docker's five packages and repository, which unpack Debian's engine, bring Debian's Compose 1.29 and have no Buildx |
| Tailscale | a stand-in package with the names, paths, unit and command line of Tailscale's, and a stand-in of the control server; packets of the mesh do travel between the guests |
| Alloy | a stand-in package with the names, paths, unit and command line of Grafana Alloy's, which reads the configuration that the roles write and sends what it says |
| OpenObserve | a stand-in that takes metrics and logs on the vendor's routes and answers searches |
| Tentacle, Octopus | a stand-in package with the names, paths, unit and command line of Octopus Tentacle's, and a stand-in of the server that Tentacles register with and poll |
| registry | a stand-in that only asks for name and password |
`;

interface Row {
  role: string;
  guest: RoleGuest;
  runs: Twice;
  seen: string[];
  standIn: string;
}

/** What the scenario found out, as a page of docs/. */
export class RolesReport {
  readonly #rows: Row[] = [];
  readonly #refusals: Refusal[] = [];

  add(row: Row): void {
    this.#rows.push(row);
  }

  refused(refusals: Refusal[]): void {
    this.#refusals.push(...refusals);
  }

  /** Figures for the last line of the scenario. */
  get figures(): object[] {
    return this.#rows.map(({ role, guest, runs }) => ({
      role,
      guest: guest.kind,
      ...runs,
    }));
  }

  /** Writes docs/roles-report.md; `--no-report` leaves the kept one as it is. */
  async keep(ansible: string, seconds: number): Promise<void> {
    if (process.argv.includes('--no-report')) return;
    const cell = (text: string) =>
      text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();
    const rows = this.#rows.map(({ role, guest, runs, seen, standIn }) =>
      [
        role,
        guest.kind === 'vm' ? 'virtual machine' : 'container',
        `${runs.seconds[0]} s, ${runs.changed[0]} changes`,
        `${Math.min(...runs.seconds.slice(1))} s, ${runs.changed[1]} changes`,
        seen.join('; '),
        standIn,
      ].map(cell),
    );
    const table = (lines: string[][]) =>
      lines.map(cells => `| ${cells.join(' | ')} |`).join('\n');
    const text = [
      '# Roles, tried in the lab',
      `Written by \`npm run verify -- roles\` on ${new Date().toISOString().slice(0, 10)}: each role applied twice by ansible-core ${ansible} over SSH, looked at from outside, and again after a restart. All of it took ${Math.round(seconds / 60)} minutes.`,
      table([
        [
          'role',
          'guest',
          'first run',
          'second run',
          'seen from outside',
          'real or stand-in',
        ],
        Array<string>(6).fill('---'),
        ...rows,
      ]),
      '## What was real',
      standIns.trim(),
      '## Bad input, and what one reads',
      table([
        ['input', 'message'],
        ['---', '---'],
        ...this.#refusals.map(({ input, reads }) => [cell(input), cell(reads)]),
      ]),
    ].join('\n\n');
    writeFileSync(file, await format(text, { parser: 'markdown' }));
  }
}
