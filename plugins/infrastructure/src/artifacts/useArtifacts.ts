import { useApi } from '@backstage/frontend-plugin-api';
import type {
  ArtifactVersion,
  ArtifactsResponse,
} from '@nante/plugin-infrastructure-common';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import {
  type ArtifactsQuery,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { type Live, useLive } from '../hooks/useLive';
import { type MorePages, useMorePages } from '../hooks/useMorePages';
import { joined, removedVersions } from './versions';

/** Milliseconds between two looks at the first page; the others are looked at when they are asked for. */
const LOOK_MS = 30_000;

export interface Artifacts
  extends
    Omit<Live<ArtifactsResponse>, 'data'>,
    Omit<MorePages<ArtifactVersion>, 'items' | 'next'> {
  /** First page, with the versions of all pages that were asked for. */
  data?: ArtifactsResponse;
  /** Versions that were shown and are gone. */
  gone: string[];
}

/** A component's artifacts: the first page live, the next ones on demand. */
export function useArtifacts(query: Omit<ArtifactsQuery, 'page'>): Artifacts {
  const api = useApi(infrastructureApiRef);
  const { entityRef, text, format, deployed } = query;
  const asked = useMemo(
    () => ({ entityRef, text, format, deployed }),
    [entityRef, text, format, deployed],
  );
  const known = useRef<string[]>();
  const [gone, setGone] = useState<string[]>([]);

  useEffect(() => {
    known.current = undefined;
    setGone([]);
  }, [asked]);

  const load = useCallback(
    async (signal: AbortSignal) => {
      const answer = await api.listArtifacts(asked, signal);
      const versions = answer.versions.map(({ version }) => version);
      const removed = removedVersions(known.current ?? [], versions);
      known.current = versions;
      if (!signal.aborted && removed.length > 0) setGone(removed);
      return answer;
    },
    [api, asked],
  );
  const live = useLive(load, {
    intervalMs: LOOK_MS,
    signal: { kind: 'deployments' },
  });

  const { items, next, ...rest } = useMorePages<ArtifactVersion>({
    asked,
    second: live.data?.next,
    async load(page) {
      const answer = await api.listArtifacts({ ...asked, page });
      return { items: answer.versions, next: answer.next };
    },
    join: (before, page) => [...before, ...page],
  });
  return {
    ...live,
    data: live.data && {
      ...live.data,
      versions: joined(live.data.versions, items),
      next,
    },
    gone,
    ...rest,
  };
}
