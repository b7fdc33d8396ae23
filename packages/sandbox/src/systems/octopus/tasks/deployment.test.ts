import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededIds } from '../seed/ids';
import { zipOf } from './__testUtils__/feed';
import { TestServer } from './__testUtils__/server';

let server: TestServer;

jest.setTimeout(60_000);

beforeEach(async () => {
  server = await new TestServer().start();
});
afterEach(() => server.remove());

const says = (text: string, fails = false) =>
  zipOf({
    'index.html': text,
    'PreDeploy.sh': 'echo before',
    'Deploy.sh': [
      'echo "$(get_octopusvariable Octopus.Release.Number) on $(get_octopusvariable Octopus.Machine.Name)"',
      'write_warning careful',
      'set_octopusvariable Greeting "it is  $(cat index.html)"',
      'cp index.html ~/answer',
    ].join('\n'),
    'PostDeploy.sh': fails ? 'echo oh no >&2; exit 3' : 'echo after',
  });

/** Replaces the check of Hello's process by one that needs no server. */
function checkBy(script: string) {
  const project = server.project('Hello');
  const process = server.state.get(
    'deploymentprocesses',
    project.DeploymentProcessId,
  )!;
  server.state.update('deploymentprocesses', process.Id, {
    Steps: process.Steps.map(step => ({
      ...step,
      Actions: step.Actions.map(action =>
        action.ActionType === 'Octopus.Script'
          ? {
              ...action,
              Properties: {
                ...action.Properties,
                'Octopus.Action.Script.ScriptBody': script,
              },
            }
          : action,
      ),
    })),
  });
  return project;
}

const home = (name: string) => server.ssh.homeOf(`${name}.local`);
const answer = (name: string) =>
  readFileSync(join(home(name), 'answer'), 'utf8');

