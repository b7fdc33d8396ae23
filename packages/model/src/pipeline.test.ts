import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipelineStageOf, pipelineStageTitles } from './pipeline';

const workflows = join(__dirname, '../../../.github/workflows');
const names = readdirSync(workflows).filter(name =>
  name.startsWith('reusable-'),
);

/** Titles of the jobs or of the steps of a workflow, as they stand in its file. */
function titlesOf(name: string, indent: string): string[] {
  const text = readFileSync(join(workflows, name), 'utf8');
  const begin = `\n${indent}name: `;
  return text
    .slice(text.indexOf('\njobs:'))
    .split(begin)
    .slice(1)
    .map(rest => rest.split('\n')[0].trim());
}

const stepsOf = (name: string) => titlesOf(name, '      - ');
const jobsOf = (name: string) => titlesOf(name, '    ');

describe('What the workflows call their stages', () => {
  it('is build, test, scan, publish and release in this order in the job of reusable-ci', () => {
    const stages = stepsOf('reusable-ci.yml').filter(title =>
      pipelineStageOf(title),
    );
    const { build, test, scan, publish, release } = pipelineStageTitles;
    expect(stages).toEqual([build, test, scan, publish, release]);
  });

  it.each([
    'reusable-deploy-docker.yml',
    'reusable-deploy-k8s.yml',
    'reusable-full-pipeline.yml',
  ])('is one deployment to the environment in %s', name => {
    const stages = jobsOf(name).filter(title => pipelineStageOf(title));
    expect(stages).toEqual([
      `${pipelineStageTitles.deploy}\${{ inputs.environment }}`,
    ]);
    expect(stepsOf(name).filter(title => pipelineStageOf(title))).toEqual([]);
  });

  it('is nowhere else', () => {
    const others = names.filter(
      name => !/reusable-(ci|deploy|full-pipeline)/.test(name),
    );
    expect(others.length).toBeGreaterThan(4);
    for (const name of others)
      expect(
        [...jobsOf(name), ...stepsOf(name)].filter(title =>
          pipelineStageOf(title),
        ),
      ).toEqual([]);
  });
});

describe('pipelineStageOf', () => {
  it('takes the environment out of a deployment’s title', () => {
    expect(pipelineStageOf('Deploy to dev')).toEqual({
      kind: 'deploy',
      environment: 'dev',
    });
  });

  it('knows a stage by its whole title only', () => {
    expect(pipelineStageOf('Build and publish')).toBeUndefined();
    expect(pipelineStageOf('Deploy to ')).toBeUndefined();
    expect(pipelineStageOf('deploy')).toBeUndefined();
  });
});
