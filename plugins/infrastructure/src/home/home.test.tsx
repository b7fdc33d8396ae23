import { mockApis } from '@backstage/frontend-test-utils';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { failedRun } from '../__fixtures__/answers';
import { home } from '../__fixtures__/pipelines';
import { showAlone } from '../__testUtils__/alone';
import { fakeBackend } from '../__testUtils__/backend';
import { Attention } from './Attention';
import { Capacity } from './Capacity';
import { FirstSteps } from './FirstSteps';
import { HomeCard } from './HomeCard';
import { MyHosts } from './MyHosts';
import { MyRuns } from './MyRuns';
import { QuickActions } from './QuickActions';

const nothing = { attention: [], hosts: [], capacity: [], sources: [] };

describe('the home page', () => {
  const backend = fakeBackend();

  it('offers four actions, and says which permission is missing for one', async () => {
    showAlone(<QuickActions />, { deny: ['infrastructure.release.create'] });
    expect(
      await screen.findByText(
        'Needs the permission infrastructure.release.create',
      ),
    ).toBeInTheDocument();
    expect(
      screen.getAllByRole('link').map(link => link.getAttribute('href')),
    ).toEqual([
      '/create/templates/default/new-virtual-machine',
      '/create/templates/default/new-container',
      '/create/templates/default/onboard-host',
    ]);
  });

  it('says what needs somebody, what it is, and leads there', async () => {
    backend.answer('/home', home as never);
    showAlone(<HomeCard title="Needs attention" Content={Attention} />);
    const card = screen.getByRole('region', { name: 'Needs attention' });
    const rows = await within(card).findAllByRole('listitem');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toHaveTextContent('Pipeline: Test: 1 of 14 tests failed');
    expect(
      within(rows[0]).getByRole('link', { name: 'CI of hello failed' }),
    ).toHaveAttribute('href', '/catalog/default/component/hello/pipeline');
  });

  it('asks once for all of its widgets', async () => {
    let asked = 0;
    backend.respond('/home', () => {
      asked += 1;
      return HttpResponse.json(home);
    });
    showAlone(
      <>
        <Attention />
        <MyHosts />
        <Capacity />
      </>,
    );
    expect(await screen.findByText('36 of 48 cores free')).toBeInTheDocument();
    expect(screen.getByText('96 GiB of 192 GiB free')).toBeInTheDocument();
    expect(screen.getAllByRole('progressbar')).toHaveLength(3);
    expect(asked).toBe(1);
  });

  it('counts the hosts of the person’s groups, worst first', async () => {
    backend.answer('/home', home as never);
    showAlone(<MyHosts />);
    const states = await screen.findAllByRole('listitem');
    expect(states.map(state => state.textContent)).toEqual([
      '1Failed',
      '12Running',
    ]);
  });

  it('shows the last five runs of the person', async () => {
    const asked: string[] = [];
    backend.respond('/runs', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ runs: [failedRun] });
    });
    showAlone(<MyRuns />);
    expect(
      await screen.findByRole('link', { name: 'Create web-1' }),
    ).toHaveAttribute('href', '/runs/run-1');
    expect(screen.getByText('Failed')).toBeInTheDocument();
    expect(asked).toEqual(['?mine=true&limit=5']);
  });

  it('says what comes first while there is nothing', async () => {
    backend.answer('/home', nothing as never);
    backend.answer('/runs', { runs: [] });
    showAlone(
      <>
        <Attention />
        <MyHosts />
        <Capacity />
        <MyRuns />
        <FirstSteps />
      </>,
    );
    expect(await screen.findByText('Nothing needs you')).toBeInTheDocument();
    expect(
      await screen.findByText('Your groups have no hosts.'),
    ).toBeInTheDocument();
    expect(screen.getByText('No cluster has answered yet.')).toBeVisible();
    expect(
      await screen.findByText('You have started nothing yet.'),
    ).toBeInTheDocument();
    expect(screen.queryByText('First steps')).toBeNull();
  });

  it('says which permission is missing, and offers a second try', async () => {
    backend.refuse('/home', 403, 'NotAllowedError', 'no');
    const forbidden = showAlone(<Attention />);
    expect(
      await screen.findByText(/infrastructure\.run\.read/),
    ).toBeInTheDocument();
    forbidden.unmount();
    backend.refuse('/home', 500, 'Error', 'broken');
    showAlone(<Capacity />);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Try again' }),
    );
    expect(screen.getByText('broken')).toBeInTheDocument();
  });

  it('has a list of first steps that can be put away for good', async () => {
    backend.answer('/home', home as never);
    const storage = mockApis.storage();
    const page = showAlone(<FirstSteps />, { apis: [storage] });
    const list = await screen.findByRole('region', { name: 'First steps' });
    expect(list).toHaveTextContent('1 of 2 done');
    const [proxmox, github] = within(list).getAllByRole('listitem');
    expect(proxmox).toHaveTextContent('Done: Connect Proxmox');
    expect(github).toHaveTextContent('To do: Connect GitHub');
    expect(
      within(github).getByRole('link', { name: 'Connect GitHub' }),
    ).toHaveAttribute('href', '/checks');
    await userEvent.click(
      within(list).getByRole('button', { name: 'Hide this list' }),
    );
    await waitFor(() => expect(screen.queryByText('First steps')).toBeNull());
    page.unmount();
    showAlone(
      <>
        <FirstSteps />
        <Capacity />
      </>,
      { apis: [storage] },
    );
    await screen.findByText('36 of 48 cores free');
    expect(screen.queryByText('First steps')).toBeNull();
  });
});
