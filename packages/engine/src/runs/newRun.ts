import {
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
