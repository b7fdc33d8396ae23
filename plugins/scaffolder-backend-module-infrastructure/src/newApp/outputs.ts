import type { z as zod } from 'zod/v3';
import type { Site } from './checkApp';

type Z = typeof zod;

/** What the check answers of the site. */
export const siteOutputs = {
  connection: (z: Z) => z.string().describe('Connection of GitHub'),
  organization: (z: Z) => z.string().describe('Organization of GitHub'),
  workflows: (z: Z) =>
    z.string().describe('Repository of the reusable workflows'),
  commit: (z: Z) => z.string().describe('Commit that callers name'),
  version: (z: Z) => z.string().describe('Its tag'),
  runnerLabels: (z: Z) =>
    z.string().describe('Labels of the runners, a JSON list'),
  environments: (z: Z) =>
    z
      .array(z.string())
      .describe('Environments that it can be deployed to, its own first'),
  worker: (z: Z) =>
    z
      .enum(['portal', 'workflow'])
      .describe('Who makes its hosts: the portal, or its workflows'),
  nexus: (z: Z) => z.string().optional().describe('Connection of Nexus'),
  mavenRepository: (z: Z) => z.string().optional(),
  dockerRepository: (z: Z) => z.string().optional(),
  helmRepository: (z: Z) => z.string().optional(),
  octopus: (z: Z) => z.string().optional().describe('Connection of Octopus'),
  octopusEnvironment: (z: Z) =>
    z.string().optional().describe('Environment of Octopus by name'),
  feed: (z: Z) => z.string().optional().describe('Maven feed of Octopus'),
};

/** Puts it out. */
export function outputSite(
  ctx: { output(name: string, value: unknown): void },
  { github, octopus, nexus, environments, worker }: Site,
): void {
  const found = {
    connection: github.connection,
    organization: github.organization,
    workflows: github.workflows.repository,
    commit: github.workflows.commit,
    version: github.workflows.version,
    runnerLabels: JSON.stringify(github.runnerLabels),
    environments,
    worker,
    nexus: nexus?.connection,
    mavenRepository: nexus?.repositories.maven2,
    dockerRepository: nexus?.repositories.docker,
    helmRepository: nexus?.repositories.helm,
    octopus: octopus?.connection,
    octopusEnvironment: octopus?.environment,
    feed: octopus?.feed,
  };
  for (const [name, value] of Object.entries(found))
    if (value !== undefined) ctx.output(name, value);
}

/** What a dry run says of a site that it does not look at. */
export const exampleSite: Site = {
  github: {
    connection: 'github',
    organization: 'acme',
    workflows: {
      repository: 'acme/nante',
      commit: '0'.repeat(40),
      version: 'v1.0.0',
    },
    runnerLabels: ['self-hosted', 'linux'],
  },
  octopus: { connection: 'octopus', environment: 'dev', feed: 'Maven' },
  nexus: {
    connection: 'nexus',
    repositories: {
      maven2: 'maven-releases',
      docker: 'docker-hosted',
      helm: 'helm-hosted',
    },
  },
  environments: ['dev'],
  worker: 'portal',
};
