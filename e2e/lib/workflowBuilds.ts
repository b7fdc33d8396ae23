import assert from 'node:assert/strict';
import type { Dispatch, WorkflowRun } from './act';
import { optionalTool, type OptionalTool } from './optionalTools';
import { part, type Figures } from './report';
import { changed, readNexus } from './workflowSystems';
import { app, type WorkflowWorld } from './workflowWorld';

/** Outputs of the job `ci`, as the caller's next job got them. */
export function outputsOf(run: WorkflowRun): Record<string, string> {
  const [, seen] = /^seen (\{.*\})$/m.exec(run.text) ?? [];
  assert.ok(seen, run.log);
  return JSON.parse(seen) as Record<string, string>;
}

/** Runs a workflow that has to succeed. */
export async function built(
  world: WorkflowWorld,
  dispatch: Dispatch,
): Promise<WorkflowRun> {
  const run = await world.run(dispatch);
  assert.ok(run.succeeded, `${dispatch.workflow}:\n${run.log}`);
  return run;
}

/**
 * Runs a workflow that builds, and runs it again as "Re-run" does: the same bytes, so that nothing is changed in any system.
 *
 * @returns both runs, and seconds
 */
async function twiceBuilt(
  world: WorkflowWorld,
  title: string,
  dispatch: Dispatch & { runId: string },
): Promise<{ first: WorkflowRun; figures: Figures }> {
  const first = await part(title, () => built(world, dispatch));
  if (process.env.NANTE_SHOW) console.log(first.log);
  const again = await part(`${title}, again`, () =>
    changed(world.endpoints, () => built(world, { ...dispatch, attempt: 2 })),
  );
  assert.deepEqual(again.calls, {}, `${title}: changes by the second run`);
  assert.match(again.result.summary, /already there|was there/i);
  return {
    first,
    figures: {
      firstSeconds: Math.round(first.seconds * 10) / 10,
      secondSeconds: Math.round(again.result.seconds * 10) / 10,
      secondMutatingCalls: 0,
    },
  };
}

/** Whether what a build needs is on this machine; what is left out is said. */
export async function hasAll(names: readonly OptionalTool[]): Promise<boolean> {
  for (const name of names) if (!(await optionalTool(name))) return false;
  return true;
}

/** Each kind of app from its sources into Nexus, and a release of Octopus; each twice. */
export async function builds(world: WorkflowWorld): Promise<Figures> {
  const figures: Figures = {};
  const go = await twiceBuilt(world, 'ci: a Go program, and its release', {
    ...{ workflow: 'ci.yml', event: 'push' as const, runId: '5101' },
  });
  assert.match(go.first.summary, /\*\*Build\*\*.*0\.1\.5101/);
  assert.match(go.first.summary, /\*\*Test\*\*: passed, by go test/);
  assert.match(go.first.summary, /\*\*Scan\*\* by grype/);
  const published = await readNexus(world.endpoints, {
    repository: 'maven-releases',
    name: app,
  });
  // Others of the name are the sandbox's own.
  assert.deepEqual(
    published.map(({ version }) => version).filter(one => /^0\./.test(one)),
    ['0.1.5101'],
  );
  assert.equal(go.first.steps.release.release, '0.1.5101');
  figures.go = go.figures;

  for (const [kind, runId, needs] of [
    ['static', '5104', []],
    ['image', '5102', ['buildah']],
    ['chart', '5103', ['buildah', 'helm']],
  ] as const) {
    if (!(await hasAll(needs))) continue;
    const { first, figures: taken } = await twiceBuilt(world, `ci: ${kind}`, {
      ...{ workflow: 'build.yml', runId, inputs: { kind } },
    });
    const outputs = outputsOf(first);
    assert.equal(outputs.version, `0.1.${runId}`);
    assert.match(outputs.digest, /^sha256:[0-9a-f]{64}$/);
    if (kind === 'static') assert.equal(outputs.artifact, `com.example:${app}`);
    else assert.ok(outputs.image.endsWith(`@${outputs.digest}`), outputs.image);
    if (kind === 'chart') assert.equal(outputs.chart, app);
    figures[kind] = taken;
  }
  return figures;
}
