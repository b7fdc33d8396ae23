import fs from 'node:fs';
import path from 'node:path';

/** Hosts of the play; all of them are this machine, so that no network is measured. */
const hosts = 10;
/** Lines that one task prints for one host, less than the events' longest text. */
const linesOfResult = 100;

/** A playbook that prints much and does nothing. */
export interface ChattyPlay {
  /** Folder of the project. */
  project: string;
  playbook: string;
  hosts: string[];
  /** Lines that the tasks print. */
  lines: number;
}

/**
 * Writes the playbook. Each line of a result says when Ansible began to print it, in seconds since 1970.
 *
 * @param lines - as many at least
 */
export function writeChattyPlay(folder: string, lines: number): ChattyPlay {
  const tasks = Math.ceil(lines / hosts / linesOfResult);
  const text =
    `{% set at = now(utc=true, fmt='%s.%f') %}{% for n in range(${linesOfResult}) %}` +
    'Setting up libexample-{{ n }}:amd64 (12.4.{{ n }}-2+deb12u1) on {{ inventory_hostname }} at={{ at }} ...\n' +
    '{% endfor %}';
  const play = {
    name: 'Print much',
    hosts: 'all',
    connection: 'local',
    gather_facts: false,
    tasks: Array.from({ length: tasks }, (_, index) => ({
      name: `Print page ${index + 1}`,
      'ansible.builtin.debug': { msg: text },
    })),
  };
  fs.mkdirSync(folder, { recursive: true });
  // JSON is YAML.
  fs.writeFileSync(path.join(folder, 'chatty.yml'), JSON.stringify([play]));
  fs.writeFileSync(path.join(folder, 'ansible.cfg'), '[defaults]\n');
  fs.mkdirSync(path.join(folder, 'roles'), { recursive: true });
  return {
    project: folder,
    playbook: 'chatty.yml',
    hosts: Array.from({ length: hosts }, (_, index) => `chatty-${index + 1}`),
    lines: tasks * hosts * linesOfResult,
  };
}

/** When Ansible began to print a line, in milliseconds since 1970; undefined for a line of another kind. */
export function printedAt(line: string): number | undefined {
  const found = / at=(\d+\.\d+) /.exec(line);
  return found ? Number(found[1]) * 1000 : undefined;
}
