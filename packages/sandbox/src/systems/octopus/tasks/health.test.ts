import { seededIds } from '../seed/ids';
import { TestServer } from './__testUtils__/server';

let server: TestServer;

beforeEach(async () => {
  server = await new TestServer().start();
});
afterEach(() => server.remove());

describe('a health check', () => {
  it('logs in to machines that are there and says what it found, and keeps the health of records', async () => {
    const real = server.machine('one', [], { HealthStatus: 'Unknown' });
    const record = server.machine('record', [], {
      HealthStatus: 'Unknown',
      Endpoint: { CommunicationStyle: 'Ssh', Host: '10.30.0.70' },
    });
    const task = server.checkHealth([real, record]);
    await server.queue.settled();
    expect(server.task(task.Id).State).toBe('Success');
    const seen = server.state.get('machines', real.Id)!;
    expect(seen).toMatchObject({
      HealthStatus: 'Healthy',
      StatusSummary: 'The check was successful.',
      OperatingSystem: expect.stringMatching(/\w/),
      Connection: { Status: 'Online' },
    });
    expect(server.lines(task.Id).join('\n')).toMatch(
      /Free disk space: \d+ MiB/,
    );
    expect(server.state.get('machines', record.Id)).toMatchObject({
      HealthStatus: 'Healthy',
      StatusSummary: 'The check was successful (pretended).',
    });
  });

  it('fails and names the machines that are not well', async () => {
    const bad = server.state
      .all('machines')
      .find(({ HealthStatus }) => HealthStatus === 'Unhealthy')!;
    const lost = server.machine('lost', [], {
      Endpoint: {
        CommunicationStyle: 'Ssh',
        Host: 'lost.local',
        AccountId: 'Accounts-99',
      },
    });
    const task = server.checkHealth([bad, lost]);
    await server.queue.settled();
    expect(server.task(task.Id)).toMatchObject({
      State: 'Failed',
      ErrorMessage: expect.stringContaining(bad.Name),
    });
    expect(server.state.get('machines', lost.Id)).toMatchObject({
      HealthStatus: 'Unavailable',
      StatusSummary: 'The account Accounts-99 of lost is not there.',
      Connection: { Status: 'Offline' },
    });
  });

  it('of an environment leaves out machines that are disabled', async () => {
    const off = server.machine('off', [], {
      IsDisabled: true,
      HealthStatus: 'Unknown',
    });
    const task = server.queue.enqueue({
      Name: 'Health',
      Description: 'Check Development',
      Arguments: { EnvironmentId: seededIds.development },
      SpaceId: seededIds.space,
    });
    await server.queue.settled();
    expect(server.tree(task.Id).length).toBeGreaterThan(1);
    expect(server.state.get('machines', off.Id)!.HealthStatus).toBe('Unknown');
  });
});
