import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { hostsAnswer, placement } from '../__fixtures__/answers';
import { fakeBackend } from '../__testUtils__/backend';
import { showField } from '../__testUtils__/field';
import { HostNameField } from './HostNameField';
import { PlacementField } from './PlacementField';
import { RequestIdField } from './RequestIdField';
import { SshKeysField } from './SshKeysField';

describe('the form fields', () => {
  const backend = fakeBackend();

  it('say whether a name is taken while it is typed', async () => {
    backend.answer('/hosts', hostsAnswer);
    const values = showField(HostNameField);
    const input = await screen.findByRole('textbox');
    await userEvent.type(input, 'web-1');
    expect(
      await screen.findByText(/“web-1” is taken: VM 20014 on pve2, of shop/),
    ).toBeInTheDocument();
    await userEvent.type(input, '7');
    expect(await screen.findByText('“web-17” is free.')).toBeInTheDocument();
    expect(values.at(-1)).toBe('web-17');
  });

  it('offer environments, sizes and nodes with live figures and reasons', async () => {
    backend.answer('/environments', {
      environments: [
        {
          name: 'dev',
          title: 'Development',
          vlan: 30,
          subnet: '10.30.0.0/24',
          restricted: false,
          allowed: true,
        },
        {
          name: 'prod',
          title: 'Production',
          vlan: 50,
          subnet: '10.50.0.0/24',
          restricted: true,
          allowed: false,
        },
      ],
    });
    backend.answer('/placement', placement as never);
    const values = showField(PlacementField, {
      uiSchema: { 'ui:options': { kind: 'vm' } },
    });
    // The only environment that is allowed is chosen by itself.
    expect(await screen.findByRole('radio', { name: /Large/ })).toBeDisabled();
    expect(screen.getByRole('radio', { name: /Production/ })).toBeDisabled();
    await userEvent.click(screen.getByRole('radio', { name: /Small/ }));
    expect(values.at(-1)).toEqual({ environment: 'dev', size: 'small' });
    expect(
      screen.getByText('After this request pve1 is at 70 % memory.'),
    ).toBeInTheDocument();
    expect(
      screen.getByText('Quota of shop: 5 of 20 hosts.'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/Automatic: pve1, the most free memory/, {
        selector: 'span',
      }),
    ).toBeInTheDocument();
  });

  it('become plain inputs with a warning while Proxmox does not answer', async () => {
    backend.answer('/environments', { environments: [] });
    backend.answer('/placement', {
      ...placement,
      error: 'refused',
    } as never);
    const values = showField(PlacementField, {
      formData: { environment: 'dev' },
    });
    expect(
      await screen.findByText(/Proxmox does not answer, so there are no live/),
    ).toBeInTheDocument();
    await userEvent.type(screen.getByRole('textbox', { name: 'Node' }), 'p');
    expect(values.at(-1)).toEqual({ environment: 'dev', node: 'p' });
  });

  it('take one key a line and name the line that is none', async () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJv ada@laptop';
    const values = showField(SshKeysField);
    const input = await screen.findByRole('textbox');
    await userEvent.type(input, `${key}\n-oProxyCommand=x`);
    await userEvent.tab();
    expect(await screen.findByRole('alert')).toHaveTextContent(/^Line 2: /);
    expect(values.at(-1)).toEqual([key, '-oProxyCommand=x']);
  });

  it('give a form one request id and keep it', async () => {
    const values = showField(RequestIdField);
    await waitFor(() => expect(values).toHaveLength(1));
    expect(values[0]).toMatch(/^[A-Za-z0-9-]{8,64}$/);
  });
});
