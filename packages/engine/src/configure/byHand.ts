import type { RoleChoice } from '@nante/model';
import type { PlayHost } from '../ansible';
import { markUnsafe } from '../ansible/unsafe';

/**
 * Commands that do the same without us, for a POSIX shell in a clone of the repository. SSH uses the person's own key,
 * and asks for a host key that it does not know.
 */
export function configureByHand(
  host: PlayHost,
  roles: readonly RoleChoice[],
  dryRun: boolean,
): string[] {
  const variables = {
    nante_roles: markUnsafe(roles),
    // Whoever is root needs no sudo.
    ...(host.user === 'root' ? { ansible_become: false } : {}),
  };
  const flags = dryRun ? ' --check --diff' : '';
  return [
    'cd ansible',
    `printf %s ${quoted(JSON.stringify(variables))} > software.json`,
    `ansible-playbook -i ${host.address}, -u ${host.user} -e @software.json${flags} site.yml`,
  ];
}

/** A word for a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
