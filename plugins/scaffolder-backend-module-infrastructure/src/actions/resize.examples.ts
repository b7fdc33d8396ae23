import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A configured size, without a restart',
    example: stringify({
      steps: [
        {
          id: 'resize',
          name: 'Resize the host',
          action: 'proxmox:resize',
          input: {
            host: { name: 'web-1', app: 'shop', environment: 'dev' },
            resize: { size: 'small' },
          },
        },
      ],
    }),
  },
  {
    description: 'A larger disk and more memory; the host may restart',
    example: stringify({
      steps: [
        {
          id: 'resize',
          name: 'Resize the host',
          action: 'proxmox:resize',
          input: {
            host: { name: 'web-1', app: 'shop', environment: 'dev' },
            resize: {
              size: 'custom',
              memoryMb: 4096,
              diskGb: 40,
              allowReboot: true,
            },
          },
        },
      ],
    }),
  },
];
