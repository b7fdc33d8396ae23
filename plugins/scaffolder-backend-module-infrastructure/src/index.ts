/**
 * Scaffolder actions that provision and destroy hosts.
 *
 * @packageDocumentation
 */
export { scaffolderModuleInfrastructure as default } from './module';
export { createProvisionAction } from './actions/provision';
export { createDestroyAction } from './actions/destroy';
