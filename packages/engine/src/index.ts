export * from './types';
export { createEngine } from './engine';
export * from './ansible';
export * from './setting';
export { createRedactor, type Redactor } from './secrets';
export type { DoctorOptions } from './doctor/doctor';
export type { UnlockRequest, UnlockResult } from './lock/unlock';
export {
  type NamedConnection,
  githubFor,
  kubernetesFor,
  nexusFor,
  octopusFor,
} from './connections';
export { readFolder as readRepositoryFolder } from './repository/folder';
