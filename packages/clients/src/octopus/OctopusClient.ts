import { NanteError } from '@nante/model';
import { z } from 'zod';
import { connectOctopus } from './connection';
import { dashboardCalls } from './dashboard';
import { deploymentCalls } from './deployments';
import { eventCalls } from './events';
import { interruptionCalls } from './interruptions';
import { libraryCalls } from './library';
import { machineCalls } from './machines';
import { projectCalls } from './projects';
import { listOf, text, texts } from './reading';
import { releaseCalls } from './releases';
import { idIn, openSpace, type OctopusSpace } from './space';
import { taskCalls } from './tasks';
import type { OctopusApi } from './types';

/** Which space, and how we get in. */
export interface OctopusClientOptions {
  /** Address of the server. */
  url: string;
  /** PEM file with a private CA. */
  caFile?: string;
  apiKey: string;
  /** Name or id of the space. */
  space: string;
  /** Requests a minute that all calls together may send; 150 unless given. */
  requestsPerMinute?: number;
  /** Milliseconds for a call with its repetitions, waiting for the bucket not counted; 30 000 unless given. */
  timeoutMs?: number;
  /** Name of the secret with the key, for hints; `OCTOPUS_API_KEY` unless given. */
  keyName?: string;
}

/**
 * A client for one space. Nothing is sent before its first call.
 *
 * @throws NanteError `invalid-input` where key, space or address cannot be used
 */
export function createOctopusClient(options: OctopusClientOptions): OctopusApi {
  const {
    requestsPerMinute = 150,
    timeoutMs = 30_000,
    keyName = 'OCTOPUS_API_KEY',
    ...given
  } = options;
  if (!given.space.trim())
    throw new NanteError('invalid-input', 'The space of Octopus is empty.', {
      hint: 'Set name or id of a space, for example Default or Spaces-1.',
    });
  const connection = connectOctopus({
    ...given,
    ...{ requestsPerMinute, timeoutMs, keyName },
  });
  const space = openSpace(connection, given.space);
  return {
    ...accessCalls(space),
    ...libraryCalls(space),
    ...projectCalls(space),
    ...releaseCalls(space),
    ...deploymentCalls(space),
    ...dashboardCalls(space),
    ...taskCalls(space),
    ...interruptionCalls(space),
    ...machineCalls(space),
    ...eventCalls(space),
  };
}

const permissionsSchema = z.object({
  SpacePermissions: z
    .record(z.string(), listOf(z.object({ SpaceId: text })))
    .nullish(),
  SystemPermissions: texts,
});

function accessCalls(
  space: OctopusSpace,
): Pick<OctopusApi, 'checkAccess' | 'pageUrl' | 'requestCounts'> {
  const { connection } = space;
  return {
    async checkAccess(options) {
      const [{ Version: version }, user, { id, name }] = await Promise.all([
        connection.read(
          z.object({ Version: text }),
          'description of a server',
          { method: 'GET', path: '/api', what: 'say its version' },
          options,
        ),
        connection.read(
          z.object({ Id: z.string(), Username: text, DisplayName: text }),
          'user',
          { method: 'GET', path: '/api/users/me', what: 'say who we are' },
          options,
        ),
        space.find(options),
      ]);
      const { SpacePermissions, SystemPermissions } = await space.read(
        permissionsSchema,
        'list of permissions',
        {
          method: 'GET',
          path: `/users/${idIn(user.Id, 'user')}/permissions`,
          query: { includeSystem: true },
          what: 'say what our key may do',
        },
        options,
      );
      const here = Object.entries(SpacePermissions ?? {}).flatMap(
        ([permission, grants]) =>
          grants.some(({ SpaceId }) => !SpaceId || SpaceId === id)
            ? [permission]
            : [],
      );
      return {
        version,
        spaceId: id,
        spaceName: name,
        user: user.Username || user.DisplayName,
        permissions: [...new Set([...here, ...SystemPermissions])].sort(),
      };
    },

    async pageUrl(kind, ...parts) {
      const { id } = await space.find();
      const [first = '', second = ''] = parts.map(encodeURIComponent);
      const page = {
        targets: `infrastructure/machines/${first}/settings`,
        tasks: `tasks/${first}`,
        projects: `projects/${first}/deployments`,
        releases: `projects/${first}/deployments/releases/${second}`,
      }[kind];
      return `${connection.url}/app#/${id}/${page}`;
    },

    requestCounts: () => connection.counts(),
  };
}
