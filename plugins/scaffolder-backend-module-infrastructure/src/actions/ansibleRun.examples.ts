import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'nginx with one site on a host',
    example: stringify({
      steps: [
        {
          id: 'configure',
          name: 'Configure the host',
          action: 'ansible:run',
          input: {
            hosts: { name: 'web-1', app: 'shop', environment: 'dev' },
            roles: [
              { name: 'base_setup' },
              {
                name: 'nginx',
                arguments: {
                  nginx_sites: [
                    { name: 'shop', server_names: ['shop.example.com'] },
                  ],
                },
              },
            ],
          },
        },
      ],
    }),
  },
  {
    description: 'What their own roles would change on two hosts',
    example: stringify({
      steps: [
        {
          id: 'configure',
          name: 'Look for drift',
          action: 'ansible:run',
          input: {
            hosts: [
              { name: 'web-1', app: 'shop', environment: 'dev' },
              { name: 'web-2', app: 'shop', environment: 'dev' },
            ],
            dryRun: true,
          },
        },
      ],
    }),
  },
];
