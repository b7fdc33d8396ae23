import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  billingProject,
  environments,
  largeMatrix,
  matrix,
  shopProject,
} from '../__fixtures__/deployments';
import { fakeBackend, openPage } from '../__testUtils__/backend';
import { keepUnchanged } from './unchanged';

const EVERYONE = '/deployments?whose=everyone';
const cellOf = (name: RegExp) => screen.getByRole('gridcell', { name });

describe('the deployments page', () => {
  const backend = fakeBackend();

  it('says which version is where, how it ended and how far it is behind', async () => {
    backend.answer('/deployments', matrix as never);
    openPage(EVERYONE);
    const grid = await screen.findByRole('grid', {
      name: 'Deployments of “octopus”',
    });
    const shop = within(grid).getByRole('row', { name: /^Shop/ });
    const [development, staging, production] =
      within(shop).getAllByRole('gridcell');
    expect(development).toHaveTextContent(/^1\.4\.0Succeeded/);
    expect(staging).toHaveTextContent(
      /^1\.3\.0Failed.*last good 1\.2\.02 behind/,
    );
    expect(within(staging).getByText('2 behind')).toHaveAttribute(
      'title',
      '2 releases older than in Development',
    );
    expect(production).toHaveTextContent('Needs a person');
    expect(
      within(production).getByRole('img', { name: 'A deployment is running' }),
    ).toBeInTheDocument();
    const billing = within(grid).getByRole('row', { name: /^Billing/ });
    expect(billing).toHaveTextContent(/never.*not in lifecycle/);
    expect(
      within(staging).getByRole('link', { name: '1.3.0' }),
    ).toHaveAttribute('href', '/deployments/octopus/Deployments-12');
  });

  it('says in the head of a column how its targets do and what is frozen', async () => {
    backend.answer('/deployments', matrix as never);
    openPage(EVERYONE);
    expect(
      await screen.findByRole('columnheader', {
        name: /^Staging ?1 of 3 healthy$/,
      }),
    ).toBeInTheDocument();
    const production = screen.getByRole('columnheader', {
      name: /^Production/,
    });
    expect(production).toHaveTextContent('restricted');
    expect(production).toHaveTextContent('Frozen: Christmas');
  });

  it('shows what is mine, and everything when asked to, below its project group or owner', async () => {
    backend.answer('/deployments', matrix as never);
    openPage('/deployments');
    await screen.findByRole('row', { name: /^Shop/ });
    expect(
      screen.queryByRole('row', { name: /^Billing/ }),
    ).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('radio', { name: 'Everyone’s' }));
    expect(screen.getByRole('row', { name: /^Billing/ })).toBeInTheDocument();
    expect(screen.getByRole('row', { name: 'Platform' })).toBeInTheDocument();
    await userEvent.click(screen.getByRole('radio', { name: 'Owner' }));
    expect(screen.getByRole('row', { name: 'no owner' })).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('checkbox', { name: 'Failing only' }),
    );
    await waitFor(() =>
      expect(
        screen.queryByRole('row', { name: /^Billing/ }),
      ).not.toBeInTheDocument(),
    );
    await userEvent.type(screen.getByRole('searchbox'), 'nothing like it');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );
    expect(
      await screen.findByRole('row', { name: /^Billing/ }),
    ).toBeInTheDocument();
  });

  it('shows the newest success in place of what failed or still runs', async () => {
    backend.answer('/deployments', matrix as never);
    openPage('/deployments?show=successful');
    const shop = await screen.findByRole('row', { name: /^Shop/ });
    const [, staging, production] = within(shop).getAllByRole('gridcell');
    expect(staging).toHaveTextContent(/^1\.2\.0Succeeded/);
    expect(production).toHaveTextContent(/^1\.0\.0Succeeded/);
  });

  it('moves from cell to cell by arrow keys, opens one by Enter and its actions by Space', async () => {
    backend.answer('/deployments', matrix as never);
    backend.never('/deployments/:connection/:id');
    openPage(EVERYONE);
    await screen.findByRole('grid');
    const first = cellOf(/^1\.4\.0/);
    expect(first).toHaveAttribute('tabindex', '0');
    first.focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(cellOf(/^1\.3\.0/)).toHaveFocus();
    expect(first).toHaveAttribute('tabindex', '-1');
    await userEvent.keyboard('{ArrowDown}');
    expect(cellOf(/^2\.0\.0/)).toHaveFocus();
    await userEvent.keyboard('{Home}');
    expect(screen.getByRole('rowheader', { name: /^Billing/ })).toHaveFocus();
    await userEvent.keyboard('{Control>}{End}{/Control}{ArrowUp}{ArrowLeft}');
    expect(cellOf(/^1\.3\.0/)).toHaveFocus();
    await userEvent.keyboard(' ');
    expect(
      await screen.findByRole('menu', { name: 'Actions: Shop in Staging' }),
    ).toBeInTheDocument();
    await userEvent.keyboard('{Escape}');
    cellOf(/^1\.3\.0/).focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() =>
      expect(screen.queryByRole('grid')).not.toBeInTheDocument(),
    );
  });

  it('promotes what is in a cell, and goes to the run', async () => {
    backend.answer('/deployments', matrix as never);
    backend.answer('/runs', { runs: [] });
    backend.never('/runs/:id');
    const started = backend.record('/deployments/runs', { runId: 'run-9' });
    openPage(EVERYONE);
    await screen.findByRole('grid');
    await userEvent.click(
      screen.getByRole('button', { name: 'Actions: Shop in Development' }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', {
        name: 'Promote 1.4.0 to Staging…',
      }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Promote Shop 1.4.0 to Staging',
    });
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Promote' }),
    );
    await waitFor(() => expect(started).toHaveLength(1));
    expect(JSON.parse(started[0] as string)).toMatchObject({
      action: 'deploy',
      connection: 'octopus',
      projectId: 'Projects-1',
      environmentId: 'Environments-2',
      version: '1.4.0',
      requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    await waitFor(() =>
      expect(screen.queryByRole('grid')).not.toBeInTheDocument(),
    );
  });

  it('deploys a release that is chosen where there is none yet', async () => {
    backend.answer('/deployments', matrix as never);
    const started = backend.record('/deployments/runs', { runId: 'run-9' });
    openPage(EVERYONE);
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Actions: Billing in Development',
      }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Deploy a release…' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Deploy Billing to Development',
    });
    await userEvent.click(within(dialog).getByRole('radio', { name: '2.0.0' }));
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Deploy' }),
    );
    await waitFor(() => expect(started).toHaveLength(1));
    expect(JSON.parse(started[0] as string)).toMatchObject({
      action: 'deploy',
      version: '2.0.0',
    });
  });

  it('says how old the data of a server is that does not answer or is not believed', async () => {
    backend.answer('/deployments', {
      ...matrix,
      sources: [
        {
          connection: 'octopus',
          ok: false,
          lastSuccessAt: '2026-11-24T12:00:00Z',
          error: 'Octopus does not answer: refused',
        },
        {
          connection: 'second',
          ok: true,
          doubt: true,
          lastSuccessAt: '2026-11-24T12:00:00Z',
        },
      ],
    } as never);
    openPage(EVERYONE);
    expect(
      await screen.findByText(/^“octopus”: showing data from /),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Octopus does not answer: refused'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/^“second” answers, and is not believed/),
    ).toBeInTheDocument();
    expect(screen.getByRole('row', { name: /^Shop/ })).toBeInTheDocument();
  });

  it('draws a large matrix row by row, down to its last', async () => {
    backend.answer('/deployments', largeMatrix(60, 3) as never);
    openPage(EVERYONE);
    await waitFor(
      () =>
        expect(
          document.querySelector('[data-place="59,3"]'),
        ).toBeInTheDocument(),
      { timeout: 20_000 },
    );
  }, 30_000);

  it('keeps the environments of two servers apart, whatever they are called', async () => {
    const second = { connection: 'second' };
    backend.answer('/deployments', {
      ...matrix,
      environments: [
        ...environments,
        { ...environments[0], ...second, id: 'Environments-1' },
      ],
      projects: [
        shopProject,
        { ...shopProject, ...second, id: 'Projects-1', name: 'Other' },
      ],
    } as never);
    openPage(EVERYONE);
    const other = await screen.findByRole('grid', {
      name: 'Deployments of “second”',
    });
    expect(within(other).getAllByRole('columnheader')).toHaveLength(2);
    expect(
      within(other).queryByRole('row', { name: /^Shop/ }),
    ).not.toBeInTheDocument();
  });

  it('says what to do when there is nothing, nothing of mine, no right or no answer', async () => {
    backend.answer('/deployments', { ...matrix, projects: [] } as never);
    const empty = openPage('/deployments');
    expect(
      await screen.findByText('nante.dev/octopus-project: octopus/my-project'),
    ).toBeInTheDocument();
    empty.unmount();

    backend.answer('/deployments', {
      environments: [],
      projects: [],
      sources: [],
    });
    const none = openPage('/deployments');
    expect(
      await screen.findByText('No Octopus Deploy is connected'),
    ).toBeInTheDocument();
    none.unmount();

    backend.answer('/deployments', {
      ...matrix,
      projects: [{ ...shopProject, isMine: false }],
    } as never);
    const others = openPage('/deployments');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Show everyone’s' }),
    );
    expect(
      await screen.findByRole('row', { name: /^Shop/ }),
    ).toBeInTheDocument();
    others.unmount();

    backend.refuse('/deployments', 403, 'NotAllowedError', 'no');
    const forbidden = openPage('/deployments');
    expect(
      await screen.findByText(/infrastructure\.deployment\.read/),
    ).toBeInTheDocument();
    forbidden.unmount();

    backend.refuse('/deployments', 503, 'ServiceUnavailableError', 'starting');
    openPage('/deployments');
    expect(
      await screen.findByRole('button', { name: 'Try again' }),
    ).toBeInTheDocument();
  });
});

describe('a matrix that is looked at again', () => {
  it('is drawn again only where it changed', () => {
    const again = structuredClone(matrix);
    const same = keepUnchanged(matrix, again);
    expect(same.projects).toBe(matrix.projects);
    expect(same.environments).toBe(matrix.environments);
    const changed = keepUnchanged(matrix, {
      ...again,
      projects: [shopProject, { ...billingProject, name: 'Invoices' }],
    });
    expect(changed.projects[0]).toBe(shopProject);
    expect(changed.projects[1].name).toBe('Invoices');
  });
});
