import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description:
      'A project that installs a package on targets with the tag shop and looks whether it answers; in Production somebody agrees first',
    example: stringify({
      steps: [
        {
          id: 'project',
          name: 'Make the project',
          action: 'octopus:project:create',
          input: {
            app: 'component:default/shop',
            group: 'Commerce',
            process: {
              kind: 'package',
              feed: 'Nexus Maven',
              packageId: 'com.example:shop',
              healthCheck: { port: 8080, path: '/health' },
              approvals: ['Production'],
            },
          },
        },
      ],
    }),
  },
];
