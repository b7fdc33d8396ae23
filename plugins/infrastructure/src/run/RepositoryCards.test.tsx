import { screen } from '@testing-library/react';
import { failedRun, inspection } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

const run = {
  ...failedRun,
  state: 'succeeded',
  host: '',
  hostKind: undefined,
  app: 'hello',
  environment: 'dev',
  error: undefined,
  plan: undefined,
  leftovers: [],
  inputs: { version: '1.4.0' },
};
const digest = `sha256:${'ab'.repeat(32)}`;
const appDeployment = {
  kind: 'docker',
  places: ['web-1', 'web-2'],
  version: '1.4.0',
  what: `nexus.example.com/docker-hosted/hello@${digest}`,
  previousVersion: '1.3.0',
  healthy: true,
  health: [{ url: 'http://10.30.0.14:8080/healthz', answer: '503, then none' }],
  problems: [],
  alreadyThere: false,
  url: 'http://10.30.0.14:8080/',
};

describe('the page of a run about a repository, or a deployment without Octopus', () => {
  const backend = fakeBackend();
  const open = (part: object) => {
    backend.answer('/runs/:id', {
      targetSeconds: 180,
      mayCancel: false,
      run: { ...run, ...part },
    } as never);
    return openPage('/runs/run-1');
  };
  beforeEach(() => {
    backend.answer('/runs/:id/inspection', { ...inspection, remedies: [] });
    backend.answer('/runs', { runs: [] });
  });

  it('says where the repository is, how to clone it, and by which workflow the run came', async () => {
    open({
      kind: 'set-up-repository',
      door: 'workflow',
      link: 'https://github.example.com/acme/till/actions/runs/1',
      sourceRepository: {
        connection: 'github',
        repository: 'acme/till',
        url: 'https://github.example.com/acme/till',
        cloneUrl: 'https://github.example.com/acme/till.git',
        defaultBranch: 'main',
        commit: 'abcdef0123456789abcdef0123456789abcdef01',
        workflows: 'nante/nante v0.1.0',
        alreadyThere: true,
      },
    });
    expect(
      await screen.findByRole('heading', {
        name: 'Set up the repository acme/till',
      }),
    ).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'acme/till' })).toHaveAttribute(
      'href',
      'https://github.example.com/acme/till',
    );
    expect(
      screen.getByText('git clone https://github.example.com/acme/till.git'),
    ).toBeInTheDocument();
    expect(screen.getByText('nante/nante v0.1.0')).toBeInTheDocument();
    expect(screen.getByText(/^It was there already/)).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Workflow' })).toHaveAttribute(
      'href',
      'https://github.example.com/acme/till/actions/runs/1',
    );
  });

  it('leads to the pull request with its files, or says that there is nothing to ask for', async () => {
    const pullRequest = {
      connection: 'github',
      repository: 'acme/till',
      number: 7,
      url: 'https://github.example.com/acme/till/pull/7',
      branch: 'nante/workflows',
      files: ['.github/workflows/ci.yml'],
      alreadyThere: false,
    };
    const inputs = { title: 'Workflows v0.1.0', repository: 'acme/till' };
    const asked = open({ kind: 'propose-change', inputs, pullRequest });
    expect(
      await screen.findByRole('heading', {
        name: 'Propose “Workflows v0.1.0” to acme/till',
      }),
    ).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'acme/till #7' })).toHaveAttribute(
      'href',
      pullRequest.url,
    );
    expect(screen.getByText('.github/workflows/ci.yml')).toBeInTheDocument();
    asked.unmount();

    open({
      kind: 'propose-change',
      inputs,
      pullRequest: { ...pullRequest, number: undefined, files: [] },
    });
    expect(
      await screen.findByText(/^There is nothing to ask for/),
    ).toBeInTheDocument();
  });

  it('says what runs where, and which release is back after one that was not healthy', async () => {
    const good = open({ kind: 'deploy-docker', appDeployment });
    expect(
      await screen.findByRole('heading', {
        name: 'Deploy hello 1.4.0 to dev (Docker)',
      }),
    ).toBeInTheDocument();
    expect(screen.getByText('web-1, web-2')).toBeInTheDocument();
    expect(screen.getByText(appDeployment.what)).toBeInTheDocument();
    expect(screen.getByText('Healthy')).toBeInTheDocument();
    expect(
      screen.getByRole('row', { name: /503, then none/ }),
    ).toBeInTheDocument();
    expect(screen.queryByText(/^It was not healthy/)).toBeNull();
    good.unmount();

    open({
      kind: 'deploy-k8s',
      appDeployment: {
        ...appDeployment,
        kind: 'k8s',
        places: ['mini'],
        what: 'hello-1.4.0',
        revision: 4,
        returnedTo: '1.3.0',
        problems: ['Back-off pulling image', 'Back-off pulling image'],
      },
    });
    expect(
      await screen.findByText('It was not healthy: 1.3.0 runs again'),
    ).toBeInTheDocument();
    expect(screen.getAllByText('Back-off pulling image')).toHaveLength(2);
    expect(screen.getByText('Cluster')).toBeInTheDocument();
  });

  it('says of a deployment by Octopus that it was returned, or that there was nothing to return to', async () => {
    const deployment = {
      connection: 'octopus',
      project: 'Hello',
      version: '1.4.0',
      environment: 'Development',
      changes: [],
      targets: [],
      alreadyThere: false,
      problems: [],
    };
    const returned = open({
      kind: 'deploy',
      deployment: { ...deployment, returnedTo: '1.3.0' },
    });
    expect(
      await screen.findByText('It was not healthy: 1.3.0 runs again'),
    ).toBeInTheDocument();
    returned.unmount();
    open({ kind: 'deploy', deployment: { ...deployment, returnedTo: '' } });
    expect(
      await screen.findByText(/there was no release before it/),
    ).toBeInTheDocument();
  });
});
