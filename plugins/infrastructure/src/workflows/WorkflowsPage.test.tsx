import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { failedPipeline, fleet } from '../__fixtures__/pipelines';
import { fakeBackend, openPage } from '../__testUtils__/backend';

describe('the workflow fleet', () => {
  const backend = fakeBackend();
  const names = () =>
    screen
      .getAllByRole('row')
      .slice(1)
      .map(row => within(row).getAllByRole('link')[0].textContent);

  it('says which repository calls which version, those first that need something', async () => {
    backend.answer('/workflow-fleet', fleet as never);
    openPage('/workflows');
    const row = await screen.findByRole('row', { name: /^acme\/hello/ });
    expect(names()).toEqual([
      'acme/hello',
      'acme/legacy',
      'acme/old-till',
      'acme/shop',
    ]);
    expect(row).toHaveTextContent('Behind');
    expect(row).toHaveTextContent(
      'ci.yml calls reusable-ci.yml v0.0.9 (0f1e2d3c4b)',
    );
    expect(row).toHaveTextContent('2 changes since v0.0.9');
    expect(row).toHaveTextContent(
      'reusable-full-pipeline.yml: returns to the last good release',
    );
    expect(within(row).getByRole('link', { name: 'hello' })).toHaveAttribute(
      'href',
      '/catalog/default/component/hello/pipeline',
    );
    expect(screen.getByRole('link', { name: 'v0.1.0' })).toHaveAttribute(
      'href',
      fleet.current?.url,
    );
    expect(
      screen.getByRole('link', { name: 'Pull request #7' }),
    ).toHaveAttribute('href', fleet.repositories[3].pullRequest?.url);
  });

  it('proposes the update to whoever may, and says why others may not', async () => {
    backend.answer('/workflow-fleet', fleet as never);
    const seen = backend.record('/workflow-fleet/raise', {
      runId: 'run-40',
      pullRequestUrl: 'https://github.example.com/acme/hello/pull/3',
    });
    openPage('/workflows');
    const legacy = await screen.findByRole('row', { name: /^acme\/legacy/ });
    expect(
      within(legacy).getByRole('button', {
        name: 'Propose the update to acme/legacy',
      }),
    ).toBeDisabled();
    expect(legacy).toHaveTextContent(
      'Proposing: it belongs to the group billing',
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Propose the update to acme/hello' }),
    );
    expect(
      await screen.findByRole('link', { name: 'Pull request' }),
    ).toHaveAttribute('href', 'https://github.example.com/acme/hello/pull/3');
    expect(screen.getByRole('link', { name: 'Run' })).toHaveAttribute(
      'href',
      '/runs/run-40',
    );
    expect(JSON.parse(String(seen[0]))).toEqual({
      connection: 'github',
      repository: 'acme/hello',
    });
  });

  it('says why the update was not proposed, and lets one try again', async () => {
    backend.answer('/workflow-fleet', fleet as never);
    backend.refusePost(
      '/workflow-fleet/raise',
      403,
      'NotAllowedError',
      'The token lacks the scope workflow',
    );
    openPage('/workflows');
    const button = await screen.findByRole('button', {
      name: 'Propose the update to acme/hello',
    });
    await userEvent.click(button);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The update could not be proposed: The token lacks the scope workflow',
    );
    expect(button).toBeEnabled();
  });

  it('is filtered by what the address says', async () => {
    backend.answer('/workflow-fleet', fleet as never);
    openPage('/workflows?search=ci.yml%20v0.0.9');
    await screen.findByRole('row', { name: /^acme\/hello/ });
    expect(names()).toEqual(['acme/hello']);
    await userEvent.clear(screen.getByRole('searchbox'));
    await userEvent.click(screen.getByRole('radio', { name: 'Floating (1)' }));
    await waitFor(() => expect(names()).toEqual(['acme/legacy']));
    await userEvent.type(screen.getByRole('searchbox'), 'nothing of the kind');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );
    await waitFor(() => expect(names()).toHaveLength(4));
  });

  it('says what comes next when nothing calls, connects, is allowed or answers', async () => {
    const nothing = { ...fleet, repositories: [] };
    backend.answer('/workflow-fleet', nothing as never);
    const empty = openPage('/workflows');
    expect(
      await screen.findByRole('link', { name: 'Add a pipeline' }),
    ).toHaveAttribute('href', '/create/templates/default/add-pipeline');
    empty.unmount();

    backend.answer('/workflow-fleet', { ...nothing, sources: [] } as never);
    const without = openPage('/workflows');
    expect(
      await screen.findByText('This portal has no connection to GitHub'),
    ).toBeInTheDocument();
    without.unmount();

    backend.answer('/workflow-fleet', {
      ...fleet,
      sources: [
        { ...failedPipeline.sources[0], ok: false, error: 'timed out' },
      ],
    } as never);
    const stale = openPage('/workflows');
    expect(
      await screen.findByText(/“github”: showing data from/),
    ).toBeInTheDocument();
    stale.unmount();

    backend.refuse('/workflow-fleet', 403, 'NotAllowedError', 'no');
    const forbidden = openPage('/workflows');
    expect(
      await screen.findByText(/infrastructure\.pipeline\.read/),
    ).toBeInTheDocument();
    forbidden.unmount();

    backend.refuse('/workflow-fleet', 500, 'Error', 'broken');
    openPage('/workflows');
    expect(
      await screen.findByRole('button', { name: 'Try again' }),
    ).toBeInTheDocument();
  });
});
