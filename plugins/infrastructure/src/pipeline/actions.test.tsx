import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  deployedPipeline,
  failedPipeline,
  jobLog,
} from '../__fixtures__/pipelines';
import { fakeBackend } from '../__testUtils__/backend';
import { openPipeline } from '../__testUtils__/componentTab';

describe('what a person does in the pipeline tab', () => {
  const backend = fakeBackend();
  beforeEach(() => {
    backend.answer('/pipelines', failedPipeline as never);
    backend.answer('/pipelines/jobs/github/acme/hello/7/log', jobLog as never);
  });

  it('repeats the failed jobs of a run at once, and cancels a run after a question', async () => {
    const seen = backend.record('/pipelines/actions', {
      runId: 102,
      url: 'https://github.example.com',
    });
    openPipeline();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Re-run failed jobs: CI #13' }),
    );
    expect(await screen.findByText('Its failed jobs run again')).toBeVisible();
    await userEvent.click(
      screen.getByRole('button', { name: 'Cancel: Deploy #4' }),
    );
    const question = await screen.findByRole('dialog', {
      name: 'Cancel Deploy #4?',
    });
    expect(seen).toHaveLength(1);
    await userEvent.click(
      within(question).getByRole('button', { name: 'Cancel the run' }),
    );
    await waitFor(() => expect(seen).toHaveLength(2));
    expect(seen.map(body => JSON.parse(String(body)))).toEqual([
      {
        entityRef: 'component:default/hello',
        action: 'rerun-failed',
        runId: 102,
      },
      { entityRef: 'component:default/hello', action: 'cancel', runId: 103 },
    ]);
  });

  it('says why GitHub did not do it', async () => {
    backend.refusePost(
      '/pipelines/actions',
      409,
      'ConflictError',
      'The run is too old to be repeated',
    );
    openPipeline();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Re-run failed jobs: CI #13' }),
    );
    expect(
      await screen.findByText('The run is too old to be repeated'),
    ).toBeInTheDocument();
  });

  it('starts a workflow with its inputs, and shows the run that came of it', async () => {
    const seen = backend.record('/pipelines/actions', {
      runId: 104,
      url: 'https://github.example.com',
    });
    backend.never('/pipelines/runs/github/acme/hello/104');
    openPipeline();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Run workflow…' }),
    );
    const dialog = await screen.findByRole('dialog');
    const start = within(dialog).getByRole('button', { name: 'Run' });
    expect(start).toBeDisabled();
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /^version/ }),
      '0.1.12',
    );
    await userEvent.click(
      within(dialog).getByRole('checkbox', { name: 'dry_run' }),
    );
    await userEvent.click(start);
    expect(
      await screen.findByRole('dialog', { name: '#104' }),
    ).toBeInTheDocument();
    expect(JSON.parse(String(seen[0]))).toEqual({
      entityRef: 'component:default/hello',
      action: 'dispatch',
      file: 'deploy.yml',
      inputs: { version: '0.1.12', environment: 'dev', dry_run: 'true' },
    });
  });

  it('lets nobody press what they may not, and says why', async () => {
    backend.answer('/pipelines', {
      ...failedPipeline,
      mayRun: { allowed: false, reason: 'hello belongs to the group billing' },
    } as never);
    const page = openPipeline();
    expect(
      await screen.findByText(
        'Starting, repeating and canceling: hello belongs to the group billing',
      ),
    ).toBeInTheDocument();
    for (const name of [
      'Run workflow…',
      'Re-run failed jobs: CI #13',
      'Cancel: Deploy #4',
    ]) {
      expect(screen.getByRole('button', { name })).toBeDisabled();
    }
    page.unmount();

    backend.answer('/pipelines', {
      ...deployedPipeline,
      dispatchable: [],
    } as never);
    openPipeline();
    expect(
      await screen.findByText(/it needs on: workflow_dispatch/),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: 'Run workflow…' }),
    ).toBeDisabled();
  });
});
