import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'Restart a host',
    example: stringify({
      steps: [
        {
          id: 'power',
          name: 'Restart the host',
          action: 'proxmox:power',
          input: {
            host: { name: 'web-1', app: 'shop', environment: 'dev' },
            action: 'reboot',
          },
        },
      ],
    }),
  },
];
