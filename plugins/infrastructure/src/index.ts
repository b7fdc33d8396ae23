export { infrastructureFeatures as default } from './features';
export { infrastructurePlugin } from './plugin';
export { infrastructureFormFields } from './fields';
export {
  infrastructureApiRef,
  type InfrastructureApi,
} from './api/InfrastructureApi';
