/**
 * The HTTP API of the infrastructure pages.
 *
 * @packageDocumentation
 */
export { infrastructurePlugin as default } from './plugin';
export {
  createHostConditionalDecision,
  hostConditions,
  hostPermissionResourceRef,
  isHostOwner,
} from './permissions';
