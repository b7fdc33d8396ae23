import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'Destroy one host of an app; its siblings stay',
    example: stringify({
      steps: [
        {
          id: 'destroy',
          name: 'Destroy the host',
          action: 'proxmox:destroy',
          input: {
            host: { name: 'web-1', app: 'shop', environment: 'dev' },
            confirm: 'web-1',
          },
        },
      ],
    }),
  },
];
