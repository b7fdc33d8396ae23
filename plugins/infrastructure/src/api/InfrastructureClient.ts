import { ResponseError } from '@backstage/errors';
import type { DiscoveryApi, FetchApi } from '@backstage/frontend-plugin-api';
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
import type {
  ActivityQuery,
  ArtifactKey,
  ArtifactsQuery,
  HostKey,
  InfrastructureApi,
  RepositoryKey,
  RunsQuery,
} from './InfrastructureApi';

/** `connection/owner/name`, as paths have it. */
function repositoryPath({ connection, name }: RepositoryKey): string {
  return [connection, ...name.split('/')].map(encodeURIComponent).join('/');
}

type Query = Record<string, string | number | boolean | undefined>;

/** The infrastructure backend over HTTP, as the signed-in person. */
export class InfrastructureClient implements InfrastructureApi {
  readonly #discovery: DiscoveryApi;
  readonly #fetch: FetchApi;

  constructor(options: { discoveryApi: DiscoveryApi; fetchApi: FetchApi }) {
    this.#discovery = options.discoveryApi;
    this.#fetch = options.fetchApi;
  }

  status(signal?: AbortSignal) {
    return this.#get<StatusResponse>('/status', {}, signal);
  }

  doctor(options: { refresh?: boolean }, signal?: AbortSignal) {
    const refresh = options.refresh || undefined;
    return this.#get<DoctorResponse>('/doctor', { refresh }, signal);
  }

  policy(signal?: AbortSignal) {
    return this.#get<PolicyResponse>('/policy', {}, signal);
  }

  listHosts(signal?: AbortSignal) {
    return this.#get<ListHostsResponse>('/hosts', {}, signal);
  }

