import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A repository for packages that are published once',
    example: stringify({
      steps: [
        {
          id: 'repository',
          name: 'Make the repository',
          action: 'nexus:repository:create',
          input: { name: 'team-releases', format: 'maven2' },
        },
      ],
    }),
  },
];