describe('a deployment of a package', () => {
  it('is unpacked on each target, runs its scripts there, and a script of a later step judges it', async () => {
    const project = checkBy(
      'grep -q v1 ~/answer || { echo "answers $(cat ~/answer)"; fail_step "not v1"; }; get_octopusvariable "Octopus.Action[Deploy hello].Output.Greeting"',
    );
    const [one, two] = ['one', 'two'].map(name =>
      server.machine(name, ['Hello']),
    );
    server.machine('three', ['hello'], { IsDisabled: true });
    server.machine('four', ['other']);
    server.feed.add('hello', '1.0.0', says('v1'));
    server.feed.add('hello', '2.0.0', says('v2'));
    const release = server.release(project, '1.0.0');
    const { task, deployment } = server.deploy(release);
    await server.queue.settled();

    expect(server.tree(task.Id)).toEqual([
      'Deploy release 1.0.0: SuccessWithWarning',
      '  Acquire packages: Success',
      '    com.example:hello 1.0.0 from Nexus Maven: Success',
      '  Step 1: Deploy hello: Success',
      '    one: Success',
      '    two: Success',
      '  Step 2: Health check: Success',
      '    one: Success',
      '    two: Success',
    ]);
    const lines = server.lines(task.Id);
    expect(lines).toEqual(
      expect.arrayContaining([
        'Info: Deploying to 2 targets: one, two',
        'Info: before',
        'Info: 1.0.0 on one',
        'Warning: careful',
        'Info: after',
        'Info: it is  v1',
      ]),
    );
    expect(server.task(task.Id)).toMatchObject({
      State: 'Success',
      HasWarningsOrErrors: true,
    });
    const folder = 'Applications/Development/com.example:hello/1.0.0';
    expect(
      existsSync(join(home('two'), '.octopus', folder, 'index.html')),
    ).toBe(true);
    expect(
      server.state.get('deployments', deployment.Id)!.DeployedToMachineIds,
    ).toEqual([one.Id, two.Id]);
    expect(existsSync(home('three'))).toBe(false);

    // The next version fails its check; the one before comes back, although it was there already.
    const broken = server.deploy(server.release(project, '2.0.0'));
    await server.queue.settled();
    expect(server.task(broken.task.Id)).toMatchObject({
      State: 'Failed',
      ErrorMessage: expect.stringContaining('one or more of its steps failed'),
    });
    expect(server.lines(broken.task.Id)).toEqual(
      expect.arrayContaining([
        'Info: answers v2',
        'Fatal: The script ended with exit code 255: not v1',
      ]),
    );
    const back = server.deploy(release);
    await server.queue.settled();
    expect(server.task(back.task.Id).State).toBe('Success');
    expect(answer('one')).toBe('v1');

    // Once more the same does nothing, unless it is forced.
    const same = server.deploy(release, { SpecificMachineIds: [one.Id] });
    await server.queue.settled();
    expect(server.lines(same.task.Id).join('\n')).toMatch(
      /1\.0\.0 is there already, in \S+1\.0\.0_1: nothing to do/,
    );
    const forced = server.deploy(release, {
      SpecificMachineIds: [one.Id],
      ForcePackageRedeployment: true,
    });
    await server.queue.settled();
    expect(server.lines(forced.task.Id)).toContain('Info: after');
    expect(server.lines(forced.task.Id).join()).not.toContain('on two');
  });

  it('fails with what a script said, and the steps after it are left out', async () => {
    const project = checkBy('true');
    server.machine('one', ['hello']);
    server.feed.add('hello', '1.0.0', says('v1', true));
    const { task } = server.deploy(server.release(project, '1.0.0'));
    await server.queue.settled();
    expect(server.tree(task.Id)).toEqual([
      'Deploy release 1.0.0: Failed',
      '  Acquire packages: Success',
      '    com.example:hello 1.0.0 from Nexus Maven: Success',
      '  Step 1: Deploy hello: Failed',
      '    one: Failed',
      '  Step 2: Health check: Skipped',
    ]);
    expect(server.lines(task.Id)).toEqual(
      expect.arrayContaining([
        'Error: oh no',
        'Fatal: PostDeploy.sh ended with exit code 3.',
        'Info: A step before it failed.',
      ]),
    );
  });

  it('fails before it touches anything when there is no target, or no such package, or a damaged one', async () => {
    const project = checkBy('true');
    const release = server.release(project, '1.0.0');
    const none = server.deploy(release);
    await server.queue.settled();
    expect(server.task(none.task.Id)).toMatchObject({
      State: 'Failed',
      ErrorMessage:
        'There is no deployment target in Development that is enabled, not left out and has one of the tags hello.',
    });

    server.machine('one', ['hello']);
    const missing = server.deploy(release);
    await server.queue.settled();
    expect(server.task(missing.task.Id).ErrorMessage).toMatch(
      /^The package com\.example:hello 1\.0\.0 of the feed Nexus Maven was not found/,
    );

    const path = server.feed.add('hello', '1.0.0', says('v1'));
    server.feed.files.set(path, 'something else');
    const damaged = server.deploy(release);
    await server.queue.settled();
    expect(server.task(damaged.task.Id).ErrorMessage).toContain(
      'arrived damaged',
    );
    expect(existsSync(home('one'))).toBe(false);
  });

  it('ends a script that runs when somebody cancels', async () => {
    const project = checkBy('touch ~/began; sleep 60; touch ~/ended');
    server.machine('one', ['hello']);
    server.feed.add('hello', '1.0.0', says('v1'));
    const { task } = server.deploy(server.release(project, '1.0.0'));
    await server.until(() => existsSync(join(home('one'), 'began')));
    server.queue.cancel(task.Id);
    await server.queue.settled();
    expect(server.task(task.Id).State).toBe('Canceled');
    expect(server.ssh.running).toBe(0);
    expect(existsSync(join(home('one'), 'ended'))).toBe(false);
  });

  it('fails a step that takes longer than its time limit', async () => {
    const project = checkBy('sleep 60');
    const process = server.state.get(
      'deploymentprocesses',
      project.DeploymentProcessId,
    )!;
    process.Steps[1].Actions[0].Properties[
      'Octopus.Action.ExecutionTimeout.Minutes'
    ] = '0.002';
    server.machine('one', ['hello']);
    server.feed.add('hello', '1.0.0', says('v1'));
    const { task } = server.deploy(server.release(project, '1.0.0'));
    await server.queue.settled();
    expect(server.task(task.Id).State).toBe('Failed');
    expect(server.lines(task.Id).join()).toContain('its time limit');
  });
});

