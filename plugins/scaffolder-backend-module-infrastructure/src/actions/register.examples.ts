import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

const host = { name: 'web-1', app: 'shop', environment: 'dev' };

/** Shown at /create/actions; the tests run them. */
export const examples: TemplateExample[] = [
  {
    description:
      'A host becomes a target of the Octopus environment that its own environment names, reached by SSH',
    example: stringify({
      steps: [
        {
          id: 'register',
          name: 'Register the host',
          action: 'octopus:register',
          input: { host },
        },
      ],
    }),
  },
  {
    description:
      'A host with a Tentacle that polls, with two tags and a machine policy',
    example: stringify({
      steps: [
        {
          id: 'register',
          name: 'Register the host',
          action: 'octopus:register',
          input: {
            host,
            target: {
              style: 'polling',
              environments: ['Development'],
              roles: ['shop', 'web'],
              policy: 'Quiet',
            },
          },
        },
      ],
    }),
  },
  {
    description: 'A Kubernetes cluster',
    example: stringify({
      steps: [
        {
          id: 'register',
          name: 'Register the cluster',
          action: 'octopus:register',
          input: {
            host: { name: 'k8s-1', app: 'shop', environment: 'dev' },
            target: { style: 'kubernetes' },
            kubernetes: {
              url: 'https://k8s.example.test:6443',
              namespace: 'shop',
              account: 'cluster',
            },
          },
        },
      ],
    }),
  },
];
