/**
 * The HTTP API of the infrastructure pages.
 *
 * @packageDocumentation
 */
export { infrastructurePlugin as default } from './plugin';
export {
  createHostConditionalDecision,
  createProjectConditionalDecision,
  hostConditions,
  projectConditions,
  hostPermissionResourceRef,
  isHostOwner,
} from './permissions';
