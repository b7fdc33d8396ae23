import type { Configuration, RunDocument } from '@nante/model';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { failedRun, inspection } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

const times = { targetSeconds: 300, mayCancel: false };

const configuration: Configuration = {
  dryRun: false,
  pretended: false,
  roles: ['base_setup', 'nginx'],
  recap: [
    {
      host: 'web-1',
      ok: 40,
      changed: 3,
      failed: 0,
      unreachable: 0,
      skipped: 2,
    },
    { host: 'web-2', ok: 5, changed: 0, failed: 1, unreachable: 0, skipped: 0 },
  ],
  failures: [
    {
      host: 'web-2',
      kind: 'failed',
      task: 'Install nginx',
      message: 'No package matching nginx-x',
      hint: 'Correct nginx_package.',
    },
  ],
  changes: [
    { host: 'web-1', task: 'Write the site', diff: '-old\n+new' },
    { host: 'web-1', task: 'Start nginx' },
  ],
  unseen: [],
};

const run: RunDocument = {
  ...failedRun,
  kind: 'configure',
  hosts: ['web-1', 'web-2'],
  plan: undefined,
  inputs: {
    names: ['web-1', 'web-2'],
    roles: [{ name: 'nginx', arguments: {} }],
  },
  configuration,
};

describe('what Ansible did', () => {
  const backend = fakeBackend();
  const answer = (answered: object) =>
    backend.answer('/runs/:id', { ...times, run: answered } as never);

  beforeEach(() => {
    backend.answer('/runs', { runs: [] });
    backend.answer('/runs/:id/log', { lines: [] });
    backend.answer('/runs/:id/inspection', {
      ...inspection,
      remedies: [],
    } as never);
  });

  it('is a line for each host, with what changed and what failed', async () => {
    answer(run);
    openPage('/runs/run-1');
    const table = await screen.findByRole('table', { name: 'Hosts' });
    expect(
      within(table).getByRole('row', { name: 'web-1 Changed 40 3 0 0 2' }),
    ).toBeInTheDocument();
    expect(
      within(table).getByRole('row', { name: 'web-2 Failed 5 0 1 0 0' }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('heading', { name: 'Configure web-1 and 1 more' }),
    ).toBeInTheDocument();
    expect(screen.getByText('web-2: “Install nginx” failed')).toBeVisible();
    expect(screen.getByText('Correct nginx_package.')).toBeInTheDocument();
    await userEvent.click(screen.getByText('web-1: Write the site'));
    expect(screen.getByText(/\+new/)).toBeVisible();
    expect(screen.getByText('web-1: Start nginx')).toBeInTheDocument();
    expect(
      decodeURIComponent(
        screen
          .getByRole('link', { name: 'Repeat on web-2' })
          .getAttribute('href') ?? '',
      ),
    ).toContain(
      '/configure-host?formData={"host":{"app":"shop","environment":"dev","name":"web-2"},"software":[{"name":"nginx","arguments":{}}],"dryRun":false}',
    );
    expect(screen.queryByRole('link', { name: 'Repeat on web-1' })).toBeNull();
  });

  it('is there while it goes on, before the first host too', async () => {
    const running = { ...run, state: 'running', error: undefined };
    answer({ ...running, configuration: undefined });
    const early = openPage('/runs/run-1');
    await userEvent.click(
      await screen.findByRole('tab', { name: 'Configuration' }),
    );
    expect(
      await screen.findByText(/appear as soon as the play begins/),
    ).toBeInTheDocument();
    early.unmount();

    answer(running);
    openPage('/runs/run-1');
    await userEvent.click(
      await screen.findByRole('tab', { name: 'Configuration' }),
    );
    expect(
      await screen.findByRole('row', { name: /^web-1 Changed/ }),
    ).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: /^Repeat/ })).toBeNull();
  });

  it('says that a dry run and the pretence of the sandbox changed nothing', async () => {
    answer({
      ...run,
      state: 'succeeded',
      error: undefined,
      inputs: { dryRun: true },
      configuration: {
        ...configuration,
        dryRun: true,
        pretended: true,
        failures: [],
        recap: [configuration.recap[0]],
        unseen: ['Start nginx: it is not installed yet'],
      },
    });
    openPage('/runs/run-1');
    expect(
      await screen.findByText('Dry run: nothing was changed'),
    ).toBeInTheDocument();
    expect(screen.getByText('Pretended by the sandbox')).toBeInTheDocument();
    expect(
      screen.getByRole('row', { name: /^web-1 Would change/ }),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Start nginx: it is not installed yet'),
    ).toBeInTheDocument();
  });

  it('leads from a check of a server to taking it into care', async () => {
    answer({
      ...run,
      kind: 'onboard',
      host: 'old-web',
      hosts: undefined,
      state: 'succeeded',
      error: undefined,
      inputs: {
        requestId: 'request-1',
        requestedBy: 'user:default/ada',
        address: '10.20.0.9',
        port: 22,
        loginUser: 'root',
        roles: [{ name: 'nginx', arguments: {} }],
      },
      configuration: { ...configuration, dryRun: true, failures: [] },
    });
    openPage('/runs/run-1');
    const link = await screen.findByRole('link', { name: 'Take it into care' });
    expect(screen.getByText('Nothing was changed')).toBeInTheDocument();
    const href = decodeURIComponent(link.getAttribute('href') ?? '');
    expect(JSON.parse(href.split('formData=')[1])).toEqual({
      address: '10.20.0.9',
      port: 22,
      loginUser: 'root',
      app: 'component:default/shop',
      owner: 'group:default/shop',
      environment: 'dev',
      name: 'old-web',
      software: [{ name: 'nginx', arguments: {} }],
      checkedRunId: 'run-1',
    });
  });

  it('is proved by what the guest says, and a size by what it meant', async () => {
    answer({
      ...failedRun,
      kind: 'resize',
      state: 'succeeded',
      error: undefined,
      impact: 'reboot',
      proof: [
        { what: 'user', wanted: 'ops', found: 'ops', ok: true },
        { what: 'disk', wanted: '20 GiB', found: '', ok: false },
      ],
    });
    openPage('/runs/run-1');
    const table = await screen.findByRole('table', { name: 'Proof' });
    expect(
      within(table).getByRole('row', { name: 'User ops ops Took effect' }),
    ).toBeInTheDocument();
    expect(
      within(table).getByRole('row', { name: 'Disk 20 GiB — Differs' }),
    ).toBeInTheDocument();
    expect(screen.getByText('The host restarts')).toBeInTheDocument();
  });
});
