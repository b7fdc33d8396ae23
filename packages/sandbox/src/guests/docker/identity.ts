import type { GuestSpec } from '../driver';
import { docker, linesOf, tryDocker } from './engine';

/**
 * Writes into a running container what cloud-init (for a VM) or Proxmox (for a container) would: host keys once, user and
 * keys. Then lets sshd begin, which had nothing to show before. Keys that a person added stay.
 */
export async function writeIdentity(
  name: string,
  spec: GuestSpec,
): Promise<void> {
  const inside = (...command: string[]) => docker(['exec', name, ...command]);
  const there = async (...command: string[]) =>
    (await tryDocker(['exec', name, ...command])) !== undefined;
  const write = (file: string, text: string) =>
    docker(['exec', '--interactive', name, 'tee', file], { input: text });
  const ignores = new Set(spec.ignores);
  await inside('ssh-keygen', '-q', '-A');
  if (spec.kind === 'lxc') {
    await addKeys('/root', 'root', spec.sshKeys);
  } else if (spec.user && !ignores.has('user')) {
    const { user } = spec;
    if (!(await there('id', user))) {
      await inside(
        ...['useradd', '--create-home', '--shell', '/bin/bash'],
        ...['--groups', 'sudo,adm', user],
      );
    }
    const rights = '/etc/sudoers.d/90-cloud-init-users';
    await write(rights, `${user} ALL=(ALL) NOPASSWD:ALL\n`);
    await inside('chmod', '440', rights);
    if (!ignores.has('key')) await addKeys(`/home/${user}`, user, spec.sshKeys);
  }
  await inside('systemctl', 'reset-failed');
  await inside('systemctl', 'restart', 'ssh');

  async function addKeys(home: string, user: string, keys: string[]) {
    const folder = `${home}/.ssh`;
    const file = `${folder}/authorized_keys`;
    await inside(
      ...['install', '--directory', '--mode=700', `--owner=${user}`],
      ...[`--group=${user}`, folder],
    );
    const known = linesOf((await tryDocker(['exec', name, 'cat', file])) ?? '');
    const wanted = [...known, ...keys.flatMap(linesOf)];
    await write(file, [...new Set(wanted), ''].join('\n'));
    await inside('chmod', '600', file);
    await inside('chown', `${user}:${user}`, file);
  }
}
