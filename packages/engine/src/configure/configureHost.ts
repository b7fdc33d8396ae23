import {
  NanteError,
  type DesiredHost,
  type HostResult,
  type LedgerEntry,
  type RoleChoice,
} from '@nante/model';
import {
  checkRoles,
  runPlaybook,
  type PlayHost,
  type PlaybookOptions,
  type PlaybookResult,
} from '../ansible';
import { configureByHand } from './byHand';

/** A host as our records know it. */
export interface ConfigurableHost {
  name: string;
  /** From `hosts.json`. */
  desired: Pick<DesiredHost, 'kind' | 'vm_id' | 'user' | 'network'>;
  /** Its open entry in the ledger. */
  ledger: Pick<LedgerEntry, 'state' | 'outsideId'> | undefined;
  /** From the run that made it: where it was found. */
  result?: Pick<HostResult, 'address'>;
  /** Pinned host keys, `type base64` each. */
  hostKeys?: readonly string[];
}

export interface ConfigureOptions extends Pick<
  PlaybookOptions,
  | 'ansible'
  | 'privateKey'
  | 'learn'
  | 'timeoutMs'
  | 'graceMs'
  | 'signal'
  | 'onEvent'
  | 'onLine'
  | 'workDirectory'
  | 'redactor'
> {
  host: ConfigurableHost;
  /** In the order in which they are applied. */
  roles: readonly RoleChoice[];
  /** Changes nothing and shows what would change. */
  dryRun?: boolean;
}

export interface ConfigureResult extends PlaybookResult {
  /** Commands that do the same by hand, without secrets. */
  byHand: string[];
}

/**
 * Applies roles to a host of ours by `site.yml`, or shows what that would change.
 *
 * @returns how it ended, with a recap of the host; what failed on the host is no exception
 * @throws NanteError before anything is touched: `invalid-input` (roles and arguments, all problems at once), `refused`
 *   (the records do not agree that the host is there), and what `runPlaybook` throws
 */
export async function configureHost(
  options: ConfigureOptions,
): Promise<ConfigureResult> {
  const { host, roles, dryRun, ...play } = options;
  if (roles.length === 0)
    throw new NanteError('invalid-input', 'There is no role to apply.', {
      hint: 'Choose at least one, such as base_setup.',
    });
  await checkRoles(play.ansible.project, roles);
  const target = toPlayHost(host);
  const result = await runPlaybook({
    ...play,
    playbook: 'site.yml',
    inventory: [target],
    variables: { nante_roles: roles },
    check: dryRun,
  });
  const byHand = configureByHand(target, roles, dryRun ?? false);
  return { ...result, byHand: byHand.map(play.redactor.redact) };
}

/** Where a host of our records is entered, and by whom. */
function toPlayHost(host: ConfigurableHost): PlayHost {
  const { name, desired, ledger, result, hostKeys } = host;
  const isThere =
    (ledger?.state === 'created' || ledger?.state === 'adopted') &&
    ledger.outsideId === `${desired.vm_id}`;
  if (!isThere)
    throw new NanteError(
      'refused',
      `The ledger does not say that ${name} is there as ${desired.kind} ${desired.vm_id}.`,
      { hint: 'Finish the run that makes the host, then configure it.' },
    );
  const fixed =
    desired.network.address === 'dhcp'
      ? undefined
      : desired.network.address.split('/')[0];
  const address = fixed ?? result?.address;
  if (!address)
    throw new NanteError('refused', `The address of ${name} is not known.`, {
      hint: 'It uses DHCP and has not reported an address: check its guest agent, then repeat the run that made it.',
    });
  return {
    name,
    address,
    // Containers are entered as root.
    user: desired.kind === 'lxc' ? 'root' : desired.user,
    hostKeys,
  };
}
