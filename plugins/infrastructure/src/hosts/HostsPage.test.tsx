import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { doubtedAnswer, hostsAnswer } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

describe('the hosts page', () => {
  const backend = fakeBackend();

  it('shows every host with its state, figures and address, and leads to it', async () => {
    backend.answer('/hosts', hostsAnswer);
    openPage('/hosts');
    const row = await screen.findByRole('row', { name: /web-1/ });
    expect(within(row).getByText('Running')).toBeInTheDocument();
    expect(within(row).getByText('25 % of 2 cores')).toBeInTheDocument();
    expect(within(row).getByText('3 GiB of 4 GiB')).toBeInTheDocument();
    expect(within(row).getByText('10.30.0.14')).toBeInTheDocument();
    expect(within(row).getByText('Managed')).toBeInTheDocument();
    expect(within(row).getByRole('link', { name: 'web-1' })).toHaveAttribute(
      'href',
      '/catalog/default/resource/lab-20014/host',
    );
    expect(screen.getByText(/^Updated \d+ s ago$/)).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'New virtual machine' }),
    ).toHaveAttribute('href', '/create/templates/default/new-virtual-machine');
  });

  it('offers to take into care what is not ours', async () => {
    backend.answer('/hosts', {
      ...hostsAnswer,
      hosts: [{ ...hostsAnswer.hosts[1], addresses: ['10.20.0.9'] }],
    } as never);
    openPage('/hosts');
    const link = await screen.findByRole('link', { name: 'Onboard old-db' });
    expect(decodeURIComponent(link.getAttribute('href') ?? '')).toBe(
      '/create/templates/default/onboard-host?formData={"name":"old-db","address":"10.20.0.9","guest":{"connection":"lab","vmId":101}}',
    );
  });

  it('counts how many of our hosts report', async () => {
    backend.answer('/hosts', {
      ...hostsAnswer,
      monitored: {
        reporting: 3,
        total: 4,
        observedAt: '2026-11-26T10:00:00Z',
      },
    });
    openPage('/hosts');
    expect(await screen.findByText('3 of 4')).toBeInTheDocument();
    expect(screen.getByText(/^Reporting/)).toBeInTheDocument();
  });

  it('narrows the list by the summary strip and by the search', async () => {
    backend.answer('/hosts', hostsAnswer);
    openPage('/hosts');
    await screen.findByText('web-1');
    await userEvent.click(screen.getByRole('radio', { name: 'Stopped 1' }));
    await waitFor(() =>
      expect(screen.queryByText('web-1')).not.toBeInTheDocument(),
    );
    expect(screen.getByText('old-db')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('radio', { name: 'All 2' }));
    await userEvent.type(screen.getByRole('searchbox'), '10.30.0.14');
    await waitFor(() =>
      expect(screen.queryByText('old-db')).not.toBeInTheDocument(),
    );
    expect(screen.getByText('web-1')).toBeInTheDocument();
  });

  it('shows everything again when the filters are cleared', async () => {
    backend.answer('/hosts', hostsAnswer);
    openPage('/hosts?show=stopped&kind=vm&search=nothing');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );
    expect(await screen.findByText('web-1')).toBeInTheDocument();
    expect(screen.getByText('old-db')).toBeInTheDocument();
  });

  it('keeps the data and says how old it is while Proxmox does not answer', async () => {
    backend.answer('/hosts', {
      ...hostsAnswer,
      connections: [
        {
          ...hostsAnswer.connections[0],
          ok: false,
          error: 'Proxmox does not answer: refused',
        },
      ],
    } as never);
    openPage('/hosts');
    expect(
      await screen.findByText(/^Proxmox “lab”: showing data from /),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Proxmox does not answer: refused'),
    ).toBeInTheDocument();
    expect(screen.getByText('web-1')).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /really gone/ }),
    ).not.toBeInTheDocument();
  });

  it('lets an operator say that missing guests are really gone', async () => {
    backend.answer('/hosts', doubtedAnswer as never);
    const accepted = backend.record('/connections/lab/accept', {
      gone: [101, 20014],
    });
    openPage('/hosts');
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'The missing guests are really gone',
      }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('Accept what “lab” answers now?');
    expect(dialog).toHaveTextContent('their entities are removed');
    expect(accepted).toHaveLength(0);

    // From now on the answer is believed.
    backend.answer('/hosts', { ...hostsAnswer, hosts: [] } as never);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Accept and remove' }),
    );
    await waitFor(() => expect(accepted).toHaveLength(1));
    await waitFor(() =>
      expect(screen.queryByText(/no guests at all/)).not.toBeInTheDocument(),
    );
  });

  it('says what to do when there is nothing, no right, or no answer', async () => {
    backend.answer('/hosts', { ...hostsAnswer, hosts: [] } as never);
    const empty = openPage('/hosts');
    expect(await screen.findByText(/No hosts yet/)).toBeInTheDocument();
    empty.unmount();

    backend.refuse('/hosts', 403, 'NotAllowedError', 'no');
    const forbidden = openPage('/hosts');
    expect(
      await screen.findByText(/infrastructure\.host\.read/),
    ).toBeInTheDocument();
    forbidden.unmount();

    backend.refuse('/hosts', 503, 'ServiceUnavailableError', 'starting');
    openPage('/hosts');
    expect(
      await screen.findByRole('button', { name: 'Try again' }),
    ).toBeInTheDocument();
    expect(screen.getByText('starting')).toBeInTheDocument();
  });
});
