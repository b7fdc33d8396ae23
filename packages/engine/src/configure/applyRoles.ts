import type { Configuration, LedgerEntry, RoleChoice } from '@nante/model';
import { configurationEntryId, writeEntry } from '../ledger/ledger';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { commitHost } from '../store/hosts';
import { commitServer } from '../store/servers';
import { playHostOf, siteHost, type ConfigurableHost } from './targets';
import { guestsAreRecords, playOnHosts } from './playOnHosts';
import { playWithSite } from './playWithSite';
import { siteNeeds, siteVariables, type SiteNeeds } from './siteVariables';
import type { SoftwareTools } from './software';

/**
 * Applies roles to hosts and keeps them as the hosts' own, unless told otherwise: desired documents and ledger before the
 * play, ledger after it. A dry run touches neither.
 *
 * @param input - `roles`: the same for all; left out: those that each host has
 */
export async function applyRoles(
  run: Run,
  lease: Lease,
  input: {
    hosts: readonly ConfigurableHost[];
    roles?: readonly RoleChoice[];
    /** The roles follow from something else that our records say of the host, and do not become its own. */
    isPassing?: boolean;
    dryRun: boolean;
    /**
     * Made a moment ago, and we have just been in it: `bare` where its image may lack Python and sudo, `fit` where that was
     * seen to.
     */
    isNew?: 'bare' | 'fit';
    tools: SoftwareTools;
  },
): Promise<Configuration> {
  const { dryRun, tools, isPassing } = input;
  const hosts = input.hosts.map(host => ({
    ...host,
    roles: [...(input.roles ?? host.roles)],
  }));
  const targets = await Promise.all(
    hosts.map(async host => ({
      ...(guestsAreRecords(run)
        ? { name: host.name, address: '192.0.2.1', user: 'root', hostKeys: [] }
        : await playHostOf(run, host)),
      variables: {
        ...siteVariables(run.config, run.recorder.document, host.name),
        nante_roles: host.roles,
      },
    })),
  );
  await lease.assertHeld();
  if (!dryRun && !isPassing)
    for (const host of hosts) await keepRoles(run, host);
  const entries = hosts.map((host, index) =>
    entryOf(run, {
      ...host,
      roles: isPassing
        ? [...input.hosts[index].roles, ...host.roles]
        : host.roles,
    }),
  );
  const record = async (state: LedgerEntry['state']) => {
    if (dryRun) return;
    for (const entry of entries)
      await writeEntry(run.store, run.recorder.document.workspace, {
        ...entry,
        state,
      });
  };
  await record('intended');
  const names = hosts.flatMap(host => host.roles.map(({ name }) => name));
  const play = (environment: Record<string, string>) =>
    playOnHosts(run, {
      playbook: input.isNew === 'bare' ? 'new_host.yml' : 'site.yml',
      variables: { nante_answers: Boolean(input.isNew) },
      environment,
      hosts: targets,
      dryRun,
      roles: [...new Set(names)],
      tools,
    });
  const needs = needsOf(run, hosts);
  const configuration = await playWithSite(run, lease, needs, dryRun, play);
  await record('created');
  return configuration;
}

/** What the roles of hosts of our records need of the site. */
export function needsOf(
  { config, recorder }: Pick<Run, 'config' | 'recorder'>,
  hosts: readonly ConfigurableHost[],
): SiteNeeds {
  return siteNeeds(config, recorder.document, hosts.map(siteHost));
}

/** The desired documents say what roles a host has. */
async function keepRoles(
  { store, recorder }: Run,
  { name, desired, server, roles }: ConfigurableHost,
): Promise<void> {
  const { workspace, app, environment } = recorder.document;
  if (desired)
    await commitHost(store, workspace, app, environment, name, {
      ...desired,
      roles,
    });
  else if (server)
    await commitServer(store, workspace, app, environment, name, {
      ...server,
      roles,
    });
}

function entryOf(
  { recorder }: Run,
  { name, entry, roles }: ConfigurableHost,
): Omit<LedgerEntry, 'state' | 'updatedAt'> {
  const { id } = recorder.document;
  return {
    id: configurationEntryId(entry.connection, name),
    system: 'ansible',
    connection: entry.connection,
    kind: 'configuration',
    outsideId: name,
    host: name,
    requestId: entry.requestId,
    runId: id,
    undo: `Nothing takes back what roles did (${roles.map(role => role.name).join(', ')}); it goes with the host.`,
  };
}
