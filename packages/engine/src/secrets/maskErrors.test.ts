import { NanteError } from '@nante/model';
import { maskErrors } from './maskErrors';

const secret = '0f8fad5b-d9cb-469f-a165-70867728950e';

describe('a client whose errors are masked', () => {
  const client = {
    url: 'https://pve.example.com',
    count: () => 3,
    async list(name: string) {
      if (name === 'guests') return [this.url, name];
      throw new NanteError('failed', `Proxmox said: ${name}`, {
        hint: 'Look there.',
        details: { status: 500 },
        cause: new Error(secret),
      });
    },
  };
  const masked = maskErrors(client, async () => [secret, undefined]);

  it('answers as before, and keeps code, hint and details of an error, but no secret anywhere in it', async () => {
    expect(masked.url).toBe(client.url);
    expect(masked.count()).toBe(3);
    await expect(masked.list('guests')).resolves.toEqual([
      client.url,
      'guests',
    ]);
    const base64 = Buffer.from(secret).toString('base64');
    const error = await masked.list(base64).catch(caught => caught);
    expect(error).toMatchObject({
      name: 'NanteError',
      code: 'failed',
      message: 'Proxmox said: ***',
      hint: 'Look there.',
      details: { status: 500 },
    });
    expect(`${error.stack} ${error.cause}`).not.toMatch(secret);
  });
});
