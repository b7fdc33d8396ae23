import { useApi } from '@backstage/frontend-plugin-api';
import type { HostDetail } from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import {
  type InfrastructureApi,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { type Loaded, useLoaded } from './useLoaded';

/** What `NanteHostPicker` keeps in the form, below the name `host`. */
export interface ChosenHost {
  app: string;
  environment: string;
  name: string;
  entityRef: string;
}

/** The host that was chosen in the same form; undefined before. */
export function chosenHost(formData: unknown): ChosenHost | undefined {
  const { host } = (formData ?? {}) as { host?: Partial<ChosenHost> };
  return host?.name && host.app && host.environment && host.entityRef
    ? (host as ChosenHost)
    : undefined;
}

/**
 * What is known of a host by its entity.
 *
 * @returns undefined where there is no such host any more
 */
export async function findHost(
  api: InfrastructureApi,
  entityRef: string,
  signal?: AbortSignal,
): Promise<HostDetail | undefined> {
  const { hosts } = await api.listHosts(signal);
  const host = hosts.find(item => item.entityRef === entityRef);
  if (!host) return undefined;
  return host.kind === 'server'
    ? api.getServer(entityRef.split('/').at(-1) ?? '', signal)
    : api.getHost(host.connection, host.vmId, signal);
}

/** The host that was chosen in the same form, with what is known of it. */
export function useChosenHost(
  formData: unknown,
): { chosen?: ChosenHost } & Loaded<HostDetail | undefined> {
  const api = useApi(infrastructureApiRef);
  const chosen = chosenHost(formData);
  const ref = chosen?.entityRef;
  const load = useCallback(
    (signal: AbortSignal) => findHost(api, ref ?? '', signal),
    [api, ref],
  );
  return { chosen, ...useLoaded(ref ? load : undefined) };
}
