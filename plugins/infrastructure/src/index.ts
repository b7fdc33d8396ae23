export { infrastructureFeatures as default } from './features';
export { infrastructurePlugin } from './plugin';
export { infrastructureFormFields } from './fields';
export {
  infrastructureApiRef,
  type InfrastructureApi,
} from './api/InfrastructureApi';
export { FirstSteps } from './home/FirstSteps';
export { CreatePage } from './create/CreatePage';
