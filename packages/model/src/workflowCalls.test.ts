import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// GitHub Enterprise Server allows four levels and twenty reusable workflows in a run; ours stay below it.
const levels = 4;
const workflowsOfARun = 20;
/** Jobs that wait for each other, so that a commit is deployed soon. */
const criticalPath = 4;

const root = join(__dirname, '../../..');
const folders = {
  workflows: join(root, '.github/workflows'),
  examples: join(root, 'examples'),
};

interface Job {
  needs: string[];
  /** Workflow of ours that it calls. */
  calls?: string;
}

/** Jobs of a workflow by their id, as far as they call or wait. */
function jobsOf(file: string): Record<string, Job> {
  const text = readFileSync(file, 'utf8');
  const parts = text
    .slice(text.indexOf('\njobs:\n') + 6)
    .split(/\n {2}(?=[a-z][a-z0-9-]*:\n)/)
    .slice(1);
  return Object.fromEntries(
    parts.map(part => {
      const needs = /\n {4}needs: \[?([^\]\n]*)/.exec(part)?.[1] ?? '';
      const calls =
        /\n {4}uses: \S*\/\.github\/workflows\/(reusable-[a-z0-9-]+\.yml)/.exec(
          part,
        )?.[1];
      return [
        part.slice(0, part.indexOf(':')),
        { needs: needs.split(/, */).filter(Boolean), calls },
      ];
    }),
  );
}

const called = (name: string) => join(folders.workflows, name);

function depth(file: string): number {
  const below = Object.values(jobsOf(file)).flatMap(({ calls }) =>
    calls ? [depth(called(calls))] : [],
  );
  return 1 + Math.max(0, ...below);
}

function workflowsIn(file: string): Set<string> {
  const names = Object.values(jobsOf(file)).flatMap(({ calls }) =>
    calls ? [calls, ...workflowsIn(called(calls))] : [],
  );
  return new Set(names);
}

function longestPath(file: string): number {
  const jobs = jobsOf(file);
  const upTo = (id: string): number => {
    const { needs, calls } = jobs[id];
    const own = calls ? longestPath(called(calls)) : 1;
    return own + Math.max(0, ...needs.map(upTo));
  };
  return Math.max(...Object.keys(jobs).map(upTo));
}

const callers = readdirSync(folders.examples)
  .filter(name => name.endsWith('.yml'))
  .map(name => [name, join(folders.examples, name)] as const);
const reusable = readdirSync(folders.workflows)
  .filter(name => name.startsWith('reusable-'))
  .map(name => [name, called(name)] as const);

describe('Calls of workflows', () => {
  it('are read as they stand', () => {
    const jobs = jobsOf(called('reusable-full-pipeline.yml'));
    expect(jobs.ci.calls).toBe('reusable-ci.yml');
    expect(jobs.deploy.needs).toEqual(['provision-vm', 'provision-lxc', 'ci']);
    expect(reusable).toHaveLength(9);
  });

  it.each([...callers, ...reusable])(
    '%s stays below the limits of GitHub, and names workflows that are there',
    (name, file) => {
      const missing = Object.values(jobsOf(file))
        .flatMap(({ calls }) => calls ?? [])
        .filter(calls => !existsSync(called(calls)));
      expect(missing).toEqual([]);
      const isCaller = callers.some(([one]) => one === name);
      // A reusable workflow has a caller above it.
      expect(depth(file) + (isCaller ? 0 : 1)).toBeLessThanOrEqual(levels);
      expect(workflowsIn(file).size).toBeLessThanOrEqual(workflowsOfARun);
    },
  );

  it('let a commit wait for at most four jobs until it is deployed and looked at', () => {
    expect(longestPath(called('reusable-full-pipeline.yml'))).toBe(3);
    for (const name of ['ci', 'deploy-docker', 'deploy-k8s', 'full-pipeline'])
      expect(
        longestPath(join(folders.examples, `${name}.yml`)),
      ).toBeLessThanOrEqual(criticalPath);
  });
});
