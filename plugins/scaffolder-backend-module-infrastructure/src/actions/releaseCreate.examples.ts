import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A release with the newest package of each step',
    example: stringify({
      steps: [
        {
          id: 'release',
          name: 'Make the release',
          action: 'octopus:release:create',
          input: { app: 'component:default/shop', version: '1.4.0' },
        },
      ],
    }),
  },
  {
    description: 'A release with chosen packages, notes and where it was built',
    example: stringify({
      steps: [
        {
          id: 'release',
          name: 'Make the release',
          action: 'octopus:release:create',
          input: {
            app: 'shop',
            version: '1.4.1',
            channel: 'Hotfix',
            packages: { 'com.example:shop': '1.4.1' },
            notes: 'Repairs the basket.',
            commit: '0123456789abcdef0123456789abcdef01234567',
            buildUrl: 'https://ci.example.test/runs/42',
          },
        },
      ],
    }),
  },
];
