import { screen } from '@testing-library/react';
import { hostsAnswer } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

// A file of its own: the browser remembers for two seconds what a person before was allowed.
describe('the hosts page of a person who may only look', () => {
  const backend = fakeBackend();

  it('offers nothing that the person may not do, and says so', async () => {
    backend.answer('/hosts', {
      ...hostsAnswer,
      hosts: [{ ...hostsAnswer.hosts[1], addresses: ['10.20.0.9'] }],
    } as never);
    openPage('/hosts', ['infrastructure.host.create']);
    expect(
      await screen.findByText('You may look, but not request hosts'),
    ).toBeInTheDocument();
    await screen.findByText('old-db');
    expect(
      screen.queryByRole('link', { name: 'Onboard old-db' }),
    ).not.toBeInTheDocument();
  });
});
