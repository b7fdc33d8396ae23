import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const key =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample ada@example.test';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'Check a server; nothing on it is changed',
    example: stringify({
      steps: [
        {
          id: 'check',
          name: 'Check the server',
          action: 'host:onboard',
          input: {
            name: 'old-1',
            app: 'component:default/shop',
            owner: 'group:default/shop',
            environment: 'dev',
            address: '10.30.0.7',
            loginUser: 'root',
          },
        },
      ],
    }),
  },
  {
    description: 'Onboard it, with an administrator and a role',
    example: stringify({
      steps: [
        {
          id: 'onboard',
          name: 'Onboard the server',
          action: 'host:onboard',
          input: {
            name: 'old-1',
            app: 'component:default/shop',
            owner: 'group:default/shop',
            environment: 'dev',
            address: '10.30.0.7',
            loginUser: 'root',
            port: 2222,
            adminUser: 'ops',
            adminSshKeys: [key],
            roles: [{ name: 'base_setup' }],
            guest: { connection: 'lab', vmId: 120 },
            checkedRunId: '3f0c1c8e-5f5f-4d0e-9f0a-1f2e3d4c5b6a',
          },
        },
      ],
    }),
  },
];
