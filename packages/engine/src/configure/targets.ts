import {
  NanteError,
  type DesiredHost,
  type LedgerEntry,
  type OnboardedServer,
  type RoleChoice,
} from '@nante/model';
import { openEntryOf, isOpen, readLedger } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import { loginUser } from '../provision/desired';
import { staticAddress } from '../provision/reserve';
import { waitForAddress } from '../provision/verify';
import { findGuest } from '../ledger/agreement';
import { pinnedHostKeys } from '../ssh/pinnedKeys';
import { readHosts } from '../store/hosts';
import { readServers } from '../store/servers';
import type { CheckedHost } from '../ansible/inventory';
import type { SiteHost } from './siteVariables';

/** A host of ours as the records know it: one that we made, or one that was onboarded. */
export interface ConfigurableHost {
  name: string;
  owner: string;
  /** In `hosts.json`. */
  desired?: DesiredHost;
  /** In `servers.json`. */
  server?: OnboardedServer;
  /** Its open entry in the ledger. */
  entry: LedgerEntry;
  /** Roles that it has. */
  roles: RoleChoice[];
}

/** The same host, as the site looks at it. */
export function siteHost({
  name,
  roles,
  server,
  entry,
}: ConfigurableHost): SiteHost {
  const { requestId } = entry;
  return { name, roles, requestId, isServer: server !== undefined };
}

/**
 * The hosts of a request, from the records.
 *
 * @throws NanteError `not-found` that names all that are not ours; `refused` for those that the ledger does not have
 */
export async function configurableHosts(
  store: Run['store'],
  workspace: string,
  request: { app: string; environment: string; names: readonly string[] },
): Promise<ConfigurableHost[]> {
  const { app, environment, names } = request;
  const [{ hosts }, { servers }, entries] = await Promise.all([
    readHosts(store, workspace, app, environment),
    readServers(store, workspace, app, environment),
    readLedger(store, workspace),
  ]);
  const unknown = names.filter(name => !hosts[name] && !servers[name]);
  if (unknown.length > 0)
    throw new NanteError(
      'not-found',
      `${app} has no host ${unknown.join(', ')} in ${environment}.`,
      { hint: 'Look at the names, the app and the environment.' },
    );
  const found = names.map(name => {
    const desired = hosts[name];
    const server = servers[name];
    const entry = desired
      ? openEntryOf(entries, name)
      : entries.findLast(
          one => one.host === name && one.system === 'ssh' && isOpen(one),
        );
    return { name, desired, server, entry };
  });
  const absent = found.filter(({ desired, entry }) => {
    const isThere = entry?.state === 'created' || entry?.state === 'adopted';
    return !isThere || (desired && entry.outsideId !== String(desired.vm_id));
  });
  if (absent.length > 0)
    throw new NanteError(
      'refused',
      `The ledger does not say that ${absent.map(({ name }) => name).join(', ')} is there.`,
      { hint: 'Finish the run that makes the host, then configure it.' },
    );
  return found.map(({ name, desired, server, entry }) => ({
    name,
    desired,
    server: desired ? undefined : server,
    entry: entry!,
    owner: (desired ?? server).owner,
    roles: (desired ?? server).roles ?? [],
  }));
}

/**
 * Where a host of ours is entered, by whom, and by which pinned keys.
 *
 * @param workspace - of the host; that of the run unless given
 * @throws NanteError `refused` (its address is not known), `unreachable` (its keys are not known and nobody answers)
 */
export async function playHostOf(
  run: Run,
  host: ConfigurableHost,
  workspace?: string,
): Promise<CheckedHost> {
  const { name, desired, server, entry } = host;
  const where: CheckedHost = {
    name,
    address: server?.address ?? (await addressOf(run, host)),
    port: server?.port ?? 22,
    user: desired ? loginUser(desired) : server!.user,
    hostKeys: [],
    variables: {},
  };
  const hostKeys = await pinnedHostKeys(run, where, entry, {
    tries: 5,
    workspace,
    guest: desired && (await agentOf(run, host, desired)),
  });
  return { ...where, hostKeys };
}

async function addressOf(run: Run, host: ConfigurableHost): Promise<string> {
  const { desired, entry, name } = host;
  const fixed = desired && staticAddress(desired);
  if (fixed) return fixed;
  const proxmox = await run.context.proxmox(entry.connection);
  const guest = await findGuest(proxmox, Number(entry.outsideId));
  const found =
    guest &&
    desired &&
    (await waitForAddress(proxmox, guest, desired, 5_000, run.signal));
  const address = found?.address ?? entry.address;
  if (address) return address;
  throw new NanteError('refused', `The address of ${name} is not known.`, {
    hint: 'It uses DHCP and has not reported an address: check that it is on, and its guest agent.',
  });
}

async function agentOf(run: Run, host: ConfigurableHost, desired: DesiredHost) {
  if (host.entry.hostKeys?.length) return undefined;
  const proxmox = await run.context.proxmox(host.entry.connection);
  const guest = await findGuest(proxmox, desired.vm_id);
  return (
    guest && { proxmox, node: guest.node, kind: guest.kind, vmId: guest.vmId }
  );
}
