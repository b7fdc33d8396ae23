/**
 * Root-scoped services around the engine and its clients.
 *
 * @packageDocumentation
 */
export * from './services';
export {
  type InfrastructureSettings,
  type SecretSettings,
  readInfrastructureConfig,
} from './config/readInfrastructureConfig';
export {
  type HostRegistry,
  type Observation,
  type ServersObservation,
} from './hosts/registryTypes';
export { createHostRegistry } from './hosts/HostRegistry';
export type {
  DeploymentFacts,
  DeploymentRegistry,
  JoinedTarget,
  PackageOfRelease,
  SpaceView,
  TargetsObservation,
} from './deployments/deploymentTypes';
export type {
  DeploymentHistory,
  KnownRelease,
  PastDeployment,
} from './deployments/DeploymentHistory';
export { createDeploymentRegistry } from './deployments/createDeploymentRegistry';
export { namePackages } from './deployments/deploymentFacts';
export { KeptAnswers } from './caches/KeptAnswers';
export { withPatience } from './caches/withPatience';
export { describeError } from './hosts/ConnectionSource';
export { Refreshed } from './caches/Refreshed';
export { type Route, routeOf } from './deployments/lifecycle';
export { disagreementOf } from './deployments/joinTargets';
export {
  type RunEvent,
  type RunEvents,
  changesDeployments,
  createRunEvents,
} from './runs/RunEvents';
export { type Runner, type RunnerOptions, createRunner } from './runs/Runner';
export type { HostFacts } from './hosts/detail';
export {
  type HostName,
  type HostRecord,
  findRecords,
  pickRecords,
  readRecords,
  recordsOfRun,
} from './records/records';
export type {
  EndedRun,
  FollowedRun,
  WorkflowFollower,
  WorkflowRunName,
} from './workflows/followerTypes';
export { GithubFollower } from './workflows/GithubFollower';
export { limitEndOf, unlessLimited } from './workflows/limits';
export {
  isSameRepository,
  readRepositoryName,
} from './workflows/repositoryName';
export { describeWait } from './workflows/waiting';
export { audited } from './access/audited';
export { type RunPerson, isRunOf, whyNotRepair } from './access/repair';
export { removalProblem } from './hosts/guard';
export type {
  DashboardItem,
  GithubApi,
  GithubCommit,
  GithubRepository,
  GithubRunner,
  NexusComponent,
  NexusSearch,
  OctopusApi,
  OctopusEvent,
  OctopusFreeze,
  OctopusMachine,
  OctopusRelease,
  ProcessPackage,
  RepositoryName,
  TaskActivity,
  WorkflowConclusion,
  WorkflowJob,
  WorkflowRun,
  WorkflowStatus,
  WorkflowStep,
} from '@nante/clients';
export type {
  CheckResult,
  Engine,
  ManagedHost,
  ManagedRepository,
  ManagedServer,
  ManagedTarget,
} from '@nante/engine';
export {
  type NamedConnection,
  githubFor,
  kubernetesFor,
  nexusFor,
  octopusFor,
  readRepositoryFolder,
} from '@nante/engine';
export type { SecretMask } from './secrets/SecretMask';
export { toBackstageError } from './errors';
