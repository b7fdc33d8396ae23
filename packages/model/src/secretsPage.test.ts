import { readFileSync } from 'node:fs';
import { renderSecretsPage, secretsPagePath } from '../scripts/secretsPage';

describe('docs/secrets.md', () => {
  it('says what the table of names says (else run: npx tsx packages/model/scripts/secretsPage.ts)', () => {
    expect(readFileSync(secretsPagePath, 'utf8')).toBe(renderSecretsPage());
  });
});
