import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'Workflows for a repository that is there already',
    example: stringify({
      steps: [
        {
          id: 'change',
          name: 'Propose the workflows',
          action: 'github:change:propose',
          input: {
            repository: 'acme/shop',
            app: 'component:default/shop',
            branch: 'nante/pipeline',
            title: 'Add a pipeline',
            body: 'Builds, tests and deploys it.',
            sourcePath: 'repository',
          },
        },
      ],
    }),
  },
];
