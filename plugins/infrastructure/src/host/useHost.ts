import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { type Live, useLive } from '../hooks/useLive';
import { guestOf, serverOf } from './guestOf';

const LOOK_MS = 10_000;

/** The host of the entity that the page shows, live. */
export function useHost(): Live<HostDetail> {
  const api = useApi(infrastructureApiRef);
  const { entity } = useEntity();
  const guest = guestOf(entity);
  const server = serverOf(entity);
  const connection = guest?.connection;
  const vmId = guest?.vmId;
  const load = useCallback(
    (signal: AbortSignal) => {
      if (server !== undefined) return api.getServer(server, signal);
      if (connection === undefined || vmId === undefined) {
        throw new Error(
          'The entity names no guest: its annotation has to be <connection>/<id>.',
        );
      }
      return api.getHost(connection, vmId, signal);
    },
    [api, connection, vmId, server],
  );
  return useLive(load, { intervalMs: LOOK_MS, signal: { kind: 'hosts' } });
}
