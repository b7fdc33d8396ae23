import { useApi } from '@backstage/frontend-plugin-api';
import type { PackageChange } from '@nante/model';
import { useCallback, useState } from 'react';
import { infrastructureApiRef } from '../api/InfrastructureApi';
import { clock } from '../components/format';
import { useLoaded } from '../fields/useLoaded';
import type { Intent } from './actions';

/** Earlier releases of a rollback: those of the intent, or those of the deployment that it names. */
function useReleases(intent: Intent) {
  const api = useApi(infrastructureApiRef);
  const { connection, deploymentId, releases } = intent;
  const asks =
    intent.kind === 'rollback' && !releases && deploymentId !== undefined;
  const load = useCallback(
    async (signal: AbortSignal) => {
      const detail = await api.getDeployment(
        connection,
        deploymentId ?? '',
        signal,
      );
      return detail.rollback.releases;
    },
    [api, connection, deploymentId],
  );
  const { data, error } = useLoaded(asks ? load : undefined);
  return { releases: releases ?? data, error, isLoading: asks && !data };
}

/** The version that is chosen, out of which, and what it means. */
export interface VersionChoices {
  choices?: { value: string; label: string }[];
  version: string;
  setChosen(version: string): void;
  /** What a rollback to it changes. */
  changes?: PackageChange[];
  error?: Error;
  isLoading: boolean;
}

/** What an action is about: the version of its intent, or one of those that are offered. */
export function useVersionChoice(intent: Intent): VersionChoices {
  const { releases, error, isLoading } = useReleases(intent);
  const choices =
    intent.kind === 'rollback'
      ? releases?.map(({ version, at }) => ({
          value: version,
          label: `${version} (${clock(at)})`,
        }))
      : intent.versions?.map(version => ({ value: version, label: version }));
  const [chosen, setChosen] = useState<string>();
  const version = chosen ?? intent.version ?? choices?.[0]?.value ?? '';
  const changes =
    intent.kind === 'rollback'
      ? releases?.find(release => release.version === version)?.changes
      : undefined;
  return { choices, version, setChosen, changes, error, isLoading };
}
