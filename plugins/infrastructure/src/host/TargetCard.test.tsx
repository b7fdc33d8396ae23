import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { ANNOTATION_PROXMOX_GUEST } from '@nante/plugin-infrastructure-common';
import { screen } from '@testing-library/react';
import { hostDetail } from '../__fixtures__/answers';
import { activity, hostTargets } from '../__fixtures__/artifacts';
import { backendApi, fakeBackend } from '../__testUtils__/backend';
import { infrastructurePlugin } from '../plugin';

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

describe('the deployment target of a host', () => {
  const backend = fakeBackend();
  beforeEach(() => {
    backend.answer('/hosts/lab/20014', hostDetail as never);
    backend.answer('/activity', activity as never);
  });

  it('says how it does and why, what runs on it, and what was done with the host', async () => {
    backend.answer('/targets/lab/20014', hostTargets as never);
    openTab();
    expect(
      await screen.findByText(/The Tentacle does not answer/),
    ).toBeInTheDocument();
    expect(screen.getByText('Unhealthy')).toBeInTheDocument();
    expect(screen.getByText('Listening Tentacle')).toBeInTheDocument();
    expect(screen.getByText('8.3.1')).toBeInTheDocument();
    expect(screen.getByText('shop, nante')).toBeInTheDocument();
    const table = screen.getByRole('table', { name: 'What runs here' });
    expect(table).toHaveTextContent('Shop1.4.0Development');
    expect(screen.getByRole('link', { name: '1.4.0' })).toHaveAttribute(
      'href',
      '/deployments/octopus/Deployments-11',
    );
    expect(
      screen.getByRole('link', { name: 'Artifacts of Shop 1.4.0' }),
    ).toHaveAttribute(
      'href',
      '/catalog/default/component/shop/artifacts?search=1.4.0',
    );
    expect(
      await screen.findByText('Deployed Shop 1.4.0 to Development'),
    ).toBeInTheDocument();
  });

  it('says that another machine answers in its name', async () => {
    backend.answer('/targets/lab/20014', {
      ...hostTargets,
      targets: [
        { ...hostTargets.targets[0], disagreement: 'Another thumbprint' },
      ],
    } as never);
    openTab();
    expect(await screen.findByText('Another thumbprint')).toBeInTheDocument();
  });

  it('is made by a form, where there is none', async () => {
    backend.answer('/targets/lab/20014', {
      ...hostTargets,
      targets: [],
    } as never);
    openTab();
    const link = await screen.findByRole('link', {
      name: 'Make it a deployment target',
    });
    expect(decodeURIComponent(link.getAttribute('href') ?? '')).toContain(
      '/create/templates/default/register-host?formData={"host":{"app":"shop","environment":"dev","name":"web-1"',
    );
  });

  it('cannot be where the environment has no Octopus, or the person no right', async () => {
    backend.answer('/targets/lab/20014', { targets: [], sources: [] });
    const none = openTab();
    expect(
      await screen.findByText(
        'The environment of this host has no Octopus Deploy.',
      ),
    ).toBeInTheDocument();
    none.unmount();

    backend.answer('/targets/lab/20014', {
      ...hostTargets,
      targets: [],
    } as never);
    backend.answer('/hosts/lab/20014', {
      ...hostDetail,
      mayChange: false,
      mayChangeReason: 'it belongs to billing',
    } as never);
    const viewer = openTab();
    expect(
      await screen.findByText('You cannot make it one: it belongs to billing'),
    ).toBeInTheDocument();
    viewer.unmount();

    backend.refuse('/targets/lab/20014', 403, 'NotAllowedError', 'no');
    openTab();
    expect(
      await screen.findByText(/infrastructure\.deployment\.read/),
    ).toBeInTheDocument();
  });
});
