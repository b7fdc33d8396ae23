import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { activity } from '../__fixtures__/artifacts';
import { fakeBackend, openPage } from '../__testUtils__/backend';
import { toCsv } from './entries';

describe('the activity page', () => {
  const backend = fakeBackend();

  it('says day by day who did what with which result, and leads to it', async () => {
    backend.answer('/activity', activity as never);
    openPage('/activity');
    const days = await screen.findAllByRole('region', { name: /November/ });
    expect(days).toHaveLength(2);
    const [run] = within(days[0]).getAllByRole('listitem');
    expect(run).toHaveTextContent('Succeeded');
    expect(run).toHaveTextContent('Deployed Shop 1.4.0 to Development');
    expect(run).toHaveTextContent('by ada');
    expect(within(run).getByRole('link', { name: 'Run' })).toHaveAttribute(
      'href',
      '/runs/run-1',
    );
    expect(within(days[1]).getByRole('listitem')).toHaveTextContent(
      '=HYPERLINK("x"), <b>failed</b>',
    );
  });

  it('asks for what the filters say, and for earlier pages on demand', async () => {
    const asked: string[] = [];
    backend.respond('/activity', ({ request }) => {
      const { search, searchParams } = new URL(request.url);
      asked.push(search);
      return HttpResponse.json(
        searchParams.has('before')
          ? {
              ...activity,
              next: undefined,
              entries: [{ ...activity.entries[1], id: 'x', text: 'Long ago' }],
            }
          : activity,
      );
    });
    openPage('/activity?source=octopus');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Show earlier' }),
    );
    expect(await screen.findByText('Long ago')).toBeInTheDocument();
    expect(asked).toEqual(['?source=octopus', '?source=octopus&before=page-2']);
    await userEvent.click(screen.getByRole('button', { name: /Kind/ }));
    await userEvent.click(
      await screen.findByRole('option', { name: 'Deploy' }),
    );
    await waitFor(() =>
      expect(asked.at(-1)).toBe('?source=octopus&kind=deploy'),
    );
  });

  it('hands everything that the filters find to the person as a file', async () => {
    backend.respond('/activity', ({ request }) =>
      HttpResponse.json(
        new URL(request.url).searchParams.has('before')
          ? { ...activity, entries: [], next: undefined }
          : activity,
      ),
    );
    const files: Blob[] = [];
    URL.createObjectURL = blob => {
      files.push(blob as Blob);
      return 'blob:file';
    };
    URL.revokeObjectURL = () => {};
    openPage('/activity');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Export JSON' }),
    );
    await waitFor(() => expect(files).toHaveLength(1));
    expect(files[0].type).toBe('application/json');
    await userEvent.click(screen.getByRole('button', { name: 'Export CSV' }));
    await waitFor(() => expect(files).toHaveLength(2));
    expect(files[1].type).toBe('text/csv');
  });

  it('says that nothing happened, that the person may not see it, or that it failed', async () => {
    backend.answer('/activity', { entries: [], sources: [] });
    const empty = openPage('/activity');
    expect(
      await screen.findByText('Nothing happened in this period.'),
    ).toBeInTheDocument();
    empty.unmount();
    const filtered = openPage('/activity?kind=deploy');
    expect(
      await screen.findByRole('button', { name: 'Clear filters' }),
    ).toBeInTheDocument();
    filtered.unmount();
    backend.refuse('/activity', 403, 'NotAllowedError', 'no');
    const forbidden = openPage('/activity');
    expect(
      await screen.findByText(/infrastructure\.run\.read/),
    ).toBeInTheDocument();
    forbidden.unmount();
    backend.refuse('/activity', 500, 'Error', 'broken');
    openPage('/activity');
    expect(
      await screen.findByRole('button', { name: 'Try again' }),
    ).toBeInTheDocument();
  });
});

describe('the CSV export', () => {
  it('quotes what needs it, and lets no spreadsheet take a sentence for a formula', () => {
    const [head, first, second] = toCsv(activity.entries).split('\r\n');
    expect(head).toBe(
      'at,source,kind,actor,result,environment,app,entityRef,runId,url,text',
    );
    expect(first).toBe(
      '2026-11-24T12:00:00Z,run,deploy,user:default/ada,succeeded,dev,,component:default/shop,run-1,,Deployed Shop 1.4.0 to Development',
    );
    expect(second).toMatch(/,"'=HYPERLINK\(""x""\), <b>failed<\/b>"$/);
  });
});
