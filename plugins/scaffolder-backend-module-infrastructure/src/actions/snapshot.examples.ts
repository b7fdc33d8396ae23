import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A snapshot before an upgrade',
    example: stringify({
      steps: [
        {
          id: 'snapshot',
          name: 'Make a snapshot',
          action: 'proxmox:snapshot',
          input: {
            host: { name: 'web-1', app: 'shop', environment: 'dev' },
            snapshot: {
              action: 'create',
              snapshot: 'before-upgrade',
              description: 'Before the upgrade to 2.0',
            },
          },
        },
      ],
    }),
  },
  {
    description: 'Return to it',
    example: stringify({
      steps: [
        {
          id: 'snapshot',
          name: 'Return to the snapshot',
          action: 'proxmox:snapshot',
          input: {
            host: { name: 'web-1', app: 'shop', environment: 'dev' },
            snapshot: {
              action: 'rollback',
              snapshot: 'before-upgrade',
              confirm: 'before-upgrade',
            },
          },
        },
      ],
    }),
  },
];
