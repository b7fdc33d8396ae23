import { quoted } from '../configure/byHand';
import type { WantedTarget } from './registerTarget';
import { targetName } from './targetEntries';

/**
 * Commands of Octopus' own command line that do the same without us; its key and its space stand in `OCTOPUS_API_KEY`,
 * `OCTOPUS_URL` and `OCTOPUS_SPACE`.
 */
export function registerByHand({
  wish,
  resolved,
  endpoint,
}: Pick<WantedTarget, 'wish' | 'resolved' | 'endpoint'>): string[] {
  const common = [
    `--name ${targetName(wish.host)}`,
    ...resolved.environments.map(({ name }) => `--environment ${quoted(name)}`),
    ...resolved.roles.map(role => `--role ${quoted(role)}`),
    '--no-prompt',
  ];
  const create = (kind: string, ...own: string[]) => [
    `octopus deployment-target ${kind} create ${[...own, ...common].join(' ')}`,
  ];
  switch (endpoint.style) {
    case 'ssh':
      return create(
        'ssh',
        `--account ${endpoint.accountId}`,
        `--host ${endpoint.host}`,
        `--port ${endpoint.port}`,
        `--fingerprint ${quoted(endpoint.fingerprint)}`,
        '--runtime self-contained --platform linux-x64',
      );
    case 'listening':
      return create(
        'listening-tentacle',
        `--url https://${endpoint.host}:${endpoint.port}`,
        `--thumbprint ${endpoint.thumbprint}`,
      );
    case 'polling':
      // A Tentacle that polls is registered from its own machine.
      return [
        `sudo /opt/octopus/tentacle/Tentacle register-with --instance nante --server "$OCTOPUS_URL" --apiKey "$OCTOPUS_API_KEY" --space "$OCTOPUS_SPACE" --comms-style TentacleActive ${resolved.environments.map(({ name }) => `--env ${quoted(name)}`).join(' ')} ${resolved.roles.map(role => `--role ${quoted(role)}`).join(' ')} --name ${targetName(wish.host)}`,
      ];
    case 'kubernetes':
      return create(
        'kubernetes',
        `--cluster-url ${quoted(endpoint.url)}`,
        `--namespace ${endpoint.namespace}`,
        `--account ${endpoint.accountId}`,
      );
    default:
      return endpoint satisfies never;
  }
}

/** The same for a target that is to go. */
export function deregisterByHand(name: string): string[] {
  return [`octopus deployment-target delete ${name} --confirm`];
}
