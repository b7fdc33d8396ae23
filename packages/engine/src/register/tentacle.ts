import { createHash } from 'node:crypto';
import {
  NanteError,
  type OctopusConnection,
  type RoleChoice,
  type TargetStyle,
} from '@nante/model';
import { z } from 'zod';
import type { CheckedHost } from '../ansible/inventory';
import { applyRoles } from '../configure/applyRoles';
import { joinConfigurations } from '../configure/configurationOf';
import { guestsAreRecords } from '../configure/playOnHosts';
import { softwareTools } from '../configure/software';
import type { ConfigurableHost } from '../configure/targets';
import type { EngineContext } from '../context';
import type { NamedConnection } from '../connections';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';
import { openHostShell } from '../ssh/hostShell';
import { targetName } from './targetEntries';

/** Role that installs a Tentacle. */
export const tentacleRole = 'octopus-tentacle';

/** Instance of the Tentacle that is ours; a host may have others. */
const instance = 'nante';

/** Port of an Octopus server that Tentacles call. */
const pollingPort = 10_943;

/** What the role writes about an instance. */
const identitySchema = z.object({
  thumbprint: z.string().regex(/^[0-9A-Fa-f]{40,64}$/),
  subscription: z
    .string()
    .regex(/^poll:\/\/[a-z0-9]+\/$/i)
    .optional(),
});

/** Who a Tentacle is. */
export interface TentacleIdentity {
  /** Thumbprint of its certificate. */
  thumbprint: string;
  /** `poll://…/` of one that polls. */
  pollingId?: string;
  /** The guest is a record, nobody could log in, and this is made up. */
  isPretended?: boolean;
}

/** The role as a target of a connection needs it: no key of the API is among its arguments. */
export function tentacleChoice(options: {
  style: Extract<TargetStyle, 'listening' | 'polling'>;
  /** What the Tentacle trusts. */
  serverThumbprint: string;
  serverUrl: string;
  space: string;
  pollingUrl: string;
}): RoleChoice {
  const { style, serverThumbprint, serverUrl, space, pollingUrl } = options;
  return {
    name: tentacleRole,
    arguments: {
      octopus_tentacle_instance: instance,
      octopus_tentacle_style: style,
      octopus_tentacle_server_url: serverUrl,
      octopus_tentacle_space: space,
      octopus_tentacle_server_thumbprint: serverThumbprint,
      ...(style === 'polling' && {
        octopus_tentacle_polling_url: pollingUrl,
      }),
    },
  };
}

/** Addresses of a connection's server, for a browser and for a Tentacle that polls. */
export async function serverAddresses(
  { options }: Pick<EngineContext, 'options'>,
  { connection }: NamedConnection<OctopusConnection>,
): Promise<{ serverUrl: string; pollingUrl: string }> {
  const serverUrl =
    connection.url ??
    (await options.secrets.read(['OCTOPUS_SERVER_URL'])).OCTOPUS_SERVER_URL;
  const { hostname } = new URL(serverUrl);
  return {
    serverUrl,
    pollingUrl: connection.pollingUrl ?? `https://${hostname}:${pollingPort}`,
  };
}

/**
 * Installs a Tentacle by its role, and asks it over SSH who it is. The role is not kept as one of the host's own: that the
 * host is a target of this style says it.
 *
 * @throws NanteError as `applyRoles` does; `failed` where the Tentacle does not say who it is
 */
export async function installTentacle(
  run: Run,
  lease: Lease,
  given: {
    host: ConfigurableHost;
    reach: CheckedHost;
    role: RoleChoice;
    /** Made a moment ago: see `applyRoles`. */
    isNew?: 'bare' | 'fit';
  },
): Promise<TentacleIdentity> {
  const { host, reach, role, isNew } = given;
  const tools = await softwareTools(run.context);
  const { recorder } = run;
  const before = recorder.document.configuration;
  const played = await applyRoles(run, lease, {
    ...{ hosts: [host], roles: [role], isPassing: true, dryRun: false },
    ...{ isNew, tools },
  });
  if (before)
    await recorder.update({
      configuration: joinConfigurations(before, played),
    });
  if (guestsAreRecords(run)) return pretended(run, host.name);
  return identityOf(run, reach, tools.privateKey);
}

async function identityOf(
  { redactor, signal }: Run,
  host: CheckedHost,
  privateKey: string,
): Promise<TentacleIdentity> {
  const shell = await openHostShell({ host, privateKey, redactor, signal });
  const sudo = host.user === 'root' ? '' : 'sudo -n ';
  try {
    const lines = await shell.run(
      `${sudo}cat /etc/octopus/nante/${instance}.json\n`,
      15_000,
    );
    const { thumbprint, subscription } = identitySchema.parse(
      JSON.parse(lines.join('\n')),
    );
    return { thumbprint, pollingId: subscription };
  } catch (error) {
    if (NanteError.is(error) && error.code !== 'failed') throw error;
    throw new NanteError(
      'failed',
      `The Tentacle on ${host.name} does not say who it is: ${error instanceof Error ? error.message : error}`,
      {
        hint: `Look at /etc/octopus/nante/${instance}.json on ${host.name}, which the role ${tentacleRole} writes; then finish the run.`,
        cause: error,
      },
    );
  } finally {
    await shell.close();
  }
}

/** A guest that is a record has no Tentacle: what it would say is made up, always the same. */
function pretended({ recorder }: Run, name: string): TentacleIdentity {
  const { app, environment } = recorder.document;
  const digest = createHash('sha1')
    .update(targetName({ name, environment, app }))
    .digest('hex');
  recorder.log(
    'warn',
    `No Tentacle was installed on ${name}, whose guest is a record; its id is made up (pretended).`,
  );
  return {
    thumbprint: digest.toUpperCase(),
    pollingId: `poll://${digest.slice(0, 20)}/`,
    isPretended: true,
  };
}
