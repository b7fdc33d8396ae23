import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A service that Octopus is to deploy to a host of its own',
    example: stringify({
      steps: [
        {
          id: 'check',
          name: 'Look whether it can be made',
          action: 'infrastructure:app:check',
          input: {
            app: 'orders',
            owner: 'group:default/shop',
            environment: 'dev',
            description: 'Takes orders.',
            publishes: ['maven2'],
            byOctopus: true,
            makesHost: true,
          },
        },
      ],
    }),
  },
  {
    description: 'A pipeline for an app that is there',
    example: stringify({
      steps: [
        {
          id: 'check',
          name: 'Look whether it can get one',
          action: 'infrastructure:app:check',
          input: {
            app: 'component:default/shop',
            environment: 'dev',
            publishes: ['docker'],
            isExisting: true,
          },
        },
      ],
    }),
  },
];
