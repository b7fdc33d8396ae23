import type { Command } from './types';

const host = ['name', 'app', 'environment'] as const;
/** What says that a host is a deployment target, and which. */
export const targetOfHost = [
  'octopus-environment',
  'target-roles',
  'target-style',
  'target-policy',
] as const;
const kubernetes = [
  'kubernetes-url',
  'kubernetes-namespace',
  'kubernetes-account',
  'kubernetes-certificate',
] as const;
const provenance = ['commit', 'build-url'] as const;
const deployment = [
  ...(['environment', 'octopus-environment', 'project', 'octopus'] as const),
  ...(['target', 'comment', 'timeout-minutes', 'cancel-on-timeout'] as const),
  ...(['confirm', 'dry-run', 'request-id'] as const),
] as const;
const confirmed =
  'A restricted environment needs --confirm with the name of the Octopus environment, and somebody who may.';

/** Verbs of Octopus Deploy and Nexus. */
export const deploymentCommands: readonly Command[] = [
  {
    name: 'register',
    summary: 'Make a host, or a cluster, a deployment target of Octopus',
    description: [
      'Waits for the first health check; a target that is not healthy is a failure that says why.',
      'Repeating it changes only what differs.',
    ],
    required: host,
    optional: [
      ...targetOfHost,
      ...kubernetes,
      ...(['octopus', 'adopt', 'dry-run', 'request-id'] as const),
    ],
    changes: true,
    example:
      'nante register --name web-1 --app shop --environment dev --octopus-environment Development --target-roles shop,web',
  },
  {
    name: 'deregister',
    summary: 'Remove the deployment target of a host; the host stays',
    description: [
      'By the recorded id, and only where name and thumbprint agree. Repeating it is success.',
    ],
    required: [...host, 'confirm'],
    optional: ['octopus', 'dry-run', 'request-id'],
    changes: true,
    example:
      'nante deregister --name web-1 --app shop --environment dev --confirm web-1',
  },
  {
    name: 'project create',
    summary: 'Make a project of Octopus, with a process for one package',
    description: [
      'One that is there is success, and its process is left alone.',
    ],
    required: ['app'],
    optional: [
      ...(['project', 'group', 'lifecycle', 'description'] as const),
      ...(['process', 'feed', 'package', 'target-roles'] as const),
      ...(['health-port', 'health-path', 'health-seconds'] as const),
      ...(['approval', 'octopus', 'dry-run', 'request-id'] as const),
    ],
    changes: true,
    withoutTerraform: true,
    example:
      'nante project create --app hello --process package --feed "Nexus Maven" --package com.example:hello --health-port 8080',
  },
  {
    name: 'release create',
    summary: 'Make a release of a project',
    description: [
      'The same release there already is success; one with other packages is refused.',
    ],
    required: ['app', 'version'],
    optional: [
      ...(['project', 'channel', 'package-version', 'packages'] as const),
      ...(['notes', 'notes-file'] as const),
      ...provenance,
      ...(['octopus', 'dry-run', 'request-id'] as const),
    ],
    changes: true,
    withoutTerraform: true,
    example:
      'nante release create --app hello --version 1.2.0 --package-version 1.2.0 --notes-file CHANGES.md',
  },
  {
    name: 'deploy',
    summary: 'Deploy a release to an environment, and wait for the end',
    description: [
      'Also a promotion, and a redeployment. A release that runs there already, on the same targets, is success at once.',
      confirmed,
    ],
    required: ['app', 'version'],
    optional: [...deployment, 'force', 'return-on-failure'],
    changes: true,
    withoutTerraform: true,
    example: 'nante deploy --app hello --version 1.2.0 --environment dev',
  },
  {
    name: 'rollback',
    summary: 'Deploy the last good release that differs from what is there',
    description: [
      'It says what that changes; --dry-run says only that.',
      confirmed,
    ],
    required: ['app'],
    optional: ['version', ...deployment],
    changes: true,
    withoutTerraform: true,
    example: 'nante rollback --app hello --environment staging --dry-run',
  },
  {
    name: 'publish',
    summary: 'Publish a file as an artifact of a Nexus repository',
    description: [
      'The same checksum there already is success; another is refused. Nothing is left of an upload that was cut.',
    ],
    required: ['app', 'repository', 'format', 'file'],
    optional: [
      ...(['group', 'artifact', 'version', 'extension', 'classifier'] as const),
      ...provenance,
      ...(['nexus', 'dry-run', 'request-id'] as const),
    ],
    changes: true,
    withoutTerraform: true,
    example:
      'nante publish --app hello --repository maven-releases --format maven2 --group com.example --artifact hello --version 1.2.0 --file dist/hello.zip',
  },
  {
    name: 'repository create',
    summary: 'Make a hosted repository in Nexus; for operators',
    description: [
      'One that is there as asked is success; one that differs is refused.',
    ],
    required: ['name', 'format'],
    optional: [
      ...(['blob-store', 'redeploy', 'docker-port'] as const),
      ...(['nexus', 'dry-run', 'request-id'] as const),
    ],
    changes: true,
    withoutTerraform: true,
    example: 'nante repository create --name raw-hosted --format raw',
  },
];