  appName(name: string, signal?: AbortSignal) {
    return this.#get<AppNameResponse>(
      `/app-names/${encodeURIComponent(name)}`,
      {},
      signal,
    );
  }

  getHost(connection: string, vmId: number, signal?: AbortSignal) {
    return this.#get<GetHostResponse>(
      `/hosts/${encodeURIComponent(connection)}/${vmId}`,
      {},
      signal,
    );
  }

  getServer(name: string, signal?: AbortSignal) {
    return this.#get<GetHostResponse>(
      `/servers/${encodeURIComponent(name)}`,
      {},
      signal,
    );
  }

  listRuns(query: RunsQuery, signal?: AbortSignal) {
    return this.#get<ListRunsResponse>('/runs', { ...query }, signal);
  }

  getRun(id: string, signal?: AbortSignal) {
    return this.#get<GetRunResponse>(
      `/runs/${encodeURIComponent(id)}`,
      {},
      signal,
    );
  }

  getRunLog(
    id: string,
    options: { after: number; wait?: boolean },
    signal?: AbortSignal,
  ) {
    return this.#get<GetRunLogResponse>(
      `/runs/${encodeURIComponent(id)}/log`,
      { after: options.after, wait: options.wait || undefined },
      signal,
    );
  }

  async cancelRun(id: string) {
    await this.#request(`/runs/${encodeURIComponent(id)}/cancel`, {
      method: 'POST',
    });
  }

  inspectRun(id: string, signal?: AbortSignal) {
    return this.#get<RunInspectionResponse>(
      `/runs/${encodeURIComponent(id)}/inspection`,
      {},
      signal,
    );
  }

  listRoles(signal?: AbortSignal) {
    return this.#get<ListRolesResponse>('/roles', {}, signal);
  }

  planResize(request: ResizePlanRequest['request'], signal?: AbortSignal) {
    return this.#post<ResizePlanResponse>('/resize-plan', { request }, signal);
  }

  getPlacement(environment: string, kind: HostKind, signal?: AbortSignal) {
    return this.#get<GetPlacementResponse>(
      '/placement',
      { environment, kind },
      signal,
    );
  }

  listEnvironments(kind: HostKind, signal?: AbortSignal) {
    return this.#get<ListEnvironmentsResponse>(
      '/environments',
      { kind },
      signal,
    );
  }

  check(request: CheckRequest['request']) {
    return this.#post<CheckResponse>('/check', { request });
  }

  plan(request: CheckRequest['request'], signal?: AbortSignal) {
    return this.#post<PlanResponse>('/plan', { request }, signal);
  }

  acceptConnection(connection: string) {
    return this.#post<AcceptConnectionResponse>(
      `/connections/${encodeURIComponent(connection)}/accept`,
      {},
    );
  }

  listDeployments(signal?: AbortSignal) {
    return this.#get<DeploymentMatrixResponse>('/deployments', {}, signal);
  }

  getDeployment(connection: string, id: string, signal?: AbortSignal) {
    return this.#get<DeploymentDetailResponse>(
      `/deployments/${encodeURIComponent(connection)}/${encodeURIComponent(id)}`,
      {},
      signal,
    );
  }

  startDeployment(request: StartDeploymentRequest) {
    return this.#post<StartDeploymentResponse>('/deployments/runs', request);
  }

  async answerInterruption(
    connection: string,
    id: string,
    answer: AnswerInterruptionRequest,
  ) {
    await this.#request(
      `/deployments/${encodeURIComponent(connection)}/interruptions/${encodeURIComponent(id)}`,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(answer),
      },
    );
  }

  getHostTargets(host: HostKey, signal?: AbortSignal) {
    const path =
      'server' in host
        ? `/targets/server/${encodeURIComponent(host.server)}`
        : `/targets/${encodeURIComponent(host.connection)}/${host.vmId}`;
    return this.#get<HostTargetsResponse>(path, {}, signal);
  }

  listArtifacts(query: ArtifactsQuery, signal?: AbortSignal) {
    const deployed = query.deployed || undefined;
    return this.#get<ArtifactsResponse>(
      '/artifacts',
      { ...query, deployed },
      signal,
    );
  }

  getArtifactUsage(artifact: ArtifactKey, signal?: AbortSignal) {
    return this.#get<ArtifactUsageResponse>(
      '/artifacts/usage',
      { ...artifact },
      signal,
    );
  }

  listActivity(query: ActivityQuery, signal?: AbortSignal) {
    return this.#get<ActivityResponse>('/activity', { ...query }, signal);
  }

  getPipeline(entityRef: string, signal?: AbortSignal) {
    return this.#get<PipelineResponse>('/pipelines', { entityRef }, signal);
  }

  getPipelineRun(
    repository: RepositoryKey,
    runId: number,
    signal?: AbortSignal,
  ) {
    return this.#get<PipelineRunResponse>(
      `/pipelines/runs/${repositoryPath(repository)}/${runId}`,
      {},
      signal,
    );
  }

  getPipelineJobLog(
    repository: RepositoryKey,
    jobId: number,
    signal?: AbortSignal,
  ) {
    return this.#get<PipelineJobLogResponse>(
      `/pipelines/jobs/${repositoryPath(repository)}/${jobId}/log`,
      {},
      signal,
    );
  }

  actOnPipeline(request: PipelineActionRequest) {
    return this.#post<PipelineActionResponse>('/pipelines/actions', request);
  }

  getWorkflowFleet(signal?: AbortSignal) {
    return this.#get<WorkflowFleetResponse>('/workflow-fleet', {}, signal);
  }

  raiseWorkflows(request: RaiseWorkflowsRequest) {
    return this.#post<RaiseWorkflowsResponse>('/workflow-fleet/raise', request);
  }

  getHome(signal?: AbortSignal) {
    return this.#get<HomeResponse>('/home', {}, signal);
  }

  getTemplateDurations(signal?: AbortSignal) {
    return this.#get<TemplateDurationsResponse>(
      '/templates/durations',
      {},
      signal,
    );
  }

  async #get<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') params.set(name, String(value));
    }
    const search = params.size > 0 ? `?${params}` : '';
    const response = await this.#request(`${path}${search}`, { signal });
    return response.json();
  }

  async #post<T>(
    path: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<T> {
    const response = await this.#request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    return response.json();
  }

  async #request(path: string, init: RequestInit): Promise<Response> {
    const base = await this.#discovery.getBaseUrl('infrastructure');
    const response = await this.#fetch.fetch(`${base}${path}`, init);
    if (!response.ok) {
      const error = await ResponseError.fromResponse(response);
      // "Request failed with 409 Conflict" helps nobody; what the backend says does.
      error.message = error.cause.message || error.message;
      throw error;
    }
    return response;
  }
}
