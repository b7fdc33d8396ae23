import type { SecretSource } from '@nante/clients';
import { createSecretMask } from './SecretMask';

it('takes our secrets out of what others wrote, also while their source does not answer', async () => {
  let asked = 0;
  let now = 0;
  let isDown = false;
  const source = {
    async readOptional() {
      asked += 1;
      if (isDown) throw new Error('Doppler does not answer');
      return { NEXUS_PASSWORD: 'correct horse' };
    },
  } as unknown as SecretSource;
  const { mask } = createSecretMask(source, () => now);
  const texts = await Promise.all([
    mask('with correct horse\nand correct%20horse'),
    mask(Buffer.from('correct horse').toString('base64')),
    mask('nothing'),
  ]);
  expect(texts).toEqual(['with ***\nand ***', '***', 'nothing']);
  expect(asked).toBe(1);
  now = 61_000;
  isDown = true;
  expect(await mask('correct horse')).toBe('***');
  expect(asked).toBe(2);
});
