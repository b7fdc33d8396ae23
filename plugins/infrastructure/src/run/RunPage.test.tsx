import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { failedRun, inspection, webHost } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

const times = { usualSeconds: 220, targetSeconds: 300, mayCancel: true };

describe('the run page', () => {
  const backend = fakeBackend();
  beforeEach(() => {
    backend.answer('/runs/:id/inspection', { ...inspection, remedies: [] });
    backend.answer('/runs', { runs: [] });
  });

  it('puts the first real error, the remedy and what is left on top of a failed run', async () => {
    backend.answer('/runs/:id', { ...times, run: failedRun } as never);
    openPage('/runs/run-1');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Failed in “Apply the plan”');
    expect(alert).toHaveTextContent('storage local-lvm is full');
    expect(alert).toHaveTextContent('Choose another storage.');
    expect(alert).toHaveTextContent('The guest 20014 exists and is stopped');
    expect(
      screen.getByText('Took 1:05 of usually 3:40 (target 5:00)'),
    ).toBeInTheDocument();
    expect(
      screen.getByText('1 to create, 0 to change, 0 to destroy'),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Cancel run' }),
    ).not.toBeInTheDocument();

    await userEvent.click(screen.getByRole('tab', { name: 'Inputs' }));
    expect(await screen.findByText('$(id) {{ x }}')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('tab', { name: 'By hand' }));
    expect(await screen.findByText('terraform apply plan')).toBeInTheDocument();
  });

  it('follows a run that goes on and cancels it after asking', async () => {
    const run = {
      ...failedRun,
      state: 'running',
      finishedAt: undefined,
      error: undefined,
      startedAt: new Date(Date.now() - 134_000).toISOString(),
    };
    backend.answer('/runs/:id', { ...times, run } as never);
    backend.answer('/runs/:id/log', {
      lines: [
        { n: 0, time: run.createdAt, level: 'info', text: 'Still creating' },
      ],
    });
    const canceled = backend.record('/runs/:id/cancel');
    openPage('/runs/run-1');
    expect(
      await screen.findByText(/^2:1\d of usually 3:40 \(target 5:00\)$/),
    ).toBeInTheDocument();
    expect(screen.getByRole('tab', { name: 'Log' })).toHaveAttribute(
      'aria-selected',
      'true',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Cancel run' }));
    expect(canceled).toHaveLength(0);
    const buttons = await screen.findAllByRole('button', {
      name: 'Cancel run',
    });
    await userEvent.click(buttons[buttons.length - 1]);
    await waitFor(() => expect(canceled).toHaveLength(1));
  });

  it('says that a run is being canceled, and afterwards what it left behind', async () => {
    const running = {
      ...failedRun,
      state: 'running',
      cancelRequested: true,
      finishedAt: undefined,
      error: undefined,
    };
    backend.answer('/runs/:id/log', { lines: [] });
    backend.answer('/runs/:id', { ...times, run: running } as never);
    const page = openPage('/runs/run-1');
    expect(await screen.findByText(/^Canceling: /)).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Cancel run' }),
    ).not.toBeInTheDocument();
    page.unmount();

    const canceled = {
      ...failedRun,
      state: 'cancelled',
      cancelRequested: true,
      steps: [
        failedRun.steps[0],
        { ...failedRun.steps[1], state: 'cancelled' },
        { id: 'record', title: 'Record the result', state: 'skipped' },
      ],
      error: {
        step: 'apply',
        message: 'The run was cancelled.',
        hint: 'Repeat the request to go on.',
      },
    };
    backend.answer('/runs/:id', { ...times, run: canceled } as never);
    const left = openPage('/runs/run-1');
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(
      /^The run was canceledWhat exists now:The guest 20014 exists and is stopped/,
    );
    const steps = screen.getByRole('list', { name: 'Steps' });
    expect(
      [...steps.children].map(step => step.getAttribute('data-state')),
    ).toEqual(['succeeded', 'cancelled', 'skipped']);
    expect(screen.queryByText(/^Canceling: /)).not.toBeInTheDocument();
    left.unmount();

    backend.answer('/runs/:id', {
      ...times,
      run: { ...canceled, leftovers: [] },
    } as never);
    openPage('/runs/run-1');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The run was canceledWhat to do: Repeat the request to go on.',
    );
  });

  it('shows the way to log in and to the host after a good run', async () => {
    const run = {
      ...failedRun,
      state: 'succeeded',
      error: undefined,
      result: {
        name: 'web-1',
        kind: 'vm',
        connection: 'lab',
        node: 'pve2',
        vmId: 20014,
        address: '10.30.0.14',
        user: 'ops',
        ssh: 'ssh ops@10.30.0.14',
        entityRef: webHost.entityRef,
      },
    };
    backend.answer('/runs/:id', { ...times, run } as never);
    openPage('/runs/run-1');
    expect(await screen.findByText('ssh ops@10.30.0.14')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Open the host' })).toHaveAttribute(
      'href',
      '/catalog/default/resource/lab-20014/host',
    );
  });

  it('shows that the hosts are in the mesh and were heard of', async () => {
    backend.answer('/runs/:id', {
      ...times,
      run: {
        ...failedRun,
        state: 'succeeded',
        error: undefined,
        leftovers: [],
        arrivals: [
          {
            host: 'web-1',
            mesh: { name: 'web-1.example.ts.net', addresses: ['100.64.0.7'] },
            metricAt: '2026-11-24T10:04:00.000Z',
          },
        ],
      },
    } as never);
    openPage('/runs/run-1');
    const table = await screen.findByRole('table', {
      name: 'Where it arrived',
    });
    expect(table).toHaveTextContent('web-1.example.ts.net100.64.0.7');
    expect(table).toHaveTextContent('none yet');
  });

  it('says that a run is not there', async () => {
    backend.refuse('/runs/:id', 404, 'NotFoundError', 'There is no run x');
    openPage('/runs/x');
    expect(await screen.findByText('Not found')).toBeInTheDocument();
  });
});
