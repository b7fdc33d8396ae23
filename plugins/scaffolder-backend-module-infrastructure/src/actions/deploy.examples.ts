import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A release goes to the development environment',
    example: stringify({
      steps: [
        {
          id: 'deploy',
          name: 'Deploy the release',
          action: 'octopus:deploy',
          input: {
            app: 'component:default/shop',
            environment: 'dev',
            version: '1.4.0',
          },
        },
      ],
    }),
  },
  {
    description:
      'A release is promoted to production, to one target, and cancelled where it takes more than a quarter of an hour',
    example: stringify({
      steps: [
        {
          id: 'deploy',
          name: 'Promote the release',
          action: 'octopus:deploy',
          input: {
            app: 'shop',
            environment: 'prod',
            version: '1.4.0',
            targets: ['web-1.prod.shop'],
            timeoutMinutes: 15,
            cancelOnTimeout: true,
            confirm: 'Production',
          },
        },
      ],
    }),
  },
];
