import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { ANNOTATION_PROXMOX_GUEST } from '@nante/plugin-infrastructure-common';
import { screen } from '@testing-library/react';
import { hostDetail } from '../__fixtures__/answers';
import { backendApi, fakeBackend } from '../__testUtils__/backend';
import { infrastructurePlugin } from '../plugin';

const PATH = '/hosts/lab/20014';

function openTab() {
  return renderTestApp({
    extensions: [
      createTestEntityPage({
        entity: {
          apiVersion: 'backstage.io/v1alpha1',
          kind: 'Resource',
          metadata: {
            name: 'lab-20014',
            annotations: { [ANNOTATION_PROXMOX_GUEST]: 'lab/20014' },
          },
          spec: { type: 'virtual-machine' },
        },
      }),
      infrastructurePlugin.getExtension('entity-content:infrastructure/host'),
    ],
    apis: [backendApi(), mockApis.permission()],
  });
}

describe('the host tab', () => {
  const backend = fakeBackend();

  it('shows how the host does, how to log in, and the way to destroy it', async () => {
    backend.answer(PATH, hostDetail as never);
    openTab();
    expect(await screen.findByText('ssh ops@10.30.0.14')).toBeInTheDocument();
    expect(screen.getByText('Running')).toBeInTheDocument();
    expect(screen.getByText('3 GiB of 4 GiB')).toBeInTheDocument();
    expect(screen.getByText('BC:24:11:00:00:01')).toBeInTheDocument();
    expect(
      screen.getByRole('img', { name: /CPU over .*, highest 30 %/ }),
    ).toBeInTheDocument();
    const href = screen
      .getByRole('link', { name: 'Destroy' })
      .getAttribute('href');
    expect(href).toContain('/create/templates/default/destroy-host?formData=');
    expect(decodeURIComponent(href ?? '')).toContain(
      '{"host":{"app":"shop","environment":"dev","name":"web-1","entityRef":"resource:default/lab-20014"}}',
    );
  });

  it('says why it may not be destroyed, and what to do about a missing agent', async () => {
    backend.answer(PATH, {
      ...hostDetail,
      addresses: [],
      interfaces: [],
      interfacesProblem: 'Start qemu-guest-agent in the guest.',
      mayDestroy: false,
      mayDestroyReason: 'it belongs to billing',
    } as never);
    openTab();
    expect(await screen.findByText('No address reported')).toBeInTheDocument();
    expect(
      screen.getByText('Start qemu-guest-agent in the guest.'),
    ).toBeInTheDocument();
    expect(screen.getByText(/it belongs to billing/)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Destroy' })).toBeDisabled();
  });

  it('shows its place in the mesh and the age of what it last sent', async () => {
    const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
    backend.answer(PATH, {
      ...hostDetail,
      observation: {
        mesh: {
          state: 'online',
          name: 'web-1.example.ts.net',
          addresses: ['100.64.0.7'],
          tags: ['tag:dev'],
          lastSeen: ago(4_000),
        },
        telemetry: { state: 'reporting', metricAt: ago(12_000) },
        observedAt: ago(1_000),
      },
    } as never);
    openTab();
    expect(await screen.findByText('web-1.example.ts.net')).toBeInTheDocument();
    expect(screen.getByText('100.64.0.7')).toBeInTheDocument();
    expect(screen.getByText(/metrics arrive/)).toBeInTheDocument();
    expect(screen.getByText(/1[2-9] s ago/)).toBeInTheDocument();
    expect(screen.getByText('none yet')).toBeInTheDocument();
  });

  it('calls a host that is silent unknown, and says why where that is known', async () => {
    backend.answer(PATH, {
      ...hostDetail,
      observation: {
        mesh: {
          state: 'unknown',
          addresses: [],
          tags: [],
          problem: 'The tailnet does not answer.',
        },
        telemetry: { state: 'unknown' },
        observedAt: new Date().toISOString(),
      },
    } as never);
    openTab();
    expect(
      await screen.findByText('The tailnet does not answer.'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/no metric in the last five minutes/),
    ).toBeInTheDocument();
    expect(screen.getAllByText('Unknown')).toHaveLength(2);
  });

  it('says that the host is gone from Proxmox, and offers a second try when it fails', async () => {
    backend.refuse(PATH, 404, 'NotFoundError', 'no such guest');
    const gone = openTab();
    expect(
      await screen.findByText(/in the catalog, but not in Proxmox/),
    ).toBeInTheDocument();
    gone.unmount();

    backend.refuse(PATH, 503, 'ServiceUnavailableError', 'starting');
    openTab();
    expect(
      await screen.findByRole('button', { name: 'Try again' }),
    ).toBeInTheDocument();
  });
});
