import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const key =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample ada@example.test';

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description: 'A small virtual machine in the development environment',
    example: stringify({
      steps: [
        {
          id: 'provision',
          name: 'Make the virtual machine',
          action: 'proxmox:provision',
          input: {
            kind: 'vm',
            name: 'web-1',
            app: 'component:default/shop',
            owner: 'group:default/shop',
            placement: { environment: 'dev', size: 'small' },
            sshKeys: [key],
          },
        },
      ],
    }),
  },
  {
    description: 'A container with a size of its own on a chosen node',
    example: stringify({
      steps: [
        {
          id: 'provision',
          name: 'Make the container',
          action: 'proxmox:provision',
          input: {
            kind: 'lxc',
            name: 'cache-1',
            app: 'shop',
            owner: 'group:default/shop',
            placement: {
              environment: 'staging',
              size: 'custom',
              cores: 2,
              memoryMb: 2048,
              diskGb: 12,
              node: 'pve2',
            },
            sshKeys: [key],
            purpose: 'Caches the product pages.',
          },
        },
      ],
    }),
  },
  {
    description:
      'A host that becomes a deployment target of Octopus, reached by SSH, once it is configured',
    example: stringify({
      steps: [
        {
          id: 'provision',
          name: 'Make the virtual machine',
          action: 'proxmox:provision',
          input: {
            kind: 'vm',
            name: 'web-2',
            app: 'shop',
            owner: 'group:default/shop',
            placement: { environment: 'dev', size: 'small' },
            sshKeys: [key],
            target: { style: 'ssh', roles: ['shop', 'web'] },
          },
        },
      ],
    }),
  },
  {
    description:
      'A host that exists, brought to what its record says: all that is left out stays as it is',
    example: stringify({
      steps: [
        {
          id: 'provision',
          name: 'Bring the host up to date',
          action: 'proxmox:provision',
          input: {
            name: 'web-1',
            app: 'shop',
            placement: { environment: 'dev' },
          },
        },
      ],
    }),
  },
];
