import { renderInTestApp } from '@backstage/frontend-test-utils';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { backendApi, fakeBackend } from '../__testUtils__/backend';
import { RunLog } from './RunLog';

const LINES = 100_000;
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({
    n: from + at,
    time: '2026-11-24T10:00:00Z',
    level: 'info',
    text: `ok: [web-1] => item ${from + at} of a long play`,
  }));

describe('the log of a run', () => {
  const backend = fakeBackend();
  // The viewer shows nothing where it has no room, and there is none without a layout.
  beforeEach(() => {
    for (const side of ['offsetHeight', 'offsetWidth'] as const) {
      jest.spyOn(HTMLElement.prototype, side, 'get').mockReturnValue(480);
    }
    jest
      .spyOn(HTMLElement.prototype, 'getBoundingClientRect')
      .mockReturnValue({ width: 480, height: 480 } as DOMRect);
  });
  afterEach(() => jest.restoreAllMocks());
  const open = (final: boolean) =>
    renderInTestApp(<RunLog id="run-1" final={final} />, {
      apis: [backendApi()],
    });

  it('shows 100,000 lines without making a row for each, and what comes then within two seconds', async () => {
    backend.answer('/runs/:id/log', { lines: lines(0, LINES) } as never);
    open(false);
    await screen.findByText(/item 99999 of/);
    expect(screen.getAllByRole('row').length).toBeLessThan(200);
    // So many lines are not wrapped: each row would be measured again and again.
    expect(
      screen.getByRole('checkbox', { name: /^Wrap lines/ }),
    ).toBeDisabled();

    const start = performance.now();
    backend.answer('/runs/:id/log', {
      lines: lines(LINES, LINES + 1000),
    } as never);
    await screen.findByText(/item 100999 of/);
    // Of these are up to half a second the pause between two looks.
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('stands still for whoever reads, and goes on when they follow again', async () => {
    backend.answer('/runs/:id/log', { lines: lines(0, 3) } as never);
    open(false);
    await screen.findByText(/item 2 of/);
    const follow = screen.getByRole('checkbox', { name: 'Follow the end' });
    await userEvent.click(follow);
    backend.answer('/runs/:id/log', { lines: lines(3, 6) } as never);
    await new Promise(resolve => setTimeout(resolve, 1500));
    expect(screen.queryByText(/item 5 of/)).not.toBeInTheDocument();
    await userEvent.click(follow);
    expect(await screen.findByText(/item 5 of/)).toBeInTheDocument();
  });

  it('says that nothing was logged, and why it could not be read', async () => {
    backend.answer('/runs/:id/log', { lines: [] });
    const empty = open(true);
    expect(
      await screen.findByText('Nothing has been logged yet.'),
    ).toBeInTheDocument();
    empty.unmount();

    backend.refuse('/runs/:id/log', 503, 'Unavailable', 'starting');
    open(true);
    await waitFor(() =>
      expect(screen.getByText('starting')).toBeInTheDocument(),
    );
  });
});
