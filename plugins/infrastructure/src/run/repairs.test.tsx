import type { RunDocument } from '@nante/model';
import { screen, within } from '@testing-library/react';
import { failedRun, inspection } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

const times = { targetSeconds: 300, mayCancel: false };

describe('a run that did not succeed', () => {
  const backend = fakeBackend();
  const answer = (run: object) =>
    backend.answer('/runs/:id', { ...times, run } as never);

  beforeEach(() => {
    backend.answer('/runs', { runs: [] });
    backend.answer('/runs/:id/log', { lines: [] });
    backend.answer('/runs/:id/inspection', inspection as never);
  });

  it('names the likely cause and what to do about it', async () => {
    answer({
      ...failedRun,
      error: {
        ...failedRun.error,
        cause: {
          rule: 'disk-full',
          text: 'The storage is full.',
          remedy: 'Free some space.',
        },
      },
    });
    openPage('/runs/run-1');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'storage local-lvm is fullLikely cause: The storage is full. Free some space.What to do: Choose another storage.',
    );
  });

  it('shows what exists, and each way out with what it will do', async () => {
    answer(failedRun);
    openPage('/runs/run-1');
    const undo = await screen.findByRole('listitem', { name: 'Undo' });
    expect(undo).toHaveTextContent('Removes what the run made.');
    expect(undo).toHaveTextContent('Destroys VM 20014');
    expect(
      decodeURIComponent(
        within(undo).getByRole('link').getAttribute('href') ?? '',
      ),
    ).toBe(
      '/create/templates/default/repair-run?formData={"repair":{"runId":"run-1","remedy":"undo"}}',
    );
    const adopt = screen.getByRole('listitem', { name: 'Adopt' });
    expect(adopt).toHaveTextContent('Not possible: it is in no state');
    expect(within(adopt).getByRole('button')).toBeDisabled();
    expect(
      screen.getByRole('row', { name: /Entry in the state Missing/ }),
    ).toBeInTheDocument();
  });

  it('waits while it looks, says that nothing is left, and that it could not look', async () => {
    answer(failedRun);
    backend.never('/runs/:id/inspection');
    const waiting = openPage('/runs/run-1');
    expect(
      await screen.findByText('Looking at what is there…'),
    ).toBeInTheDocument();
    waiting.unmount();

    const none = { interrupted: false, things: [], remedies: [] };
    backend.answer('/runs/:id/inspection', none);
    const empty = openPage('/runs/run-1');
    expect(
      await screen.findByText('There is nothing to repair.'),
    ).toBeInTheDocument();
    empty.unmount();

    backend.refuse('/runs/:id/inspection', 503, 'Unavailable', 'no Proxmox');
    openPage('/runs/run-1');
    expect(await screen.findByText('no Proxmox')).toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: 'Look again' }),
    ).toBeInTheDocument();
  });

  it('is repaired even if it says that it works, as soon as nobody executes it', async () => {
    answer({ ...failedRun, state: 'running', error: undefined });
    const working = openPage('/runs/run-1');
    await screen.findByRole('list', { name: 'Steps' });
    expect(screen.queryByText(/the ways out/)).not.toBeInTheDocument();
    working.unmount();

    backend.answer('/runs/:id/inspection', {
      ...inspection,
      interrupted: true,
    } as never);
    openPage('/runs/run-1');
    expect(
      await screen.findByText(/whoever executed it is gone/),
    ).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Finish' })).toBeInTheDocument();
  });

  it('and the run that repaired it lead to each other', async () => {
    const repair: RunDocument = { ...failedRun, id: 'run-9', repairs: 'run-1' };
    answer(failedRun);
    backend.answer('/runs', { runs: [repair] } as never);
    const failed = openPage('/runs/run-1');
    expect(
      await screen.findByRole('link', { name: 'Show that run' }),
    ).toHaveAttribute('href', '/runs/run-9');
    failed.unmount();

    answer({ ...repair, state: 'succeeded', error: undefined });
    openPage('/runs/run-9');
    expect(
      await screen.findByRole('link', { name: 'Show that run' }),
    ).toHaveAttribute('href', '/runs/run-1');
  });
});
