/**
 * Scaffolder actions that make, change, configure, onboard, repair and destroy hosts.
 *
 * @packageDocumentation
 */
export { scaffolderModuleInfrastructure as default } from './module';
export type { ActionDeps } from './deps';
export { createProvisionAction } from './actions/provision';
export { createDestroyAction } from './actions/destroy';
export { createPowerAction } from './actions/power';
export { createResizeAction } from './actions/resize';
export { createSnapshotAction } from './actions/snapshot';
export { createAnsibleRunAction } from './actions/ansibleRun';
export { createOnboardAction } from './actions/onboard';
export { createRepairAction } from './actions/repair';
