import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  deployedPipeline,
  failedPipeline,
  jobLog,
  pipelineRun,
} from '../__fixtures__/pipelines';
import { fakeBackend } from '../__testUtils__/backend';
import { openPipeline } from '../__testUtils__/componentTab';

const logPath = '/pipelines/jobs/github/acme/hello/:job/log';

describe('the pipeline tab', () => {
  const backend = fakeBackend();
  const stage = (name: RegExp) => screen.findByRole('button', { name });

  it('opens the stage that failed, with what went wrong and the lines of that stage alone', async () => {
    backend.answer('/pipelines', failedPipeline as never);
    backend.answer(logPath, {
      omitted: 0,
      lines: [
        '2026-11-24T11:00:06.0000000Z error: a line of the build',
        ...(jobLog.lines ?? []),
      ],
    });
    openPipeline();
    expect(await stage(/^TestFailed/)).toHaveAttribute('aria-expanded', 'true');
    expect(await stage(/^ScanSkipped/)).toHaveAttribute(
      'aria-expanded',
      'false',
    );
    const detail = screen.getByRole('region', { name: 'More about Test' });
    expect(
      await within(detail).findByText('--- FAIL: TestCounts (0.00s)', {
        selector: 'li',
      }),
    ).toBeInTheDocument();
    const log = within(detail).getByRole('group', { name: 'Log of Test' });
    expect(log).toHaveTextContent('counter_test.go:14: got 0, want 1 <b>');
    expect(log).not.toHaveTextContent('a line of the build');
    expect(log).not.toHaveTextContent('##[');
  });

  it('leads from each stage to its run, its artifact and its deployment, and opens the one that is pressed', async () => {
    backend.answer('/pipelines', deployedPipeline as never);
    backend.answer(logPath, { omitted: 0 });
    openPipeline();
    const chain = await screen.findByRole('list', {
      name: 'Stages of the newest commit',
    });
    const stages = within(chain).getAllByRole('listitem');
    expect(stages.map(item => item.textContent)).toEqual([
      expect.stringContaining('CommitSucceeded'),
      expect.stringContaining('BuildSucceeded 0:09'),
      expect.stringContaining('TestSucceeded 0:09'),
      expect.stringContaining('2 low'),
      expect.stringContaining('0.1.12'),
      expect.stringContaining('ReleaseSucceeded'),
      expect.stringContaining('devSucceeded 0:32'),
      expect.stringContaining('stagingWaiting waits for an approval'),
    ]);
    expect(screen.getByRole('link', { name: 'Run of dev' })).toHaveAttribute(
      'href',
      '/runs/run-33',
    );
    expect(
      screen.getByRole('link', { name: 'Artifact of Publish' }),
    ).toHaveAttribute(
      'href',
      'https://nexus.example.com/#browse/browse:maven-releases',
    );
    expect(screen.queryByRole('region', { name: /^More about/ })).toBeNull();
    await userEvent.click(await stage(/^dev/));
    expect(
      await screen.findByText(/GitHub hands out the log of a job when/),
    ).toBeInTheDocument();
    await userEvent.click(await stage(/^dev/));
    expect(screen.queryByRole('region', { name: /^More about/ })).toBeNull();
  });

  it('lists the runs, and opens one beside them with its jobs, steps and results', async () => {
    backend.answer('/pipelines', failedPipeline as never);
    backend.answer(logPath, jobLog as never);
    backend.answer(
      '/pipelines/runs/github/acme/hello/102',
      pipelineRun as never,
    );
    openPipeline();
    const row = await screen.findByRole('row', { name: /Counts from one/ });
    expect(row).toHaveTextContent('CI #13, by push, attempt 2');
    expect(row).toHaveTextContent('mainabcdef0');
    expect(row).toHaveTextContent('dana');
    expect(row).toHaveTextContent('0:31');
    await userEvent.click(
      within(row).getByRole('button', { name: 'Counts from one, CI #13' }),
    );
    const drawer = await screen.findByRole('dialog', { name: 'CI #13' });
    const steps = await within(drawer).findByRole('table', {
      name: 'Steps of ci / CI',
    });
    expect(within(steps).getByRole('row', { name: /^Test/ })).toHaveTextContent(
      'TestFailed0:12',
    );
    expect(within(drawer).getByText('on sandbox-1')).toBeInTheDocument();
    expect(
      await within(drawer).findByRole('group', { name: 'Log of ci / CI' }),
    ).toHaveTextContent('go test ./...');
    expect(
      within(drawer).getByRole('link', { name: 'Publish' }),
    ).toHaveAttribute('href', '/runs/run-30');
    await userEvent.click(
      within(drawer).getByRole('button', { name: 'Close' }),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('warns where the repository calls an old version, and leads to the update', async () => {
    backend.answer('/pipelines', failedPipeline as never);
    backend.answer(logPath, jobLog as never);
    openPipeline();
    expect(
      await screen.findByText(
        'This repository calls v0.0.9 of our workflows; v0.1.0 is the newest.',
      ),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', {
        name: 'See what changed, and propose the update',
      }),
    ).toHaveAttribute('href', '/workflows?search=acme%2Fhello');
    const uses = screen.getByRole('table', { name: 'Reusable workflows' });
    expect(
      within(uses).getByRole('row', { name: /^ci\.yml/ }),
    ).toHaveTextContent('v0.0.9 (0f1e2d3c4b)Behind');
  });
});
