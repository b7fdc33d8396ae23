import { useApi } from '@backstage/frontend-plugin-api';
import type { HomeResponse } from '@nante/plugin-infrastructure-common';
import { useCallback } from 'react';
import {
  type InfrastructureApi,
  infrastructureApiRef,
} from '../api/InfrastructureApi';
import { type Live, useLive } from '../hooks/useLive';

/** Milliseconds between two looks where signals don't come through. */
const LOOK_MS = 15_000;
/** Widgets that ask within this time share one answer; milliseconds. */
const SHARED_MS = 1_000;

const shared = new WeakMap<
  InfrastructureApi,
  { at: number; answer: Promise<HomeResponse> }
>();

function readHome(api: InfrastructureApi): Promise<HomeResponse> {
  const known = shared.get(api);
  if (known && Date.now() - known.at < SHARED_MS) return known.answer;
  const answer = api.getHome();
  shared.set(api, { at: Date.now(), answer });
  return answer;
}

/** What Home shows; its widgets ask once together. */
export function useHome(): Live<HomeResponse> {
  const api = useApi(infrastructureApiRef);
  const load = useCallback(() => readHome(api), [api]);
  return useLive(load, { intervalMs: LOOK_MS, signal: { kind: 'run' } });
}
