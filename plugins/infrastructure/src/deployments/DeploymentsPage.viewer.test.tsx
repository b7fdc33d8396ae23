import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  detail,
  environments,
  matrix,
  shopProject,
} from '../__fixtures__/deployments';
import { fakeBackend, openPage } from '../__testUtils__/backend';

describe('actions of a cell', () => {
  const backend = fakeBackend();

  it('say why they are not possible, and start nothing', async () => {
    const reason = 'it belongs to the group shop';
    const may = { allowed: false, reason };
    backend.answer('/deployments', {
      ...matrix,
      projects: [
        {
          ...shopProject,
          cells: shopProject.cells.map(cell => ({
            ...cell,
            promote: cell.promote && { ...cell.promote, ...may },
            redeploy: may,
            rollback: may,
          })),
        },
      ],
    } as never);
    const started = backend.record('/deployments/runs');
    openPage('/deployments?whose=everyone');
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Actions: Shop in Development',
      }),
    );
    const menu = await screen.findByRole('menu');
    const items = within(menu).getAllByRole('menuitem');
    expect(items.map(item => item.getAttribute('aria-disabled'))).toEqual([
      'true',
      'true',
      'true',
      null,
    ]);
    expect(items[0]).toHaveTextContent(`Promote 1.4.0 to Staging…${reason}`);
    await userEvent.click(items[2]);
    expect(
      screen.queryByRole('button', { name: 'Roll back' }),
    ).not.toBeInTheDocument();
    expect(started).toHaveLength(0);
  });

  it('ask for the name of a restricted environment, and show what a rollback changes', async () => {
    backend.answer('/deployments', {
      ...matrix,
      environments: [{ ...environments[1], restricted: true }],
    } as never);
    backend.answer('/deployments/octopus/Deployments-12', detail as never);
    const started = backend.record('/deployments/runs', { runId: 'run-9' });
    openPage('/deployments?whose=everyone');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Actions: Shop in Staging' }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Roll back…' }),
    );
    const dialog = await screen.findByRole('dialog', { name: /^Roll Shop/ });
    expect(
      await within(dialog).findByText('com.example:shop: 1.3.0 → 1.2.0'),
    ).toBeInTheDocument();
    await userEvent.click(
      within(dialog).getByRole('radio', { name: /^1\.0\.0/ }),
    );
    expect(
      await within(dialog).findByText('com.example:shop: 1.3.0 → 1.0.0'),
    ).toBeInTheDocument();
    const roll = within(dialog).getByRole('button', { name: 'Roll back' });
    expect(roll).toBeDisabled();
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /^Type “Staging”/ }),
      'Staging',
    );
    await userEvent.click(roll);
    await waitFor(() => expect(started).toHaveLength(1));
    expect(JSON.parse(started[0] as string)).toMatchObject({
      action: 'rollback',
      version: '1.0.0',
      confirm: 'Staging',
    });
  });

  it('stay where they are when the start is refused, and say why', async () => {
    backend.answer('/deployments', matrix as never);
    backend.refusePost(
      '/deployments/runs',
      409,
      'ConflictError',
      'A deployment to Staging is running',
    );
    openPage('/deployments?whose=everyone');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Actions: Shop in Staging' }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Deploy 1.3.0 again…' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: /^Deploy Shop/,
    });
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Deploy again' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'A deployment to Staging is running',
    );
  });
});
