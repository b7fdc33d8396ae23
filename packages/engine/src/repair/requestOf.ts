import {
  configureRequestSchema,
  createProjectRequestSchema,
  createRepositoryRequestSchema,
  deployRequestSchema,
  deregisterRequestSchema,
  destroyRequestSchema,
  onboardRequestSchema,
  powerRequestSchema,
  provisionInputSchema,
  publishRequestSchema,
  registerRequestSchema,
  releaseRequestSchema,
  repairRequestSchema,
  resizeRequestSchema,
  rollbackRequestSchema,
  snapshotRequestSchema,
  templateRequestSchema,
  type ConfigureRequest,
  type CreateProjectRequest,
  type CreateRepositoryRequest,
  type DeployRequest,
  type DeregisterRequest,
  type DestroyRequest,
  type OnboardRequest,
  type PowerRequest,
  type ProvisionInput,
  type PublishRequest,
  type RegisterRequest,
  type ReleaseRequest,
  type RepairRequest,
  type ResizeRequest,
  type RollbackRequest,
  type RunDocument,
  type SnapshotRequest,
  type TemplateRequest,
  deployDockerRequestSchema,
  deployK8sRequestSchema,
  proposeChangeRequestSchema,
  setUpRepositoryRequestSchema,
  type DeployDockerRequest,
  type DeployK8sRequest,
  type ProposeChangeRequest,
  type SetUpRepositoryRequest,
} from '@nante/model';
import type { z } from 'zod';

/** A request with the verb that takes it. */
export type RunRequest =
  | { verb: 'provision'; request: ProvisionInput }
  | { verb: 'destroy'; request: DestroyRequest }
  | { verb: 'configure'; request: ConfigureRequest }
  | { verb: 'power'; request: PowerRequest }
  | { verb: 'resize'; request: ResizeRequest }
  | { verb: 'snapshot'; request: SnapshotRequest }
  | { verb: 'onboard'; request: OnboardRequest }
  | { verb: 'template'; request: TemplateRequest }
  | { verb: 'register'; request: RegisterRequest }
  | { verb: 'deregister'; request: DeregisterRequest }
  | { verb: 'create-project'; request: CreateProjectRequest }
  | { verb: 'release'; request: ReleaseRequest }
  | { verb: 'deploy'; request: DeployRequest }
  | { verb: 'rollback'; request: RollbackRequest }
  | { verb: 'publish'; request: PublishRequest }
  | { verb: 'create-repository'; request: CreateRepositoryRequest }
  | { verb: 'set-up-repository'; request: SetUpRepositoryRequest }
  | { verb: 'propose-change'; request: ProposeChangeRequest }
  | { verb: 'deploy-docker'; request: DeployDockerRequest }
  | { verb: 'deploy-k8s'; request: DeployK8sRequest }
  | { verb: 'repair'; request: RepairRequest };

const schemas: Record<RunRequest['verb'], z.ZodType> = {
  provision: provisionInputSchema,
  destroy: destroyRequestSchema,
  configure: configureRequestSchema,
  power: powerRequestSchema,
  resize: resizeRequestSchema,
  snapshot: snapshotRequestSchema,
  onboard: onboardRequestSchema,
  template: templateRequestSchema,
  register: registerRequestSchema,
  deregister: deregisterRequestSchema,
  'create-project': createProjectRequestSchema,
  release: releaseRequestSchema,
  deploy: deployRequestSchema,
  rollback: rollbackRequestSchema,
  publish: publishRequestSchema,
  'create-repository': createRepositoryRequestSchema,
  'set-up-repository': setUpRepositoryRequestSchema,
  'propose-change': proposeChangeRequestSchema,
  'deploy-docker': deployDockerRequestSchema,
  'deploy-k8s': deployK8sRequestSchema,
  repair: repairRequestSchema,
};

/**
 * The request of a run, as its document keeps it; undefined where it does not fit this release any more.
 *
 * @param operator - whether whoever repeats it may do what is restricted: that is looked up anew each time
 */
export function requestOf(
  run: RunDocument,
  operator = false,
): RunRequest | undefined {
  const verb = verbOf(run);
  const parsed = schemas[verb].safeParse({
    ...run.inputs,
    requestId: run.id,
    requestedBy: run.requestedBy,
    operator,
  });
  return parsed.success
    ? ({ verb, request: parsed.data } as RunRequest)
    : undefined;
}

/** Runs that repair in a way of their own keep the request for the repair. */
function verbOf({ kind, inputs }: RunDocument): RunRequest['verb'] {
  if ('remedy' in inputs) return 'repair';
  return kind === 'adopt' || kind === 'forget' ? 'repair' : kind;
}
