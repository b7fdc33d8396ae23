import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'Starts a workflow and waits for its end',
    example: stringify({
      steps: [
        {
          id: 'provision',
          name: 'Make the host by the workflow',
          action: 'github:run:follow',
          input: {
            repository: 'acme/shop',
            app: 'component:default/shop',
            workflow: 'provision.yml',
            ref: 'main',
            inputs: { environment: 'dev' },
          },
        },
      ],
    }),
  },
  {
    description: 'Waits for the run that the push of a commit started',
    example: stringify({
      steps: [
        {
          id: 'run',
          name: 'Build, test and deploy',
          action: 'github:run:follow',
          input: {
            repository: 'shop',
            app: 'shop',
            workflow: 'ci.yml',
            commit: '4f1cbb0a61d3e2a7c5d8f90b1e6a7c3d2b1a0f9e',
            timeoutMinutes: 20,
          },
        },
      ],
    }),
  },
];
