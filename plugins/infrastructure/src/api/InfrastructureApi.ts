import { createApiRef } from '@backstage/frontend-plugin-api';
import type { HostKind } from '@nante/model';
import type {
  AcceptConnectionResponse,
  ActivityResponse,
  AnswerInterruptionRequest,
  AppNameResponse,
  ArtifactUsageResponse,
  ArtifactsResponse,
  CheckRequest,
  CheckResponse,
  DeploymentDetailResponse,
  DeploymentMatrixResponse,
  DoctorResponse,
  GetHostResponse,
  GetPlacementResponse,
  GetRunLogResponse,
  GetRunResponse,
  HomeResponse,
  HostTargetsResponse,
  ListEnvironmentsResponse,
  ListHostsResponse,
  ListRolesResponse,
  ListRunsResponse,
  PipelineActionRequest,
  PipelineActionResponse,
  PipelineJobLogResponse,
  PipelineResponse,
  PipelineRunResponse,
  PlanResponse,
  PolicyResponse,
  RaiseWorkflowsRequest,
  RaiseWorkflowsResponse,
  ResizePlanRequest,
  ResizePlanResponse,
  RunInspectionResponse,
  StartDeploymentRequest,
  StartDeploymentResponse,
  StatusResponse,
  TemplateDurationsResponse,
  WorkflowFleetResponse,
} from '@nante/plugin-infrastructure-common';

/** Filters of the runs list. */
export interface RunsQuery {
  mine?: boolean;
  state?: string;
  host?: string;
  app?: string;
  /** Kinds of runs, comma separated. */
  kind?: string;
  /** Where it was started from: `portal`, `workflow` or `cli`. */
  door?: string;
  /** Most runs to answer, newest first; the backend's own default when left out. */
  limit?: number;
}

/** Filters of a component's artifacts, and the page. */
export interface ArtifactsQuery {
  entityRef: string;
  /** Token of the page; the first when left out. */
  page?: string;
  text?: string;
  format?: string;
  /** Only versions that are deployed somewhere. */
  deployed?: boolean;
}

/** Which artifact. */
export interface ArtifactKey {
  connection: string;
  repository: string;
  format: string;
  name: string;
  version: string;
}

/** Filters of the activity, and the page. */
export interface ActivityQuery {
  entityRef?: string;
  environment?: string;
  app?: string;
  source?: string;
  kind?: string;
  actor?: string;
  limit?: number;
  /** Token of the page; the newest when left out. */
  before?: string;
}

/** A repository of a connection. */
export interface RepositoryKey {
  connection: string;
  /** `owner/name`. */
  name: string;
}

/** A guest by connection and id, or a server by the name of its entity. */
export type HostKey = { connection: string; vmId: number } | { server: string };

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
  /** Whether a new application may be called so. */
  appName(name: string, signal?: AbortSignal): Promise<AppNameResponse>;
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
  /** Every project in every environment. */
  listDeployments(signal?: AbortSignal): Promise<DeploymentMatrixResponse>;
  getDeployment(
    connection: string,
    id: string,
    signal?: AbortSignal,
  ): Promise<DeploymentDetailResponse>;
  /** Starts a run that releases, deploys, rolls back or cancels; the same request id never starts two. */
  startDeployment(
    request: StartDeploymentRequest,
  ): Promise<StartDeploymentResponse>;
  /** Answers a manual intervention or a guided failure. */
  answerInterruption(
    connection: string,
    id: string,
    answer: AnswerInterruptionRequest,
  ): Promise<void>;
  /** Deployment targets that a host is. */
  getHostTargets(
    host: HostKey,
    signal?: AbortSignal,
  ): Promise<HostTargetsResponse>;
  /** One page of a component's artifacts. */
  listArtifacts(
    query: ArtifactsQuery,
    signal?: AbortSignal,
  ): Promise<ArtifactsResponse>;
  /** Releases, environments, targets and hosts that use an artifact. */
  getArtifactUsage(
    artifact: ArtifactKey,
    signal?: AbortSignal,
  ): Promise<ArtifactUsageResponse>;
  /** What was done, newest first. */
  listActivity(
    query: ActivityQuery,
    signal?: AbortSignal,
  ): Promise<ActivityResponse>;
  /** The chain of a component's newest commit, its workflow runs, and the workflows that it calls. */
  getPipeline(
    entityRef: string,
    signal?: AbortSignal,
  ): Promise<PipelineResponse>;
  /** A workflow run with its jobs. */
  getPipelineRun(
    repository: RepositoryKey,
    runId: number,
    signal?: AbortSignal,
  ): Promise<PipelineRunResponse>;
  /** End of a job's log; without lines until the job has ended. */
  getPipelineJobLog(
    repository: RepositoryKey,
    jobId: number,
    signal?: AbortSignal,
  ): Promise<PipelineJobLogResponse>;
  /** Starts, repeats or cancels a workflow run. */
  actOnPipeline(
    request: PipelineActionRequest,
  ): Promise<PipelineActionResponse>;
  /** Which repository calls which version of our workflows. */
  getWorkflowFleet(signal?: AbortSignal): Promise<WorkflowFleetResponse>;
  /** Starts a run that proposes the current version to a repository. */
  raiseWorkflows(
    request: RaiseWorkflowsRequest,
  ): Promise<RaiseWorkflowsResponse>;
  /** What needs the person, what is theirs, and what is free. */
  getHome(signal?: AbortSignal): Promise<HomeResponse>;
  /** How long runs of templates usually take, by template name. */
  getTemplateDurations(
    signal?: AbortSignal,
  ): Promise<TemplateDurationsResponse>;
}

export const infrastructureApiRef = createApiRef<InfrastructureApi>().with({
  id: 'plugin.infrastructure.client',
  pluginId: 'infrastructure',
});
