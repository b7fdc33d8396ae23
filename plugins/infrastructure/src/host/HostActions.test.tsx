import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import {
  ANNOTATION_PROXMOX_GUEST,
  ANNOTATION_SERVER,
} from '@nante/plugin-infrastructure-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { failedRun, hostDetail } from '../__fixtures__/answers';
import { backendApi, fakeBackend } from '../__testUtils__/backend';
import { infrastructurePlugin } from '../plugin';

const PATH = '/hosts/lab/20014';

function openTab(
  scaffolder: object = {},
  annotations: Record<string, string> = {
    [ANNOTATION_PROXMOX_GUEST]: 'lab/20014',
  },
) {
  return renderTestApp({
    extensions: [
      createTestEntityPage({
        entity: {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Resource',
          metadata: { name: 'lab-20014', annotations },
          spec: { type: 'virtual-machine' },
        },
      }),
      infrastructurePlugin.getExtension('entity-content:infrastructure/host'),
    ],
    apis: [
      backendApi(),
      mockApis.permission(),
      [scaffolderApiRef, scaffolder as typeof scaffolderApiRef.T],
    ],
  });
}

const linkTo = (name: string | RegExp) =>
  decodeURIComponent(
    screen.getByRole('link', { name }).getAttribute('href') ?? '',
  );

describe('what can be done with a host', () => {
  const backend = fakeBackend();

  it('is a form away, filled in with the host', async () => {
    backend.answer(PATH, {
      ...hostDetail,
      snapshots: [{ name: 'before', description: 'the upgrade' }],
    } as never);
    openTab();
    await screen.findByRole('button', { name: 'Shut down' });
    const host =
      '"host":{"app":"shop","environment":"dev","name":"web-1","entityRef":"resource:default/lab-20014"}';
    expect(linkTo('Resize')).toContain(`/resize-host?formData={${host}}`);
    expect(linkTo('Snapshot')).toContain(`/snapshot-host?formData={${host}}`);
    expect(linkTo('Return to before')).toContain(
      `{${host},"snapshot":{"action":"rollback","snapshot":"before"}}`,
    );
    expect(linkTo('Remove before')).toContain(
      '{"action":"delete","snapshot":"before"}',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Configure' }));
    expect(
      await screen.findByRole('menuitem', { name: 'Show what would change' }),
    ).toBeInTheDocument();
  });

  it('shows the roles, and how the last configuration ended', async () => {
    backend.answer(PATH, hostDetail as never);
    const full = openTab();
    expect(await screen.findByText('base_setup, nginx')).toBeInTheDocument();
    expect(screen.getByText('3 tasks changed something')).toBeInTheDocument();
    expect(screen.getByText('Succeeded')).toBeInTheDocument();
    full.unmount();

    backend.answer(PATH, {
      ...hostDetail,
      roles: [],
      configured: undefined,
    } as never);
    openTab();
    expect(
      await screen.findByRole('link', { name: 'Choose software' }),
    ).toBeInTheDocument();
  });

  it('switches the host after asking, and leads to the run', async () => {
    backend.answer(PATH, hostDetail as never);
    backend.answer('/runs/task-1', { run: failedRun } as never);
    const scaffold = jest.fn(async () => ({ taskId: 'task-1' }));
    openTab({ scaffold });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Restart' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('Restart: web-1?');
    expect(scaffold).not.toHaveBeenCalled();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Restart' }),
    );
    await waitFor(() =>
      expect(scaffold).toHaveBeenCalledWith({
        templateRef: 'template:default/power-host',
        values: {
          host: {
            app: 'shop',
            environment: 'dev',
            name: 'web-1',
            entityRef: 'resource:default/lab-20014',
          },
          action: 'reboot',
        },
      }),
    );
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
  });

  it('cuts the power in a second step only, and says why it could not', async () => {
    backend.answer(PATH, hostDetail as never);
    const scaffold = jest.fn(async () => {
      throw new Error('you may not');
    });
    openTab({ scaffold });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Shut down' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(
      within(dialog).queryByRole('button', { name: 'Cut the power' }),
    ).not.toBeInTheDocument();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Cut the power instead…' }),
    );
    expect(dialog).toHaveTextContent('not written to its disks is lost');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Cut the power' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'you may not',
    );
    expect(scaffold).toHaveBeenCalledWith(
      expect.objectContaining({
        values: expect.objectContaining({ action: 'stop' }),
      }),
    );
  });

  it('is disabled with the reason where a person may not', async () => {
    backend.answer(PATH, {
      ...hostDetail,
      mayChange: false,
      mayChangeReason: 'Only billing and operators may change it.',
      state: 'Stopped',
    } as never);
    openTab();
    expect(
      await screen.findByText(/Only billing and operators/),
    ).toBeInTheDocument();
    for (const name of ['Start', 'Resize', 'Snapshot', 'Configure']) {
      expect(screen.getByRole('button', { name })).toBeDisabled();
    }
  });

  it('leaves out what a server that is no guest does not have', async () => {
    backend.answer('/servers/lab-20014', {
      ...hostDetail,
      kind: 'server',
      management: 'onboarded',
      connection: '',
      vmId: 0,
    } as never);
    openTab({}, { [ANNOTATION_SERVER]: 'shop-dev/old-web' });
    expect(
      await screen.findByRole('button', { name: 'Configure' }),
    ).toBeEnabled();
    expect(
      screen.queryByRole('button', { name: 'Shut down' }),
    ).not.toBeInTheDocument();
    expect(screen.queryByText('Snapshots')).not.toBeInTheDocument();
    expect(screen.getByText(/^Onboarded: /)).toBeInTheDocument();
  });
});
