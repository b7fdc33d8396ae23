import { seededIds } from '../seed/ids';
import { TestServer } from './__testUtils__/server';

let server: TestServer;

jest.setTimeout(30_000);

afterEach(() => server.remove());

/** A deployment of a seeded project to seeded machines, which is pretended. */
function pretendedDeployment(name: string, environment: string) {
  const project = server.project(name);
  server.state.update('deploymentprocesses', project.DeploymentProcessId, {
    Steps: server.state
      .get('deploymentprocesses', project.DeploymentProcessId)!
      .Steps.map(step => ({
        ...step,
        Properties: {},
        Actions: step.Actions.map(action => ({
          ...action,
          ActionType: 'Octopus.Script',
          Environments: [],
          Properties: { 'Octopus.Action.RunOnServer': 'true' },
        })),
      })),
  });
  return server.deploy(server.release(project, '9.0.0'), {
    EnvironmentId: environment,
  });
}

describe('the queue of server tasks', () => {
  it('runs at most as many as it may in the order of their coming, and one deployment at a time of a project to an environment', async () => {
    server = await new TestServer().start({ cap: 2 });
    server.queue.hang(true);
    const first = pretendedDeployment('Billing', seededIds.development);
    const again = pretendedDeployment('Billing', seededIds.development);
    const other = pretendedDeployment('Legacy', seededIds.development);
    const last = pretendedDeployment('Legacy', seededIds.staging);
    await server.until(() => server.task(other.task.Id).State !== 'Queued');
    const states = () =>
      [first, again, other, last].map(({ task }) => server.task(task.Id).State);
    expect(states()).toEqual(['Executing', 'Queued', 'Executing', 'Queued']);
    const behind = server.queue.queuedBehind(last.task.Id);
    expect(behind.map(({ Id }) => Id)).toEqual([
      first.task.Id,
      other.task.Id,
      again.task.Id,
    ]);

    server.queue.hang(false);
    await server.queue.settled();
    expect(states()).toEqual(['Success', 'Success', 'Success', 'Success']);
    const started = server.changes.filter(([, change]) => change === 'started');
    expect(started.map(([id]) => id)).toEqual(
      [first, other, again, last].map(({ task }) => task.Id),
    );
    expect(server.lines(first.task.Id).join()).toContain('(pretended)');
    expect(server.queue.raw(first.task.Id)).toMatch(
      /Task status: +Success[\s\S]*== Success: Step 1: Deploy billing ==/,
    );
  });

  it('does not start before its time, and gives up what waited for too long', async () => {
    server = await new TestServer().start();
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const parts = { Name: 'Health', Description: 'x', Arguments: {} };
    const later = server.queue.enqueue({ ...parts, QueueTime: at(60) });
    const expired = server.queue.enqueue({
      ...parts,
      QueueTime: at(5000),
      QueueTimeExpiry: at(30),
    });
    await server.queue.settled();
    expect(server.task(later.Id).State).toBe('Queued');
    await server.until(() => server.task(later.Id).State === 'Success');
    await server.until(() => server.task(expired.Id).State === 'TimedOut');
    expect(server.task(expired.Id).ErrorMessage).toContain('in the queue');
  });

  it('cancels what waits, what runs and what waits for a person, and refuses to cancel what has ended', async () => {
    server = await new TestServer().start({ cap: 1 });
    server.queue.hang(true);
    const running = server.checkHealth([]);
    const waiting = server.checkHealth([]);
    await server.until(() => server.task(running.Id).State === 'Executing');
    expect(server.queue.cancel(waiting.Id).State).toBe('Canceled');
    expect(server.queue.cancel(running.Id).State).toBe('Cancelling');
    await server.queue.settled();
    expect(server.task(running.Id)).toMatchObject({
      State: 'Canceled',
      HasWarningsOrErrors: true,
    });
    expect(server.tree(running.Id)).toEqual(['Check health: Canceled']);
    expect(() => server.queue.cancel(running.Id)).toThrow('ended already');
    expect(() => server.queue.cancel('ServerTasks-0')).toThrow('no task');

    const asking = server.state
      .all('tasks')
      .find(({ HasPendingInterruptions }) => HasPendingInterruptions)!;
    expect(server.queue.cancel(asking.Id).State).toBe('Canceled');
    expect(
      server.state.all('interruptions').filter(({ IsPending }) => IsPending),
    ).toEqual([]);
  });

  it('ends a check as timed out when its time limit is over, never as a success', async () => {
    server = await new TestServer().start();
    server.queue.hang(true);
    const task = server.checkHealth([], { Timeout: '00:00:00.05' });
    await server.until(() => server.task(task.Id).State === 'TimedOut');
    expect(server.task(task.Id).ErrorMessage).toContain('00:00:00.05');
  });

  it('goes on after a kill: what waited still waits, what ran has failed and says so', async () => {
    server = await new TestServer().start({ cap: 1 });
    server.queue.hang(true);
    const well = server.state
      .all('machines')
      .filter(({ HealthStatus }) => HealthStatus === 'Healthy');
    const running = server.checkHealth(well);
    const waiting = server.checkHealth(well);
    await server.until(() => server.task(running.Id).State === 'Executing');
    const asking = server.state
      .all('tasks')
      .find(({ HasPendingInterruptions }) => HasPendingInterruptions)!;
    server.kill();
    expect(server.task(running.Id)).toMatchObject({
      State: 'Failed',
      ErrorMessage: expect.stringContaining('restarted while it ran'),
    });
    expect(server.lines(running.Id).join()).toContain('restarted');
    expect(server.task(asking.Id).State).toBe('Executing');
    await server.queue.settled();
    expect(server.task(waiting.Id).State).toBe('Success');
  });
});
