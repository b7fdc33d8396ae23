import { createFrontendFeatureLoader } from '@backstage/frontend-plugin-api';
import { infrastructureFormFields } from './fields';
import { infrastructurePlugin } from './plugin';

/** Pages and form fields together, so that one dependency line installs both. */
export const infrastructureFeatures = createFrontendFeatureLoader({
  loader: () => [infrastructurePlugin, infrastructureFormFields],
});
