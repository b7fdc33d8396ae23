import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { baseRole, nginxRole } from '../__fixtures__/roles';
import { fakeBackend } from '../__testUtils__/backend';
import { problemsOf, showField } from '../__testUtils__/field';
import { SoftwareField, softwareField } from './SoftwareField';

const roles = [nginxRole, baseRole];

async function add(name: RegExp) {
  await userEvent.click(
    await screen.findByRole('button', { name: /Add a role/ }),
  );
  await userEvent.click(await screen.findByRole('option', { name }));
}

describe('the software field', () => {
  const backend = fakeBackend();

  it('chooses nothing by itself and offers base_setup first', async () => {
    backend.answer('/roles', { available: true, roles } as never);
    const values = showField(SoftwareField);
    expect(
      await screen.findByText(/^Nothing chosen: the host/),
    ).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: /Add a role/ }));
    const options = await screen.findAllByRole('option');
    expect(options.map(option => option.textContent)).toEqual([
      'base_setup: Settings that every host has',
      'nginx: Web sites and proxies by nginx',
    ]);
    await userEvent.click(options[1]);
    expect(values).toEqual([[{ name: 'nginx', arguments: {} }]]);
    expect(screen.getByRole('listitem', { name: 'nginx' })).toBeInTheDocument();
  });

  it('takes the arguments of a role as its specification says, and only what differs', async () => {
    backend.answer('/roles', { available: true, roles } as never);
    const values = showField(SoftwareField);
    await add(/nginx/);
    await userEvent.click(
      screen.getByRole('button', { name: 'Add to “Sites”' }),
    );
    const site = screen.getByRole('group', { name: 'Sites: number 1' });
    await userEvent.type(
      within(site).getByRole('textbox', { name: /^Name/ }),
      'shop',
    );
    await userEvent.type(
      within(site).getByRole('textbox', { name: /^Server names/ }),
      'shop.example.com\nwww.example.com',
    );
    await userEvent.type(
      within(site).getByRole('textbox', { name: /^Page/ }),
      'Hello',
    );
    await userEvent.click(
      screen.getByText('4 more settings, each with a default'),
    );
    const port = screen.getByRole('textbox', { name: /^Http port/ });
    await userEvent.clear(port);
    await userEvent.type(port, '8080');
    await userEvent.tab();
    await userEvent.click(
      screen.getByRole('switch', { name: 'Open firewall' }),
    );
    expect(values.at(-1)).toEqual([
      {
        name: 'nginx',
        arguments: {
          nginx_sites: [
            {
              name: 'shop',
              server_names: ['shop.example.com', 'www.example.com'],
              page: 'Hello',
            },
          ],
          nginx_http_port: 8080,
          nginx_open_firewall: false,
        },
      },
    ]);
    // Back to the default: it is no longer part of the request.
    await userEvent.click(
      screen.getByRole('switch', { name: 'Open firewall' }),
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Remove Sites: number 1' }),
    );
    expect(values.at(-1)).toEqual([
      { name: 'nginx', arguments: { nginx_http_port: 8080 } },
    ]);
    const settings = screen.getByRole('textbox', { name: /^Settings/ });
    await userEvent.type(settings, 'no pair');
    await userEvent.tab();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'This is not one “key: value” a line.',
    );
  });

  it('applies roles in the order that a person gives them', async () => {
    backend.answer('/roles', { available: true, roles } as never);
    const values = showField(SoftwareField, {
      formData: [{ name: 'nginx' }, { name: 'base_setup' }, { name: 'ghost' }],
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'There is no role “ghost” here; remove it',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Remove ghost' }));
    await userEvent.click(
      screen.getByRole('button', { name: 'Move base_setup up' }),
    );
    expect(values.at(-1)).toEqual([
      { name: 'base_setup', arguments: {} },
      { name: 'nginx', arguments: {} },
    ]);
    expect(
      screen.getByRole('button', { name: 'Move base_setup up' }),
    ).toBeDisabled();
    await userEvent.click(screen.getByRole('button', { name: 'Remove nginx' }));
    await userEvent.click(
      screen.getByRole('button', { name: 'Remove base_setup' }),
    );
    await waitFor(() => expect(values.at(-1)).toBeUndefined());
  });

  it('says that there is no Ansible, no role, or no answer', async () => {
    backend.answer('/roles', { available: false, roles: [] });
    showField(SoftwareField);
    expect(
      await screen.findByText('This portal has no Ansible'),
    ).toBeInTheDocument();
    cleanup();

    backend.answer('/roles', { available: true, roles: [] });
    showField(SoftwareField);
    expect(
      await screen.findByText('There are no roles to choose from.'),
    ).toBeInTheDocument();
    cleanup();

    backend.refuse('/roles', 503, 'ServiceUnavailableError', 'starting');
    showField(SoftwareField);
    expect(await screen.findByRole('alert')).toHaveTextContent('starting');
  });

  it('names all wrong arguments before the next step', async () => {
    backend.answer('/roles', { available: true, roles } as never);
    expect(
      await problemsOf(softwareField, [
        { name: 'ghost' },
        {
          name: 'nginx',
          arguments: { nginx_http_port: 0, nginx_sites: [{ name: 'shop' }] },
        },
      ]),
    ).toEqual([
      'There is no role “ghost” here; remove it',
      'nginx: nginx_sites[1].server_names has to be given',
      'nginx: nginx_http_port has to be from 1 to 65535',
    ]);
    expect(await problemsOf(softwareField, undefined)).toEqual([]);
  });
});
