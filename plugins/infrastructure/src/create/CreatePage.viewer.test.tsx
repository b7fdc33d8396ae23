import { screen, within } from '@testing-library/react';
import { fakeBackend } from '../__testUtils__/backend';
import { openCreate as open } from '../__testUtils__/createPage';

// A file of its own: what somebody may is remembered for the life of a page.
describe('the create page of somebody who may not request hosts', () => {
  const backend = fakeBackend();

  it('greys what somebody may not do, with the reason', async () => {
    backend.answer('/templates/durations', {});
    open({ deny: ['infrastructure.host.create'] });
    const card = await screen.findByRole('article', { name: 'New container' });
    expect(
      await within(card).findByText(
        /^Needs the permission infrastructure\.host\.create/,
      ),
    ).toBeInTheDocument();
    expect(within(card).queryByRole('link')).toBeNull();
    expect(
      screen.getByRole('link', { name: 'Go service' }),
    ).toBeInTheDocument();
  });
});
