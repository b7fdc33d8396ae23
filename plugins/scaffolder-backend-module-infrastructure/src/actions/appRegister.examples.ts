import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'An app whose repository was just made',
    example: stringify({
      steps: [
        {
          id: 'register',
          name: 'Enter it into the catalog',
          action: 'infrastructure:app:register',
          input: {
            app: 'orders',
            owner: 'group:default/shop',
            repository: 'acme/orders',
          },
        },
      ],
    }),
  },
];
