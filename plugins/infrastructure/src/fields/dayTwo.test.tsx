import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  failedRun,
  hostDetail,
  hostsAnswer,
  inspection,
  placement,
} from '../__fixtures__/answers';
import { fakeBackend } from '../__testUtils__/backend';
import { problemsOf, showField } from '../__testUtils__/field';
import { PowerActionField, powerActionField } from './PowerActionField';
import { RepairField, repairField } from './RepairField';
import { ResizeField, resizeField } from './ResizeField';
import { SnapshotField, snapshotField } from './SnapshotField';

const host = {
  app: 'shop',
  environment: 'dev',
  name: 'web-1',
  entityRef: 'resource:default/lab-20014',
};
const formContext = { formData: { host } };
const snapshots = [
  {
    name: 'before',
    description: 'the upgrade',
    createdAt: '2026-11-24T09:00:00Z',
  },
];

describe('the fields of day two', () => {
  const backend = fakeBackend();
  const answerHost = () => {
    backend.answer('/hosts', hostsAnswer);
    backend.answer('/hosts/lab/20014', { ...hostDetail, snapshots } as never);
    backend.answer('/placement', placement as never);
  };

  it('wait for the host, and say why it could not be loaded', async () => {
    showField(SnapshotField);
    expect(await screen.findByText('Choose a host first.')).toBeInTheDocument();
    cleanup();

    backend.refuse('/hosts', 503, 'ServiceUnavailableError', 'starting');
    showField(ResizeField, { formContext });
    expect(await screen.findByRole('alert')).toHaveTextContent('starting');
  });

  it('say what each power action does, and how the host does now', async () => {
    answerHost();
    const values = showField(PowerActionField, { formContext });
    expect(await screen.findByText('web-1 now:')).toBeInTheDocument();
    expect(screen.getByText('Running')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('radio', { name: /^Shut down/ }));
    await userEvent.click(
      screen.getByRole('radio', { name: /^Cut the power.*plug were pulled/ }),
    );
    expect(values).toEqual(['shutdown', 'stop']);
    expect(screen.getByText(/not written to its disks/)).toBeInTheDocument();
    expect(await problemsOf(powerActionField, undefined)).toEqual([
      'Choose what to do',
    ]);
    expect(await problemsOf(powerActionField, 'start')).toEqual([]);
  });

  it('say beforehand that a size restarts the host, and ask for it', async () => {
    answerHost();
    const reboot = {
      plan: failedRun.plan!,
      impact: 'reboot',
      reasons: ['memory: 4096 to 1024 MiB'],
    };
    const asked = backend.record('/resize-plan', reboot as never);
    const values = showField(ResizeField, { formContext });
    expect(
      await screen.findByText(/^web-1 has 2 cores, 4 GiB memory/),
    ).toBeInTheDocument();
    await userEvent.click(await screen.findByRole('radio', { name: /Small/ }));
    expect(await screen.findByText('The host restarts')).toBeInTheDocument();
    expect(screen.getByText('memory: 4096 to 1024 MiB')).toBeInTheDocument();
    expect(JSON.parse(asked[0] as string).request).toMatchObject({
      name: 'web-1',
      app: 'shop',
      environment: 'dev',
      size: 'small',
    });
    await userEvent.click(screen.getByRole('checkbox', { name: /^Restart/ }));
    expect(values.at(-1)).toEqual({ size: 'small', allowReboot: true });

    expect(await problemsOf(resizeField, undefined, { host })).toEqual([
      'Choose a size',
    ]);
    expect(await problemsOf(resizeField, { size: 'small' }, { host })).toEqual([
      'The host restarts for this size: tick that it may, or choose another',
    ]);
    expect(
      await problemsOf(
        resizeField,
        { size: 'small', allowReboot: true },
        { host },
      ),
    ).toEqual([]);
  });

  it('refuse a size for which the host would be made anew, and say when no plan could be made', async () => {
    answerHost();
    backend.record('/resize-plan', {
      plan: failedRun.plan!,
      impact: 'rebuild',
      reasons: [],
    } as never);
    expect(
      await problemsOf(
        resizeField,
        { size: 'small', allowReboot: true },
        { host },
      ),
    ).toEqual([
      'For this size the host would be made anew, and its data lost: choose another',
    ]);

    backend.refusePost('/resize-plan', 409, 'ConflictError', 'it is locked');
    showField(ResizeField, { formContext, formData: { size: 'small' } });
    expect(await screen.findByText('it is locked')).toBeInTheDocument();
  });

  it('take a snapshot by a name that Proxmox takes and that is free', async () => {
    answerHost();
    const values = showField(SnapshotField, { formContext });
    await userEvent.click(await screen.findByRole('radio', { name: /^Take/ }));
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'after',
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /^What it is for/ }),
      'x',
    );
    expect(values.at(-1)).toEqual({
      action: 'create',
      snapshot: 'after',
      description: 'x',
    });
    const problem = (snapshot: string) =>
      problemsOf(snapshotField, { action: 'create', snapshot }, { host });
    expect(await problem('1x')).toEqual([
      expect.stringMatching(/^Name the snapshot/),
    ]);
    expect(await problem('before')).toEqual([
      'There is a snapshot “before” already; choose another name',
    ]);
    expect(await problem('after')).toEqual([]);
  });

  it('return to a snapshot only after its name was typed', async () => {
    answerHost();
    const values = showField(SnapshotField, {
      formContext,
      formData: { action: 'rollback', snapshot: 'before' },
    });
    expect(
      await screen.findByText(/written on web-1 since “before” is lost/),
    ).toBeInTheDocument();
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Type “before”/ }),
      'before',
    );
    const value = { action: 'rollback', snapshot: 'before', confirm: 'before' };
    expect(values.at(-1)).toEqual(value);
    expect(await problemsOf(snapshotField, value, { host })).toEqual([]);
    expect(
      await problemsOf(snapshotField, { ...value, confirm: 'x' }, { host }),
    ).toEqual(['Type “before” to confirm']);
    cleanup();

    backend.answer('/hosts/lab/20014', hostDetail as never);
    showField(SnapshotField, { formContext, formData: { action: 'delete' } });
    expect(
      await screen.findByText('web-1 has no snapshots.'),
    ).toBeInTheDocument();
  });

  it('show what is there of a run, and what each way out does', async () => {
    backend.answer('/runs/:id/inspection', inspection as never);
    const values = showField(RepairField, { formData: { runId: 'run-1' } });
    const table = await screen.findByRole('table', {
      name: 'What exists, what is missing',
    });
    expect(
      within(table).getByRole('row', { name: /VM 20014 on pve2.*Exists/ }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('radio', { name: /Adopt.*it is in no state/ }),
    ).toBeDisabled();
    await userEvent.click(
      screen.getByRole('radio', { name: /Undo.*Destroys VM 20014/ }),
    );
    expect(values.at(-1)).toEqual({ runId: 'run-1', remedy: 'undo' });
    expect(await problemsOf(repairField, { runId: 'run-1' })).toEqual([
      'Choose a way out',
    ]);
    expect(await problemsOf(repairField, undefined)).toEqual(['Choose a run']);
  });

  it('let a person choose the run that is repaired, or say that there is none', async () => {
    backend.answer('/runs', { runs: [] });
    showField(RepairField);
    expect(await screen.findByText(/there is nothing to repair/)).toBeVisible();
    cleanup();

    backend.answer('/runs', { runs: [failedRun] } as never);
    backend.refuse('/runs/:id/inspection', 503, 'Unavailable', 'no answer');
    const values = showField(RepairField);
    await userEvent.click(await screen.findByRole('button', { name: /Run/ }));
    const [option] = await screen.findAllByRole('option', {
      name: /Create web-1/,
    });
    await userEvent.click(option);
    expect(values).toEqual([{ runId: 'run-1' }]);
    await waitFor(() =>
      expect(screen.getByRole('alert')).toHaveTextContent('no answer'),
    );
  });
});
