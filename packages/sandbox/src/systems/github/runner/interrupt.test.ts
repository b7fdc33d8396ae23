import { join } from 'node:path';
import { removeGithubs, temporaryFolder } from '../__testUtils__/server';
import { repositoryWith } from '../__testUtils__/workTree';
import {
  describeWithAct,
  jobsOf,
  killedAfterwards,
  runThat,
  someFileHas,
  startWithRunner,
  until,
} from './__testUtils__/machine';
import { markedProcesses } from './processes';

jest.setTimeout(90_000);
afterEach(removeGithubs);

/** A job that does not want to end, and a process that has left its session. */
function stubborn(mark: string, trap = "trap '' INT TERM"): string {
  return `on: push
env: { TEST_MARK: ${mark} }
jobs:
  wait:
    runs-on: self-hosted
    steps:
      - name: Wait
        run: |
          ${trap}
          setsid sleep 300 &
          echo "it has begun"
          for _ in $(seq 300); do sleep 0.1; done
      - name: Next
        run: echo next
      - name: Clean up
        if: always()
        run: echo "cleaned up"
      - name: Told
        if: cancelled()
        run: echo "it was cancelled"
`;
}

describeWithAct('a run that is not let to its end', () => {
  async function startedRun(trap?: string, dataDir?: string) {
    const mark = `mark-${process.pid}-${Math.random().toString(36).slice(2)}`;
    const github = await startWithRunner({ dataDir });
    const marked = () => markedProcesses(`TEST_MARK=${mark}`);
    killedAfterwards(marked);
    const { path } = await repositoryWith(github, 'app', {
      '.github/workflows/ci.yml': stubborn(mark, trap),
    });
    const run = await runThat(github, path, 'in_progress');
    await until(async () => marked().length >= 3, 'the step runs');
    // GitHub hands out a log when its job has ended.
    const logs = join(github.dataDir, 'logs');
    await until(
      async () => someFileHas(logs, 'Z it has begun'),
      'the step says so',
    );
    return { github, path, run, marked };
  }

  it('is cancelled as GitHub does it: asked, told, killed; then what always runs, and nothing is left', async () => {
    const { github, path, run, marked } = await startedRun();
    const begun = performance.now();
    const asked = await github.call(
      ...(['POST', `${path}/actions/runs/${run.id}/cancel`] as const),
    );
    expect(asked.status).toBe(202);
    const ended = await runThat(github, path, 'completed');
    // Twice 400 ms of grace in this test.
    expect(performance.now() - begun).toBeGreaterThan(800);
    expect(ended.conclusion).toBe('cancelled');
    const { wait } = await jobsOf(github, path, run.id);
    expect(wait.conclusion).toBe('cancelled');
    expect(wait.steps).toEqual([
      'Set up job: success',
      'Wait: cancelled',
      'Next: skipped',
      'Clean up: success',
      'Told: success',
      'Complete job: success',
    ]);
    expect(wait.log).toContain('cleaned up');
    expect(wait.log).toContain('it was cancelled');
    await until(async () => marked().length === 0, 'no process is left');
  });

  it('may end in peace when it is asked to', async () => {
    const { github, path, run } = await startedRun(
      `trap 'echo "it puts things away"; exit 0' INT`,
    );
    await github.call('POST', `${path}/actions/runs/${run.id}/cancel`);
    const ended = await runThat(github, path, 'completed');
    expect(ended.conclusion).toBe('cancelled');
    const { wait } = await jobsOf(github, path, run.id);
    expect(wait.log).toContain('it puts things away');
  });

  it('fails when the machine of the runner goes away', async () => {
    const { github, path, run, marked } = await startedRun();
    await github.fault({ kind: 'runner-dies' });
    const ended = await runThat(github, path, 'completed');
    expect(ended.conclusion).toBe('failure');
    const { wait } = await jobsOf(github, path, run.id);
    expect(wait.conclusion).toBe('failure');
    expect(wait.log).toContain('lost communication with the server');
    expect(wait.log).not.toContain('cleaned up');
    await until(async () => marked().length === 0, 'no process is left');
  });

  it('has failed after a restart of the sandbox, and nothing of it goes on', async () => {
    const dataDir = await temporaryFolder();
    const { github, path, run, marked } = await startedRun(undefined, dataDir);
    await github.stop();
    expect(marked()).toEqual([]);
    const again = await startWithRunner({ dataDir });
    const { body } = await again.call(
      ...(['GET', `${path}/actions/runs/${run.id}`] as const),
    );
    expect(body).toMatchObject({ status: 'completed', conclusion: 'failure' });
  });
});
