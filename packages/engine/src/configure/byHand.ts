import type { RoleChoice } from '@nante/model';
import type { PlayHost } from '../ansible';
import { markUnsafe } from '../ansible/unsafe';

/**
 * Commands that do the same without us, for a POSIX shell in a clone of the repository. SSH uses the person's own key,
 * and asks for a host key that it does not know.
 *
 * @param site - variables of the site, which here come before arguments of roles: what those name is left out
 */
export function configureByHand(
  host: PlayHost,
  roles: readonly RoleChoice[],
  dryRun: boolean,
  site: Readonly<Record<string, unknown>> = {},
): string[] {
  const flags = dryRun ? ' --check --diff' : '';
  return playByHand(
    host,
    'software.json',
    { ...withoutGiven(site, roles), nante_roles: roles },
    `${flags} site.yml`,
  );
}

/** Variables without those that arguments of roles set. */
export function withoutGiven(
  variables: Readonly<Record<string, unknown>>,
  roles: readonly RoleChoice[],
): Record<string, unknown> {
  const given = roles.flatMap(role => Object.keys(role.arguments));
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !given.includes(name)),
  );
}

/** The same for the script of the first boot. */
export function firstBootByHand(
  host: PlayHost,
  script: string,
  requestId: string,
): string[] {
  const variables = {
    first_boot_script: script,
    first_boot_request: requestId,
  };
  return playByHand(host, 'first_boot.json', variables, ' first_boot.yml');
}

function playByHand(
  { address, user }: PlayHost,
  file: string,
  variables: Record<string, unknown>,
  rest: string,
): string[] {
  const all = {
    ...(markUnsafe(variables) as Record<string, unknown>),
    // Whoever is root needs no sudo.
    ...(user === 'root' ? { ansible_become: false } : {}),
  };
  return [
    `printf %s ${quoted(JSON.stringify(all))} > ansible/${file}`,
    `(cd ansible && ansible-playbook -i ${address}, -u ${user} -e @${file}${rest})`,
  ];
}

/** A word for a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
