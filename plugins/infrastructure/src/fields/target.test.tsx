import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { fakeBackend } from '../__testUtils__/backend';
import { problemsOf, showField } from '../__testUtils__/field';
import { TargetField, targetField } from './TargetField';

const environment = {
  name: 'dev',
  title: 'Development',
  vlan: 30,
  subnet: '10.30.0.0/24',
  restricted: false,
  allowed: true,
};
const octopus = { connection: 'octopus', environment: 'Development' };
const form = {
  placement: { environment: 'dev' },
  app: 'component:default/shop',
};

describe('the target field', () => {
  const backend = fakeBackend();

  it('makes the host a target by SSH when it is ticked, and none when it is not', async () => {
    backend.answer('/environments', {
      environments: [{ ...environment, octopus }],
    });
    const values = showField(TargetField, { formContext: { formData: form } });
    const box = await screen.findByRole('checkbox', {
      name: 'Make it a deployment target of “octopus”',
    });
    expect(values).toEqual([]);
    await userEvent.click(box);
    expect(values.at(-1)).toEqual({ style: 'ssh' });
    expect(
      screen.getByText(/^Octopus logs in by SSH\. Nothing is installed/),
    ).toBeInTheDocument();
    await userEvent.click(box);
    expect(values.at(-1)).toBeNull();
  });

  it('takes another style, tags, environments and a policy', async () => {
    backend.answer('/environments', {
      environments: [{ ...environment, octopus }],
    });
    const values = showField(TargetField, {
      formData: { style: 'ssh' },
      formContext: { formData: form },
    });
    await userEvent.click(
      await screen.findByRole('radio', { name: /^Polling Tentacle/ }),
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Target tags' }),
      'shop, web ,',
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: 'Machine policy' }),
      'Quiet',
    );
    expect(values.at(-1)).toEqual({
      style: 'polling',
      roles: ['shop', 'web'],
      policy: 'Quiet',
    });
    await userEvent.clear(screen.getByRole('textbox', { name: 'Target tags' }));
    expect(values.at(-1)).toEqual({ style: 'polling', policy: 'Quiet' });
  });

  it('asks for the environment first, and says where there is no Octopus', async () => {
    backend.answer('/environments', { environments: [environment] });
    showField(TargetField, { formContext: { formData: {} } });
    expect(
      await screen.findByText('Choose an environment first.'),
    ).toBeInTheDocument();
    cleanup();
    const values = showField(TargetField, {
      formData: { style: 'ssh' },
      formContext: { formData: form },
    });
    expect(
      await screen.findByText(/“dev” has no Octopus Deploy/),
    ).toBeInTheDocument();
    await waitFor(() => expect(values.at(-1)).toBeNull());
  });

  it('names what is no tag before the next step', async () => {
    expect(
      await problemsOf(targetField, { style: 'ssh', roles: ['a,b\n'] }),
    ).toEqual([expect.stringMatching(/^Target tags: use letters/)]);
    expect(await problemsOf(targetField, null)).toEqual([]);
  });
});
