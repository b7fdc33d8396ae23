import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { hostsAnswer } from '../__fixtures__/answers';
import { fakeBackend } from '../__testUtils__/backend';
import { problemsOf, showField } from '../__testUtils__/field';
import { AppHostNameField, appHostNameField } from './AppHostNameField';
import { AppNameField, appNameField } from './AppNameField';

const backend = fakeBackend();
const answers = {
  orders: { state: 'free', unasked: [] },
  shop: {
    ...{ state: 'own', unasked: [] },
    by: { kind: 'component', owner: 'group:default/shop' },
  },
  billing: {
    ...{ state: 'taken', unasked: [] },
    by: { kind: 'component', owner: 'group:default/billing' },
  },
  legacy: {
    ...{ state: 'taken', unasked: [] },
    by: { kind: 'repository', url: 'https://github.test/acme/legacy' },
  },
  odd: { state: 'taken', unasked: [], by: { kind: 'system' } },
  later: { state: 'free', unasked: ['github'] },
};

describe('the name of a new application', () => {
  it.each([
    ['orders', '“orders” is free.', false],
    ['shop', /^“shop” is there already, and yours: what is missing/, false],
    ['billing', /^“billing” is taken: it belongs to billing\./, true],
    ['legacy', /^“legacy” is taken: there is a repository of that name/, true],
    ['odd', /^“odd” is taken: the catalog has it, and names no owner/, true],
    ['later', /^Catalog or GitHub does not answer; the name is checked/, false],
  ] as const)('%s: says what is known of it', async (name, said, isTaken) => {
    backend.answer(`/app-names/${name}`, answers[name]);
    const values = showField(AppNameField);
    await userEvent.type(await screen.findByRole('textbox'), name);
    expect(await screen.findByText(said)).toBeInTheDocument();
    expect(values.at(-1)).toBe(name);
    expect(await problemsOf(appNameField, name)).toEqual(
      [expect.stringMatching(said)].slice(isTaken ? 0 : 1),
    );
  });

  it('is refused where it is none, without asking anybody', async () => {
    expect(await problemsOf(appNameField, 'Not one')).toEqual([
      expect.stringContaining('use lower case letters'),
    ]);
  });

  it('goes on where nobody answers: the request looks once more', async () => {
    backend.refuse('/app-names/orders', 500, 'Error', 'down');
    showField(AppNameField, { formData: 'orders' });
    expect(
      await screen.findByText(/^Catalog or GitHub does not answer/),
    ).toBeInTheDocument();
    expect(await problemsOf(appNameField, 'orders')).toEqual([]);
  });
});

describe('the name of its first host', () => {
  const form = (name: string) => ({ formContext: { formData: { name } } });

  it('is made from the name of the app, and stays what somebody typed', async () => {
    backend.answer('/hosts', hostsAnswer);
    const values = showField(AppHostNameField, form('orders'));
    const input = await screen.findByRole('textbox');
    await waitFor(() => expect(input).toHaveValue('orders-1'));
    expect(await screen.findByText('“orders-1” is free.')).toBeInTheDocument();
    await userEvent.type(input, '7');
    expect(values.at(-1)).toBe('orders-17');
    expect(input).toHaveValue('orders-17');
  });

  it('may be that of a host of the same app, and of no other', async () => {
    backend.answer('/hosts', hostsAnswer);
    showField(AppHostNameField, { ...form('shop'), formData: 'web-1' });
    expect(
      await screen.findByText(/^“web-1” is there already, and of this applic/),
    ).toBeInTheDocument();
    const check = (name: string) =>
      problemsOf(appHostNameField, 'web-1', { name });
    expect(await check('shop')).toEqual([]);
    expect(await check('orders')).toEqual([
      expect.stringMatching(/^“web-1” is taken: VM 20014 on pve2, of shop/),
    ]);
  });
});
