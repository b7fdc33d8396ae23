import { infrastructureConfigSchema, type RunDocument } from '@nante/model';
import type {
  PipelineResponse,
  PipelineStage,
} from '@nante/plugin-infrastructure-common';
import {
  FakeGithub,
  fakeConfig,
} from '@nante/plugin-infrastructure-node/testUtils';
import { component } from './company';
import { type Options, run, start } from './start';

export const release = {
  repository: 'nante/nante',
  commit: 'c'.repeat(40),
  version: 'v0.2.0',
};
export const older = 'b'.repeat(40);

/** One GitHub; its callers should name `release`. */
export const githubConfig = infrastructureConfigSchema.parse({
  ...fakeConfig,
  connections: {
    ...fakeConfig.connections,
    github: { type: 'github', organization: 'acme', workflows: release },
  },
});

/** A caller as our templates write it. */
export const caller = (ref: string, comment: string) =>
  `name: CI
on:
  push: { branches: [main] }
  workflow_dispatch:
    inputs:
      environment: { type: choice, options: [dev, prod], required: true }
      force: { type: boolean, default: false }
jobs:
  ci:
    uses: nante/nante/.github/workflows/reusable-ci.yml@${ref} ${comment}
`;

/** Components with their repositories. */
export const claimed = [
  component('shop', 'shop', { 'github.com/project-slug': 'acme/shop' }),
  component('billing', 'group:default/billing', {
    'backstage.io/source-location':
      'url:https://github.example/acme/billing/tree/main/',
  }),
  component('elsewhere', 'shop', {
    'backstage.io/source-location':
      'url:https://gitlab.example/acme/elsewhere/',
  }),
  component('plain', 'shop'),
];

/** A back end whose GitHub is in memory. */
export async function pipelinesOn(options: Options = {}) {
  const github = new FakeGithub();
  const documents: RunDocument[] = [];
  github.push('acme/shop', {
    '.github/workflows/ci.yml': caller(older, '# v0.1.0'),
  });
  github.push('acme/billing', {
    '.github/workflows/ci.yml': caller(release.commit, '# v0.2.0'),
  });
  const backend = await start({
    config: githubConfig,
    entities: claimed,
    ...options,
    engine: {
      github: async () => github.api(),
      managedRepositories: async () => [],
      listRuns: async () => documents,
      ...options.engine,
    },
  });
  const pipeline = async (name = 'shop') =>
    (await backend.get(`/pipelines?entityRef=component:default/${name}`))
      .body as PipelineResponse;
  return { ...backend, github, documents, pipeline };
}

/** A run of ours that a workflow made. */
export const document = (
  id: string,
  more: Partial<RunDocument>,
): RunDocument => ({ ...run, id, host: '', door: 'workflow', ...more });

/** Stages by what tells them apart. */
export function stagesOf(answer: PipelineResponse) {
  return Object.fromEntries(
    answer.stages.map((stage): [string, PipelineStage] => [
      stage.environment ?? stage.kind,
      stage,
    ]),
  );
}
