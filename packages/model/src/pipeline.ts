/** A stage that a commit goes through, in this order. */
export const pipelineStageKinds = [
  'build',
  'test',
  'scan',
  'publish',
  'release',
  'deploy',
] as const;
export type PipelineStageKind = (typeof pipelineStageKinds)[number];

/**
 * Titles of the steps of our reusable workflows that are stages, as GitHub reports them; a deployment's title goes on with the
 * environment: `Deploy to dev`. Workflows and pages both take them from here, and a test holds the workflows to it.
 */
export const pipelineStageTitles: Record<PipelineStageKind, string> = {
  build: 'Build',
  test: 'Test',
  scan: 'Scan',
  publish: 'Publish',
  release: 'Release',
  deploy: 'Deploy to ',
};

/** Which stage a step or a job is, by its title; undefined for one that is none. */
export function pipelineStageOf(
  title: string,
): { kind: PipelineStageKind; environment?: string } | undefined {
  const environment = title.startsWith(pipelineStageTitles.deploy)
    ? title.slice(pipelineStageTitles.deploy.length).trim()
    : '';
  if (environment) return { kind: 'deploy', environment };
  const kind = pipelineStageKinds.find(
    one => one !== 'deploy' && pipelineStageTitles[one] === title,
  );
  return kind && { kind };
}
