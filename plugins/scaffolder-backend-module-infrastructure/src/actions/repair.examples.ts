import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'Take back what a failed run left',
    example: stringify({
      steps: [
        {
          id: 'repair',
          name: 'Undo the run',
          action: 'run:repair',
          input: {
            runId: '3f0c1c8e-5f5f-4d0e-9f0a-1f2e3d4c5b6a',
            remedy: 'undo',
          },
        },
      ],
    }),
  },
];
