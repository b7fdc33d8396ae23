import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A host is no deployment target any more',
    example: stringify({
      steps: [
        {
          id: 'deregister',
          name: 'Remove the target',
          action: 'octopus:deregister',
          input: {
            host: { name: 'web-1', app: 'shop', environment: 'dev' },
            confirm: 'web-1',
          },
        },
      ],
    }),
  },
];
