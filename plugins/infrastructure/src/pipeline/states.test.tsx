import { screen } from '@testing-library/react';
import type { PipelineResponse } from '@nante/plugin-infrastructure-common';
import { failedPipeline, jobLog } from '../__fixtures__/pipelines';
import { fakeBackend } from '../__testUtils__/backend';
import { openPipeline } from '../__testUtils__/componentTab';

const nothing: PipelineResponse = {
  ...failedPipeline,
  commit: undefined,
  stages: [],
  runs: [],
  uses: [],
  dispatchable: [],
};

describe('the pipeline tab without a pipeline', () => {
  const backend = fakeBackend();
  it.each([
    [
      'no-connection',
      'This portal has no connection to GitHub',
      /type: github/,
    ],
    [
      'no-repository',
      'This component names no repository',
      'github.com/project-slug: my-organization/hello',
    ],
    [
      'not-readable',
      'The portal’s token may not read the workflows of acme/hello',
      /Actions: read/,
    ],
    ['nothing-run', 'Nothing has run yet', /^git commit --allow-empty/],
  ] as const)('says what is missing: %s', async (missing, title, next) => {
    backend.answer('/pipelines', {
      ...nothing,
      missing,
      repository: missing === 'no-connection' ? undefined : nothing.repository,
    } as never);
    openPipeline();
    expect(
      await screen.findByRole('heading', { name: title }),
    ).toBeInTheDocument();
    expect(screen.getByText(next)).toBeInTheDocument();
    expect(screen.queryByRole('list', { name: /^Stages/ })).toBeNull();
  });

  it('offers the template that adds a pipeline where there is no workflow', async () => {
    backend.answer('/pipelines', {
      ...nothing,
      missing: 'no-workflow',
    } as never);
    openPipeline();
    expect(
      await screen.findByRole('link', { name: 'Add a pipeline' }),
    ).toHaveAttribute('href', '/create/templates/default/add-pipeline');
  });

  it('says until when GitHub’s limit is used up, how old what it shows is, and for which labels a run waits', async () => {
    backend.answer('/pipelines', {
      ...failedPipeline,
      limitedUntil: '2026-11-24T11:30:00Z',
      sources: [
        {
          connection: 'github',
          ok: false,
          lastSuccessAt: '2026-11-24T10:55:00Z',
          error: 'connect ECONNREFUSED',
        },
      ],
      runs: [
        {
          ...failedPipeline.runs[0],
          state: 'queued',
          waitsFor: 'No online runner has the labels self-hosted, gpu.',
        },
      ],
    } as never);
    backend.answer('/pipelines/jobs/github/acme/hello/7/log', jobLog as never);
    openPipeline();
    expect(
      await screen.findByText(
        /limit of requests is used up until Nov 24, 2026/,
      ),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/“github”: showing data from Nov 24, 2026/),
    ).toBeInTheDocument();
    expect(screen.getByText('connect ECONNREFUSED')).toBeInTheDocument();
    expect(screen.getByText('No runner is free for Deploy #4')).toBeVisible();
    expect(
      screen.getByText('No online runner has the labels self-hosted, gpu.'),
    ).toBeVisible();
    expect(screen.getByRole('row', { name: /^Deploy/ })).toHaveTextContent(
      'Queued',
    );
  });

  it('says who may see it, waits with its own shape, and offers a second try', async () => {
    backend.never('/pipelines');
    const waiting = openPipeline();
    expect(await screen.findByRole('status')).toHaveAttribute(
      'aria-busy',
      'true',
    );
    waiting.unmount();

    backend.refuse('/pipelines', 403, 'NotAllowedError', 'no');
    const forbidden = openPipeline();
    expect(
      await screen.findByText(/infrastructure\.pipeline\.read/),
    ).toBeInTheDocument();
    forbidden.unmount();

    backend.refuse('/pipelines', 503, 'ServiceUnavailableError', 'starting');
    openPipeline();
    expect(
      await screen.findByRole('button', { name: 'Try again' }),
    ).toBeInTheDocument();
  });
});
