import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A package that Octopus deploys to machines',
    example: stringify({
      steps: [
        {
          id: 'publish',
          name: 'Publish the package',
          action: 'nexus:publish',
          input: {
            app: 'component:default/shop',
            repository: 'maven-releases',
            format: 'maven2',
            file: 'build/shop.zip',
            group: 'com.example',
            version: '1.4.0',
            commit: '0123456789abcdef0123456789abcdef01234567',
          },
        },
      ],
    }),
  },
  {
    description: 'A chart, which says its name and version itself',
    example: stringify({
      steps: [
        {
          id: 'publish',
          name: 'Publish the chart',
          action: 'nexus:publish',
          input: {
            app: 'shop',
            repository: 'helm-hosted',
            format: 'helm',
            file: 'build/shop-1.4.0.tgz',
          },
        },
      ],
    }),
  },
];
