import { createApiRef } from '@backstage/frontend-plugin-api';
import type { HostKind } from '@nante/model';
import type {
  AcceptConnectionResponse,
  CheckRequest,
  CheckResponse,
  DoctorResponse,
  GetHostResponse,
  GetPlacementResponse,
  GetRunLogResponse,
  GetRunResponse,
  ListEnvironmentsResponse,
  ListHostsResponse,
  ListRolesResponse,
  ListRunsResponse,
  PlanResponse,
  PolicyResponse,
  ResizePlanRequest,
  ResizePlanResponse,
  RunInspectionResponse,
  StatusResponse,
} from '@nante/plugin-infrastructure-common';

/** Filters of the runs list. */
export interface RunsQuery {
  mine?: boolean;
  state?: string;
  host?: string;
  app?: string;
  /** Most runs to answer, newest first; the backend's own default when left out. */
  limit?: number;
}

/**
 * What the pages ask the infrastructure backend. Every call throws a `ResponseError` when the backend refuses or fails.
 */
export interface InfrastructureApi {
  status(signal?: AbortSignal): Promise<StatusResponse>;
  /**
   * What has to be right before a host can be made; for operators.
   *
   * @param options - `refresh`: asks every system again, however new the last answer is
   */
  doctor(
    options: { refresh?: boolean },
    signal?: AbortSignal,
  ): Promise<DoctorResponse>;
  /** What may be asked for, as it is configured. */
  policy(signal?: AbortSignal): Promise<PolicyResponse>;
  listHosts(signal?: AbortSignal): Promise<ListHostsResponse>;
  getHost(
    connection: string,
    vmId: number,
    signal?: AbortSignal,
  ): Promise<GetHostResponse>;
  /** An onboarded server that is no guest, by the name of its entity. */
  getServer(name: string, signal?: AbortSignal): Promise<GetHostResponse>;
  listRuns(query: RunsQuery, signal?: AbortSignal): Promise<ListRunsResponse>;
  getRun(id: string, signal?: AbortSignal): Promise<GetRunResponse>;
  /**
   * Lines of a run's log.
   *
   * @param options - `after`: position of the last line already known, -1 for all; `wait`: the backend holds the answer
   *   back until there is a new line, or for some seconds
   */
  getRunLog(
    id: string,
    options: { after: number; wait?: boolean },
    signal?: AbortSignal,
  ): Promise<GetRunLogResponse>;
  cancelRun(id: string): Promise<void>;
  /** What exists of a run, looked up now, and the ways out of it. */
  inspectRun(id: string, signal?: AbortSignal): Promise<RunInspectionResponse>;
  /** Software that a host can have. */
  listRoles(signal?: AbortSignal): Promise<ListRolesResponse>;
  /** What a change of size would do; nothing is changed. */
  planResize(
    request: ResizePlanRequest['request'],
    signal?: AbortSignal,
  ): Promise<ResizePlanResponse>;
  getPlacement(
    environment: string,
    kind: HostKind,
    signal?: AbortSignal,
  ): Promise<GetPlacementResponse>;
  listEnvironments(
    kind: HostKind,
    signal?: AbortSignal,
  ): Promise<ListEnvironmentsResponse>;
  /** All problems of a request at once; nothing is changed. */
  check(request: CheckRequest['request']): Promise<CheckResponse>;
  /** A real plan of a request; nothing is changed. */
  plan(
    request: CheckRequest['request'],
    signal?: AbortSignal,
  ): Promise<PlanResponse>;
  /**
   * Says that what is missing from a connection's answer is really gone; entities of missing guests are removed.
   * For operators.
   */
  acceptConnection(connection: string): Promise<AcceptConnectionResponse>;
}

export const infrastructureApiRef = createApiRef<InfrastructureApi>().with({
  id: 'plugin.infrastructure.client',
  pluginId: 'infrastructure',
});
