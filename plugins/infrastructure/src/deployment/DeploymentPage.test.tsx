import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { detail } from '../__fixtures__/deployments';
import { fakeBackend, openPage } from '../__testUtils__/backend';

const PAGE = '/deployments/octopus/Deployments-12';
const may = { allowed: true };

describe('the page of a deployment', () => {
  const backend = fakeBackend();

  it('says what was deployed, what changed, where it went and what the health check found', async () => {
    backend.answer(PAGE, detail as never);
    openPage(PAGE);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'This deployment failedThe first error of its log: Nothing answers on 8080',
    );
    expect(
      screen.getByText('Took 4:05, longer than the goal of 3:00'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'com.example:shop' }),
    ).toHaveAttribute(
      'href',
      '/catalog/default/component/shop/artifacts?search=1.3.0',
    );
    const changes = screen.getByRole('table', { name: 'What changed' });
    expect(changes).toHaveTextContent('com.example:shop1.2.01.3.0');
    expect(
      screen.getByRole('link', { name: /^Since 1\.2\.0/ }),
    ).toHaveAttribute('href', '/deployments/octopus/Deployments-10');
    const targets = screen.getByRole('table', { name: 'Targets' });
    const host = within(targets).getByRole('row', { name: /^web-1/ });
    expect(host).toHaveTextContent('web-1.staging.shopFailedUnhealthy');
    expect(within(host).getByRole('link')).toHaveAttribute(
      'href',
      '/catalog/default/resource/lab-20014/host',
    );
    expect(
      within(targets).getByRole('row', { name: /^gone-1/ }),
    ).toHaveTextContent('the log does not sayNo longer there');
    expect(
      screen.getByText(
        'Promote to Production: the deployment to Staging failed',
      ),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: 'Promote to Production' }),
    ).toBeDisabled();
    expect(
      screen.queryByRole('button', { name: 'Cancel' }),
    ).not.toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Show the run' })).toHaveAttribute(
      'href',
      '/runs/run-7',
    );
    // Notes are text, whatever they look like.
    expect(
      screen.getByText('<img src=x onerror="alert(1)"> **new** basket'),
    ).toBeInTheDocument();
    expect(document.querySelector('img[src="x"]')).toBeNull();
  });

  it('opens what failed in the log, marks its errors, and leaves the rest closed', async () => {
    backend.answer(PAGE, detail as never);
    openPage(PAGE);
    const log = await screen.findByRole('region', { name: 'Log' });
    expect(
      within(log).getByRole('button', { name: /^Health check/ }),
    ).toHaveAttribute('aria-expanded', 'true');
    expect(
      within(log).getByText('Nothing answers on 8080').closest('li'),
    ).toHaveTextContent('Error: Nothing answers on 8080');
    expect(within(log).queryByText('Unpacking shop')).not.toBeInTheDocument();
    await userEvent.click(
      within(log).getByRole('button', { name: /^Deploy shop/ }),
    );
    expect(within(log).getByText('Unpacking shop')).toBeInTheDocument();
    await userEvent.click(
      within(log).getByRole('checkbox', { name: 'Only what failed' }),
    );
    expect(within(log).queryByText('Unpacking shop')).not.toBeInTheDocument();
    expect(within(log).queryByText('Asking port 8080')).not.toBeInTheDocument();
    await userEvent.click(
      within(log).getByRole('button', { name: 'Close all' }),
    );
    expect(
      within(log).queryByText('Nothing answers on 8080'),
    ).not.toBeInTheDocument();
  });

  it('draws the newest lines of a long log, and earlier ones when asked for', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => ({
      time: detail.queuedAt,
      level: 'Info',
      text: `line ${index}`,
    }));
    backend.answer(PAGE, {
      ...detail,
      activities: [{ ...detail.activities[0], lines, children: [] }],
    } as never);
    openPage(PAGE);
    expect(await screen.findByText('line 4999')).toBeInTheDocument();
    expect(screen.queryByText('line 4799')).not.toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Show 200 earlier lines' }),
    );
    expect(screen.getByText('line 4600')).toBeInTheDocument();
  });

  it('goes back to a release that is chosen', async () => {
    backend.answer(PAGE, detail as never);
    const started = backend.record('/deployments/runs', { runId: 'run-9' });
    openPage(PAGE);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Roll back' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('com.example:shop: 1.3.0 → 1.2.0');
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: 'Comment' }),
      'It does not answer',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Roll back' }),
    );
    await waitFor(() => expect(started).toHaveLength(1));
    expect(JSON.parse(started[0] as string)).toMatchObject({
      action: 'rollback',
      environmentId: 'Environments-2',
      version: '1.2.0',
      comment: 'It does not answer',
    });
  });

  it('follows a deployment that waits in the queue, and cancels it', async () => {
    backend.answer(PAGE, {
      ...detail,
      state: 'Queued',
      queuedAt: new Date(Date.now() - 42_000).toISOString(),
      queuedBehind: 2,
      activities: [],
      seconds: 42,
    } as never);
    const started = backend.record('/deployments/runs', { runId: 'run-9' });
    openPage(PAGE);
    expect(
      await screen.findByText('Waits for 2 tasks before it'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/^0:4\d so far \(goal 3:00\)$/),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await userEvent.click(
      await screen.findByRole('button', { name: 'Cancel deployment' }),
    );
    await waitFor(() => expect(started).toHaveLength(1));
    expect(JSON.parse(started[0] as string)).toMatchObject({
      action: 'cancel',
      deploymentId: 'Deployments-12',
    });
  });

  it('never says that a deployment succeeded that timed out', async () => {
    backend.answer(PAGE, { ...detail, state: 'TimedOut' } as never);
    openPage(PAGE);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'This deployment timed out: nobody knows that it succeeded',
    );
    expect(screen.getByText('Timed out')).toBeInTheDocument();
  });

  it('shows what a manual intervention asks, and takes the answer with its notes', async () => {
    const interruption = {
      id: 'Interruptions-1',
      title: 'Approve',
      instructions: '<b>Look</b> at the shop first.',
      answers: ['Proceed', 'Abort'],
      isPending: true,
      answer: may,
    };
    backend.answer(PAGE, {
      ...detail,
      state: 'Executing',
      interruptions: [interruption],
    } as never);
    const answers = backend.record(
      '/deployments/octopus/interruptions/Interruptions-1',
    );
    const page = openPage(PAGE);
    expect(
      await screen.findByText('<b>Look</b> at the shop first.'),
    ).toBeInTheDocument();
    expect(screen.getByText('Needs a person')).toBeInTheDocument();
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Notes' }),
      'Looked at it',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Proceed' }));
    await waitFor(() => expect(answers).toHaveLength(1));
    expect(JSON.parse(answers[0] as string)).toEqual({
      deploymentId: 'Deployments-12',
      result: 'Proceed',
      notes: 'Looked at it',
    });
    page.unmount();

    backend.answer(PAGE, {
      ...detail,
      state: 'Executing',
      interruptions: [
        {
          ...interruption,
          answer: { allowed: false, reason: 'it needs the team Managers' },
        },
      ],
    } as never);
    openPage(PAGE);
    expect(
      await screen.findByText('You cannot answer: it needs the team Managers'),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Proceed' }),
    ).not.toBeInTheDocument();
  });

  it('says that it is not there, or that the person may not see it', async () => {
    backend.refuse(PAGE, 404, 'NotFoundError', 'There is no deployment');
    const none = openPage(PAGE);
    expect(await screen.findByText('Not found')).toBeInTheDocument();
    none.unmount();
    backend.refuse(PAGE, 403, 'NotAllowedError', 'no');
    openPage(PAGE);
    expect(
      await screen.findByText(/infrastructure\.deployment\.read/),
    ).toBeInTheDocument();
  });
});
