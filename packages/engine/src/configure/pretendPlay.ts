import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from '@nante/model';
import { markUnsafe } from '../ansible/unsafe';
import type { Run } from '../operation/executeRun';
import { runProcess } from '../process';
import type { HostPlay } from './playOnHosts';

/**
 * Where guests are records of the sandbox nobody can log in: the playbook is read and its tasks are listed, and the
 * document says that it is only pretended.
 */
export async function pretendPlay(
  run: Run,
  { playbook, hosts, variables, dryRun, roles, tools }: HostPlay,
): Promise<Configuration> {
  const { recorder, redactor, signal } = run;
  recorder.log(
    'warn',
    'The guests of this sandbox are records: Ansible only reads the playbook and lists its tasks.',
  );
  const folder = await mkdtemp(join(tmpdir(), 'nante-read-'));
  try {
    // In a file: everybody on a machine may read the arguments of a program.
    const file = join(folder, 'variables.json');
    const own = markUnsafe({ ...variables, ...hosts[0]?.variables });
    await writeFile(file, JSON.stringify(own), { mode: 0o600 });
    for (const look of ['--syntax-check', '--list-tasks'])
      await runProcess({
        file: join(tools.ansible.bin, 'ansible-playbook'),
        args: [
          ...['-i', `${hosts.map(({ name }) => name).join(',')},`],
          ...['-e', `@${file}`, look, playbook],
        ],
        cwd: tools.ansible.project,
        env: {
          LC_ALL: 'C.UTF-8',
          ANSIBLE_CONFIG: join(tools.ansible.project, 'ansible.cfg'),
          ANSIBLE_NOCOLOR: '1',
        },
        timeoutMs: 60_000,
        signal,
        redactor,
        onLine: (_stream, line) => {
          if (line.trim()) recorder.log('info', line);
        },
      });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const configuration: Configuration = {
    dryRun,
    pretended: true,
    roles: [...roles],
    recap: [],
    failures: [],
    changes: [],
    unseen: [],
  };
  await recorder.update({ configuration });
  return configuration;
}
