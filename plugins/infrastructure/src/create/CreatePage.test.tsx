import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { fakeBackend } from '../__testUtils__/backend';
import { openCreate as open } from '../__testUtils__/createPage';

describe('the create page', () => {
  const backend = fakeBackend();
  beforeEach(() => {
    backend.answer('/templates/durations', {
      'new-container': { usualSeconds: 48, runs: 9 },
    });
  });
  const titles = () =>
    screen.getAllByRole('article').map(card => card.getAttribute('aria-label'));

  it('groups the templates, and says of each what it makes, how long that takes and whose it is', async () => {
    open();
    const hosts = await screen.findByRole('region', { name: 'Hosts' });
    const card = within(hosts).getByRole('article', { name: 'New container' });
    expect(
      within(card)
        .getAllByRole('listitem')
        .map(item => item.textContent),
    ).toEqual(['Container', 'entry in the catalog']);
    expect(
      await within(card).findByText('Usually 0:48 (target 2:00)'),
    ).toHaveAttribute('title', 'measured in 9 runs');
    expect(card).toHaveTextContent('by platform');
    expect(
      within(card).getByRole('link', { name: 'New container' }),
    ).toHaveAttribute('href', '/create/templates/default/new-container');
    expect(
      within(screen.getByRole('region', { name: 'Others' })).getByRole(
        'article',
        { name: 'Something else' },
      ),
    ).toBeInTheDocument();
  });

  it('shows starred ones first, and alone where that is asked', async () => {
    open();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Star Go service' }),
    );
    await waitFor(() => expect(titles()[0]).toBe('Go service'));
    expect(titles()).toHaveLength(3);
    await userEvent.click(
      screen.getByRole('checkbox', { name: 'Only starred' }),
    );
    await waitFor(() => expect(titles()).toEqual(['Go service']));
    expect(
      screen.getByRole('button', { name: 'Unstar Go service' }),
    ).toBeInTheDocument();
  });

  it('is searched and filtered by what the address says', async () => {
    open({ path: '/?search=catalog%20container' });
    await screen.findByRole('article', { name: 'New container' });
    expect(titles()).toEqual(['New container']);
    await userEvent.type(screen.getByRole('searchbox'), 'x');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );
    await waitFor(() => expect(titles()).toHaveLength(3));
  });

  it('stays silent about durations where they are not known, and says how templates come in', async () => {
    backend.refuse('/templates/durations', 500, 'Error', 'broken');
    const page = open();
    const card = await screen.findByRole('article', { name: 'New container' });
    expect(card).toHaveTextContent('Target 2:00');
    page.unmount();
    open({ entities: [] });
    expect(
      await screen.findByText('No template is registered'),
    ).toBeInTheDocument();
  });
});
