import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { Dispatch, WorkflowRun } from './act';
import { appSources } from './workflowApp';
import { built, outputsOf } from './workflowBuilds';
import { changedRepository } from './workflowRepositories';
import { changed } from './workflowSystems';
import type { WorkflowWorld } from './workflowWorld';

let folders = 0;

/** The callers' repository with one commit more. */
export function variant(
  { place }: WorkflowWorld,
  changes: Record<string, string>,
  message = 'A change',
): Promise<string> {
  folders += 1;
  return changedRepository(
    place.caller,
    path.join(place.home, `variant-${folders}`),
    { changes, message },
  );
}

/** Runs a workflow that has to fail with one error, and changes nothing in any system. */
export async function stopped(
  world: WorkflowWorld,
  dispatch: Dispatch,
  message: RegExp,
): Promise<WorkflowRun> {
  const { result, calls } = await changed(world.endpoints, () =>
    world.run(dispatch),
  );
  assert.equal(result.succeeded, false, result.log);
  const errors = result.annotations.filter(({ level }) => level === 'error');
  assert.equal(errors.length, 1, result.log);
  assert.match(errors[0].text, message);
  assert.deepEqual(calls, {}, `nothing is changed:\n${result.log}`);
  return result;
}

/** A module of the made-up list of vulnerabilities, critical. */
const leaky = {
  'go.mod': `${appSources['go.mod']}
require pretended-leaky v1.0.0

replace pretended-leaky => ./leaky
`,
  'leaky/go.mod': 'module pretended-leaky\n\ngo 1.24\n',
  'leaky/leaky.go':
    'package leaky\n\n// Word is in every greeting.\nconst Word = "Shop "\n',
  'main.go': appSources['main.go']
    .replace('"net/http"\n\t"os"', '"net/http"\n\t"os"\n\n\t"pretended-leaky"')
    .replace('"Shop " + version', 'leaky.Word + version'),
};

/** A test that fails, a program that does not build, and findings: nothing of it is published. */
export async function stoppedBuilds(world: WorkflowWorld): Promise<void> {
  const push = { workflow: 'ci.yml', event: 'push' as const };
  const failing = await variant(world, {
    'main_test.go': appSources['main_test.go'].replace('Shop dev', 'Shop'),
  });
  const tested = await stopped(
    world,
    { ...push, caller: failing },
    /go test .*failed, so that nothing is published[\s\S]*TestGreeting/,
  );
  assert.match(tested.summary, /\*\*Test\*\*: failed/);

  const broken = await variant(world, {
    'main.go': 'package main\n\nfunc main( {}\n',
  });
  await stopped(world, { ...push, caller: broken }, /does not build/);

  const unsafe = await variant(world, leaky);
  const scanned = await stopped(
    world,
    { ...push, caller: unsafe },
    /1 findings at high or above[\s\S]*pretended-leaky/,
  );
  assert.match(scanned.summary, /\| critical \|/);
  const reported = await built(world, {
    ...{ workflow: 'build.yml', caller: unsafe, runId: '5201' },
    inputs: { kind: 'go', scan_threshold: 'none' },
  });
  const { findings } = outputsOf(reported);
  assert.equal((JSON.parse(findings) as Record<string, number>).critical, 1);
}

/** Pull requests: neither secrets nor anything published; one of a fork does not even come to our runner. */
export async function pullRequests(world: WorkflowWorld): Promise<void> {
  const of = (head: string) => ({
    ...{ workflow: 'ci.yml', event: 'pull_request' as const },
    payload: {
      number: 7,
      pull_request: {
        number: 7,
        head: { ref: 'change', repo: { full_name: head } },
        base: { ref: 'main', repo: { full_name: 'acme/shop' } },
      },
    },
  });
  const { result: own, calls } = await changed(world.endpoints, () =>
    built(world, of('acme/shop')),
  );
  assert.deepEqual(calls, {}, own.log);
  assert.match(own.summary, /\*\*Scan\*\*/);
  assert.doesNotMatch(own.log, /Main Publish/);
  assert.doesNotMatch(own.log, /DOPPLER_TOKEN/);

  const fork = await world.run(of('mallory/shop'));
  assert.match(fork.log, /of-github\/ubuntu-latest/);
  assert.doesNotMatch(fork.log, /Main Build/, 'not on this runner');
}

/** Inputs and a commit message that a shell would do something with. */
export async function hostileBuilds(world: WorkflowWorld): Promise<void> {
  const mark = path.join(world.place.home, 'was-built');
  const tricks = [
    `$(touch ${mark})`,
    `\`touch ${mark}\``,
    `"; touch ${mark}; "`,
    `x\n::error::no\nversion=9.9.9`,
    `\${{ github.token }}`,
  ];
  const [, , , lines] = tricks;
  const refused: Record<string, readonly string[]> = {
    app_name: tricks,
    version: [tricks[0], tricks[1], lines],
    ...{ kind: [tricks[2]], working_directory: [tricks[0], '../..'] },
    ...{ go_package: [tricks[1]], scan_threshold: [tricks[0]] },
    ...{ maven_group: [tricks[0]], maven_repository: [tricks[4]] },
  };
  for (const [field, values] of Object.entries(refused))
    for (const value of values)
      await stopped(
        world,
        { workflow: 'build.yml', inputs: { kind: 'go', [field]: value } },
        /./,
      );
  for (const field of ['dockerfile', 'image_name', 'docker_repository'])
    await stopped(
      world,
      { workflow: 'build.yml', inputs: { kind: 'image', [field]: tricks[0] } },
      /./,
    );
  // As a push brings it: in the event, in git, and as the notes of a release.
  const message = tricks.join('\n');
  const caller = await variant(world, { 'NOTES.md': message }, message);
  const run = await built(world, {
    ...{ workflow: 'build.yml', caller, runId: '5301' },
    inputs: {
      ...{ kind: 'go', create_release: 'true', octopus_project: 'storefront' },
      release_notes: message,
    },
    payload: { head_commit: { message } },
  });
  assert.equal(outputsOf(run).version, '0.1.5301');
  assert.deepEqual(
    run.annotations.filter(({ text }) => text === 'no'),
    [],
  );
  assert.equal(fs.existsSync(mark), false, 'nothing of it was run');
}
