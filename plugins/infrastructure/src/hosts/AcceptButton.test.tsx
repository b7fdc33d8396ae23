import { screen } from '@testing-library/react';
import { doubtedAnswer } from '../__fixtures__/answers';
import { fakeBackend, openPage } from '../__testUtils__/backend';

// Permissions are cached for all tests of a file: what an operator gets is tested with the page.
describe('an answer that is not believed', () => {
  const backend = fakeBackend();

  it('is shown to everyone, and can be accepted by operators only', async () => {
    backend.answer('/hosts', doubtedAnswer as never);
    openPage('/hosts', ['infrastructure.operate']);
    expect(await screen.findByText(/no guests at all/)).toBeInTheDocument();
    expect(await screen.findByText('New container')).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /really gone/ }),
    ).not.toBeInTheDocument();
  });
});
