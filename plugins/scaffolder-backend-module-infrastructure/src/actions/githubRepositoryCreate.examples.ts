import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'The repository of a new app, whose first push builds it',
    example: stringify({
      steps: [
        {
          id: 'repository',
          name: 'Make the repository',
          action: 'github:repository:create',
          input: {
            name: 'shop',
            app: 'shop',
            owner: 'group:default/shop',
            description: 'Orders of the shop',
            sourcePath: 'repository',
            environments: ['dev', 'prod'],
            variables: { TEAM_SSH_KEYS: 'ssh-ed25519 AAAA ada' },
            protection: { requiredChecks: ['ci / Build and publish'] },
          },
        },
      ],
    }),
  },
  {
    description: 'One for documents, without a secret and without events',
    example: stringify({
      steps: [
        {
          id: 'repository',
          name: 'Make the repository',
          action: 'github:repository:create',
          input: {
            name: 'shop-handbook',
            app: 'component:default/shop',
            owner: 'shop',
            visibility: 'internal',
            sourcePath: 'repository',
            dopplerToken: false,
            webhook: false,
          },
        },
      ],
    }),
  },
];
