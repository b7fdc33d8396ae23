import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { failedRun } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

describe('the runs list', () => {
  const backend = fakeBackend();

  it('says what was done, by whom and how it ended, and leads to the run', async () => {
    backend.answer('/runs', { runs: [failedRun] } as never);
    openPage('/runs');
    const row = await screen.findByRole('row', { name: /web-1/ });
    expect(row).toHaveTextContent('Failed');
    expect(row).toHaveTextContent('Create');
    expect(row).toHaveTextContent('ada');
    expect(row).toHaveTextContent('1:05');
    expect(screen.getByRole('link', { name: 'web-1' })).toHaveAttribute(
      'href',
      '/runs/run-1',
    );
  });

  it('says by which door a run came, and leads to the workflow that made it', async () => {
    const link = 'https://github.example.com/acme/hello/actions/runs/102';
    const deploy = {
      ...failedRun,
      host: '',
      hostKind: undefined,
      app: 'hello',
    } as const;
    backend.answer('/runs', {
      runs: [
        { ...deploy, id: 'a', kind: 'deploy-docker', door: 'workflow', link },
        { ...deploy, id: 'b', kind: 'set-up-repository', app: 'till' },
        // What is no page of the web is never made a link.
        {
          ...deploy,
          id: 'c',
          kind: 'propose-change',
          app: 'odd',
          door: 'workflow',
          link: 'data:text/html,hello',
        },
      ],
    } as never);
    openPage('/runs');
    const row = await screen.findByRole('row', { name: /hello/ });
    expect(row).toHaveTextContent('Deploy (Docker)');
    expect(within(row).getByRole('link', { name: 'Workflow' })).toHaveAttribute(
      'href',
      link,
    );
    const till = screen.getByRole('row', { name: /till/ });
    expect(till).toHaveTextContent('Portal');
    expect(till).toHaveTextContent('Repository');
    const odd = screen.getByRole('row', { name: /odd/ });
    expect(odd).toHaveTextContent('Workflow');
    expect(within(odd).queryByRole('link', { name: 'Workflow' })).toBeNull();
  });

  it('shows mine unless the address asks for more, and asks for what it says', async () => {
    const asked: string[] = [];
    backend.respond('/runs', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ runs: [] });
    });
    const mine = openPage('/runs');
    expect(
      await screen.findByRole('link', { name: 'Request something' }),
    ).toHaveAttribute('href', '/create');
    expect(asked).toEqual(['?mine=true']);
    mine.unmount();
    openPage('/runs?whose=everyone&door=workflow&about=repositories');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );
    await waitFor(() => expect(asked.at(-1)).toBe(''));
    expect(asked[1]).toBe(
      '?kind=set-up-repository%2Cpropose-change&door=workflow',
    );
  });

  it('offers a way on when nothing matches, and a second try when it fails', async () => {
    backend.answer('/runs', { runs: [] });
    const empty = openPage('/runs?state=failed');
    expect(
      await screen.findByText('No run matches these filters.'),
    ).toBeInTheDocument();
    empty.unmount();

    backend.refuse('/runs', 500, 'Error', 'broken');
    openPage('/runs');
    expect(
      await screen.findByRole('button', { name: 'Try again' }),
    ).toBeInTheDocument();
  });
});
