import {
  workspaceName,
  type DestroyRequest,
  type ProvisionRequest,
  type RunDocument,
} from '@nante/model';
import type { EngineContext } from '../context';
import { providerTitle } from '../terraform/provider';
import type { RunOptions } from '../types';

/** The document of a run before its first step. */
export function newRunDocument(
  kind: RunDocument['kind'],
  request: ProvisionRequest | DestroyRequest,
  options: RunOptions,
  more: Pick<RunDocument, 'inputs' | 'byHand'> &
    Pick<Partial<RunDocument>, 'hostKind' | 'owner'> & {
      context: EngineContext;
    },
): RunDocument {
  const { context, ...rest } = more;
  const { terraform, sandboxGuests } = context.options;
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
    cancelRequested: false,
    steps: [],
    leftovers: [],
    tools: {
      terraform: terraform.tool,
      provider: providerTitle(terraform.provider),
      guests: sandboxGuests,
    },
    ...rest,
  };
}
