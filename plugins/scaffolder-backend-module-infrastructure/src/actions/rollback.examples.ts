import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description:
      'Back to the last good release that differs from what is there',
    example: stringify({
      steps: [
        {
          id: 'rollback',
          name: 'Roll back',
          action: 'octopus:rollback',
          input: { app: 'component:default/shop', environment: 'staging' },
        },
      ],
    }),
  },
  {
    description: 'Back to a release that was there before',
    example: stringify({
      steps: [
        {
          id: 'rollback',
          name: 'Roll back',
          action: 'octopus:rollback',
          input: { app: 'shop', environment: 'dev', version: '1.3.2' },
        },
      ],
    }),
  },
];
