import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { infrastructurePlugin } from '../plugin';
import { backendApi } from './backend';

/** The pipeline tab on the page of a component. */
export function openPipeline(annotations: Record<string, string> = {}) {
  return renderTestApp({
    extensions: [
      createTestEntityPage({
        entity: {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Component',
          metadata: { name: 'hello', annotations },
          spec: { type: 'service' },
        },
      }),
      infrastructurePlugin.getExtension(
        'entity-content:infrastructure/pipeline',
      ),
    ],
    apis: [backendApi(), mockApis.permission()],
  });
}
