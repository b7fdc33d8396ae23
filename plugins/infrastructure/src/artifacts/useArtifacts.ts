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
import { joined, removedVersions } from './versions';

/** Milliseconds between two looks at the first page; the others are looked at when they are asked for. */
const LOOK_MS = 30_000;

export interface Artifacts extends Omit<Live<ArtifactsResponse>, 'data'> {
  /** First page, with the versions of all pages that were asked for. */
  data?: ArtifactsResponse;
  /** Versions that were shown and are gone. */
  gone: string[];
  /** Asks for the next page. */
  more(): Promise<void>;
  isLoadingMore: boolean;
  moreError?: Error;
}

interface Pages {
  versions: ArtifactVersion[];
  /** Token of the next page; null where there is none. */
  next: string | null;
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
  const [pages, setPages] = useState<Pages>();
  const [isLoadingMore, setLoadingMore] = useState(false);
  const [moreError, setMoreError] = useState<Error>();

  useEffect(() => {
    known.current = undefined;
    setGone([]);
    setPages(undefined);
    setMoreError(undefined);
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

  const next = pages ? pages.next : live.data?.next;
  const more = async () => {
    if (!next) return;
    setLoadingMore(true);
    setMoreError(undefined);
    try {
      const page = await api.listArtifacts({ ...asked, page: next });
      setPages(old => ({
        versions: [...(old?.versions ?? []), ...page.versions],
        next: page.next ?? null,
      }));
    } catch (cause) {
      setMoreError(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      setLoadingMore(false);
    }
  };

  return {
    ...live,
    data: live.data && {
      ...live.data,
      versions: joined(live.data.versions, pages?.versions ?? []),
      next: next ?? undefined,
    },
    gone,
    more,
    isLoadingMore,
    moreError,
  };
}
