import { screen } from '@testing-library/react';
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

  it('offers a way on when nothing matches, and a second try when it fails', async () => {
    backend.answer('/runs', { runs: [] });
    const empty = openPage('/runs');
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
