import { render, waitFor } from '@testing-library/react';

describe('the portal', () => {
  it('opens with the sign-in of the four seeded people', async () => {
    process.env = {
      NODE_ENV: 'test',
      APP_CONFIG: [
        {
          data: {
            app: { title: 'Test', signIn: { provider: 'sandbox' } },
            backend: { baseUrl: 'http://localhost:7007' },
          },
          context: 'test',
        },
      ] as unknown as string,
    };
    const { default: App } = await import('./App');
    const rendered = render(App.createRoot());
    await waitFor(
      () => expect(rendered.getByText('Ada, member')).toBeInTheDocument(),
      { timeout: 20_000 },
    );
    expect(
      rendered.getAllByRole('button', { name: /^Sign in as/ }),
    ).toHaveLength(4);
    // Most of it is spent on reading the plugins, the first time above all.
  }, 120_000);
});
