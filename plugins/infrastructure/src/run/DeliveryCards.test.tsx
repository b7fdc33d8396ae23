import { screen } from '@testing-library/react';
import { failedRun, inspection } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

const times = { targetSeconds: 180, mayCancel: false };
const run = {
  ...failedRun,
  kind: 'deploy',
  state: 'succeeded',
  host: '',
  error: undefined,
  plan: undefined,
  leftovers: [],
  inputs: { version: '1.4.0' },
};

describe('the page of a run about deployments or artifacts', () => {
  const backend = fakeBackend();
  beforeEach(() => {
    backend.answer('/runs/:id/inspection', { ...inspection, remedies: [] });
    backend.answer('/runs', { runs: [] });
  });

  it('says what was deployed and what changed, and leads to the deployment', async () => {
    backend.answer('/runs/:id', {
      ...times,
      run: {
        ...run,
        deployment: {
          connection: 'octopus',
          id: 'Deployments-11',
          project: 'Shop',
          version: '1.4.0',
          previousVersion: '1.3.0',
          environment: 'Development',
          state: 'Success',
          changes: [
            { packageId: 'com.example:shop', from: '1.3.0', to: '1.4.0' },
          ],
          targets: ['web-1.dev.shop'],
          alreadyThere: false,
          seconds: 42,
          problems: [],
        },
      },
    } as never);
    openPage('/runs/run-1');
    expect(
      await screen.findByRole('heading', {
        name: 'Deploy Shop 1.4.0 to Development',
      }),
    ).toBeInTheDocument();
    expect(
      screen.getByText('com.example:shop: 1.3.0 → 1.4.0'),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open the deployment' }),
    ).toHaveAttribute('href', '/deployments/octopus/Deployments-11');
  });

  it('says that the release runs there already, and what went wrong in one that failed', async () => {
    const deployment = {
      connection: 'octopus',
      project: 'Shop',
      version: '1.4.0',
      environment: 'Development',
      changes: [],
      targets: [],
      alreadyThere: true,
      problems: ['Nothing answers on 8080'],
    };
    backend.answer('/runs/:id', {
      ...times,
      run: { ...run, deployment },
    } as never);
    openPage('/runs/run-1');
    expect(
      await screen.findByText(/^This release runs there already/),
    ).toBeInTheDocument();
    expect(screen.getByText('Nothing answers on 8080')).toBeInTheDocument();
    expect(
      screen.queryByRole('link', { name: 'Open the deployment' }),
    ).not.toBeInTheDocument();
  });

  it('says how to get what was published, and by what it is recognised', async () => {
    backend.answer('/runs/:id', {
      ...times,
      run: {
        ...run,
        kind: 'publish',
        artifact: {
          connection: 'nexus',
          repository: 'docker-hosted',
          format: 'docker',
          name: 'shop/web',
          version: '1.4.0',
          assets: [{ path: 'shop/web', size: 1024, sha256: 'ab' }],
          digest: 'sha256:abc',
          pull: 'docker pull nexus.example.com/shop/web@sha256:abc',
          alreadyThere: true,
        },
      },
    } as never);
    openPage('/runs/run-1');
    expect(
      await screen.findByRole('heading', { name: 'Publish shop/web 1.4.0' }),
    ).toBeInTheDocument();
    expect(
      screen.getByText('docker pull nexus.example.com/shop/web@sha256:abc'),
    ).toBeInTheDocument();
    expect(screen.getByText('sha256:abc')).toBeInTheDocument();
    expect(
      screen.getByText('It was there already: nothing was changed.'),
    ).toBeInTheDocument();
  });

  it('says how a registered target does, what a release consists of, and which project and repository there are', async () => {
    backend.answer('/runs/:id', {
      ...times,
      run: {
        ...run,
        kind: 'register',
        host: 'web-1',
        registration: {
          connection: 'octopus',
          machineId: 'Machines-1',
          machineName: 'web-1.dev.shop',
          environments: ['Development'],
          roles: ['shop'],
          style: 'ssh',
          health: 'Unavailable',
          healthDetail: 'Connection refused',
          url: 'https://octopus.example.com/machine',
        },
        release: {
          connection: 'octopus',
          id: 'Releases-1',
          project: 'Shop',
          version: '1.4.0',
          packages: [
            {
              step: 'Deploy shop',
              packageId: 'com.example:shop',
              feed: 'Nexus Maven',
              version: '1.4.0',
            },
          ],
          url: 'https://octopus.example.com/release',
          alreadyThere: false,
        },
        project: {
          connection: 'octopus',
          id: 'Projects-1',
          name: 'Shop project',
          slug: 'shop',
          url: 'https://octopus.example.com/project',
          alreadyThere: false,
        },
        repository: {
          connection: 'nexus',
          name: 'raw-new',
          format: 'raw',
          url: 'https://nexus.example.com/raw-new',
          alreadyThere: false,
        },
      },
    } as never);
    openPage('/runs/run-1');
    expect(
      await screen.findByRole('heading', {
        name: 'Make web-1 a deployment target',
      }),
    ).toBeInTheDocument();
    expect(screen.getByText('Unavailable')).toBeInTheDocument();
    expect(screen.getByText('Connection refused')).toBeInTheDocument();
    expect(
      screen.getByRole('table', { name: 'Packages of the release' }),
    ).toHaveTextContent('com.example:shop1.4.0Deploy shopNexus Maven');
    expect(screen.getByText('Shop project')).toBeInTheDocument();
    expect(screen.getByText('raw-new (file)')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Open in Nexus' })).toHaveAttribute(
      'href',
      'https://nexus.example.com/raw-new',
    );
  });
});
