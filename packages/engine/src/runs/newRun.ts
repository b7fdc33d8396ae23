import {
  deploymentsWorkspace,
  releasesWorkspace,
  workspaceName,
  type HostRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import type { RunOptions } from '../types';

/**
 * The document of a run before its first step.
 *
 * @throws NanteError `failed` when Terraform is missing: without it no run can begin
 */
export async function newRunDocument(
  kind: RunDocument['kind'],
  request: HostRequest,
  options: RunOptions,
  more: Pick<RunDocument, 'inputs' | 'byHand'> &
    Pick<Partial<RunDocument>, 'hosts' | 'hostKind' | 'owner'> & {
      context: EngineContext;
    },
): Promise<RunDocument> {
  const { context, ...rest } = more;
  return {
    version: 1,
    id: request.requestId,
    kind,
    door: options.door,
    link: options.link,
    workspace: workspaceName(request.app, request.environment),
    app: request.app,
    environment: request.environment,
    host: request.name,
    requestedBy: request.requestedBy,
    createdAt: new Date().toISOString(),
    state: 'queued',
    repairs: options.repairs,
    cancelRequested: false,
    steps: [],
    leftovers: [],
    tools: await context.tools(),
    ...rest,
  };
}

/** The document of a run about releases or artifacts of an app, or about deployments to an environment. It needs no Terraform. */
export function newAppRunDocument(
  kind: RunDocument['kind'],
  request: Pick<HostRequest, 'requestId' | 'requestedBy'> & {
    app: string;
    /** Left out: of no environment. */
    environment?: string;
  },
  options: RunOptions,
  more: Pick<RunDocument, 'inputs' | 'byHand'> &
    Pick<Partial<RunDocument>, 'owner'>,
): RunDocument {
  const { requestId, requestedBy, app, environment } = request;
  return {
    version: 1,
    id: requestId,
    kind,
    door: options.door,
    link: options.link,
    workspace:
      environment === undefined
        ? releasesWorkspace(app)
        : deploymentsWorkspace(app, environment),
    ...{ app, environment: environment ?? '', host: '' },
    requestedBy,
    createdAt: new Date().toISOString(),
    state: 'queued',
    repairs: options.repairs,
    cancelRequested: false,
    steps: [],
    leftovers: [],
    tools: {},
    ...more,
  };
}