describe('a deployment that asks', () => {
  const pending = (taskId: string) =>
    server.state
      .all('interruptions')
      .find(({ TaskId, IsPending }) => IsPending && TaskId === taskId)!;

  /** A deployment of the shop to Production, whose first step asks, and whose targets are records. */
  async function shopToProduction() {
    server.feed.add('shop', '1.9.0', says('shop'));
    const asking = server.deploy(
      server.release(server.project('Shop'), '1.9.0'),
      { EnvironmentId: seededIds.production },
    );
    // One of the seed waits too, and is in the way.
    for (const task of server.state.all('tasks'))
      if (task.HasPendingInterruptions) server.queue.cancel(task.Id);
    await server.queue.settled();
    return asking;
  }

  it('waits without a place in the queue, also over a kill, until the person who took responsibility proceeds', async () => {
    const { task } = await shopToProduction();
    expect(server.task(task.Id)).toMatchObject({
      State: 'Executing',
      HasPendingInterruptions: true,
    });
    server.kill();
    const { Id, Form } = pending(task.Id);
    expect(Form.Values.Instructions).toContain('staging shop');
    const yes = { Result: 'Proceed', Notes: 'looks well' };
    expect(() => server.queue.answer(Id, yes, 'mira')).toThrow(
      'Take responsibility',
    );
    server.queue.takeResponsibility(Id, 'mira');
    expect(() => server.queue.takeResponsibility(Id, 'jon')).toThrow(
      'responsible',
    );
    expect(() =>
      server.queue.answer(Id, { Result: 'Perhaps' }, 'mira'),
    ).toThrow('it takes Proceed, Abort');
    server.queue.answer(Id, yes, 'mira');
    expect(() => server.queue.answer(Id, yes, 'mira')).toThrow('already');
    await server.queue.settled();
    expect(server.task(task.Id).State).toBe('Success');
    expect(server.lines(task.Id)).toContain(
      'Info: mira answered Proceed: looks well',
    );
    expect(server.lines(task.Id).join()).toContain('(pretended)');
  });

  it('fails when the person aborts', async () => {
    const { task } = await shopToProduction();
    const { Id } = pending(task.Id);
    server.queue.takeResponsibility(Id, 'mira');
    server.queue.answer(Id, { Result: 'Abort' }, 'mira');
    await server.queue.settled();
    expect(server.task(task.Id).State).toBe('Failed');
    expect(server.tree(task.Id)).toEqual(
      expect.arrayContaining([
        '  Step 1: Approve production: Failed',
        '  Step 2: Deploy shop: Skipped',
      ]),
    );
  });

  it('goes on from the seed, where nothing ever ran', async () => {
    const task = server.state
      .all('tasks')
      .find(({ HasPendingInterruptions }) => HasPendingInterruptions)!;
    const { ReleaseId } = server.state.get(
      'deployments',
      `${task.Arguments.DeploymentId}`,
    )!;
    for (const { Version } of server.state.get('releases', ReleaseId)!
      .SelectedPackages)
      server.feed.add('shop', Version, says('shop'));
    expect(server.tree(task.Id)[1]).toBe(
      '  Step 1: Approve production: Running',
    );
    const { Id } = pending(task.Id);
    server.queue.takeResponsibility(Id, 'mira');
    server.queue.answer(Id, { Result: 'Proceed' }, 'mira');
    await server.queue.settled();
    expect(server.task(task.Id)).toMatchObject({ State: 'Success' });
  });

  it('asks after a failure how to go on, where it is guided: again, without the target, or not at all', async () => {
    const project = checkBy('test -e ~/well');
    server.machine('one', ['hello']);
    server.machine('two', ['hello']);
    server.feed.add('hello', '1.0.0', says('v1'));
    const release = server.release(project, '1.0.0');
    const answerWith = async (taskId: string, Guidance: string) => {
      const { Id, Title } = pending(taskId);
      server.queue.takeResponsibility(Id, 'mira');
      server.queue.answer(Id, { Guidance }, 'mira');
      await server.queue.settled();
      return Title;
    };
    const { task } = server.deploy(release, { UseGuidedFailure: true });
    await server.queue.settled();
    writeFileSync(join(home('one'), 'well'), '');
    await expect(answerWith(task.Id, 'Retry')).resolves.toBe(
      'Step 2: Health check failed on one, two',
    );
    expect(server.tree(task.Id)).toEqual(
      expect.arrayContaining(['    one: Success', '    two: Failed']),
    );
    await expect(answerWith(task.Id, 'Exclude')).resolves.toBe(
      'Step 2: Health check failed on two',
    );
    expect(server.task(task.Id).State).toBe('Success');

    const given = server.deploy(release, { UseGuidedFailure: true });
    await server.queue.settled();
    await answerWith(given.task.Id, 'Fail');
    expect(server.task(given.task.Id).State).toBe('Failed');
  });
});
