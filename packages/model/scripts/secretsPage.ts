import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { secretDefinitions, type SecretDefinition } from '../src/secrets';

/** Where the page lies. */
export const secretsPagePath = resolve(__dirname, '../../../docs/secrets.md');

/** `docs/secrets.md`, made from the table of all names that we read. */
export function renderSecretsPage(): string {
  const sections = Object.entries<SecretDefinition>(secretDefinitions).map(
    ([name, definition]) =>
      [
        `## ${name}`,
        '',
        definition.description,
        '',
        `- ${definition.secret ? 'Secret: masked wherever it could be printed.' : 'No secret: may be shown.'}`,
        `- Needed by: ${definition.neededBy.join(', ')}.`,
        ...(definition.handedOverAs
          ? [`- Handed over as: \`${definition.handedOverAs}\``]
          : []),
      ].join('\n'),
  );
  return `${[
    '# Secrets and settings by name',
    '',
    '<!-- Made by packages/model/scripts/secretsPage.ts out of packages/model/src/secrets.ts. Change the table, then run: npx tsx packages/model/scripts/secretsPage.ts -->',
    '',
    'Every name that Nante reads. The values come from the Doppler config that `DOPPLER_TOKEN` opens, or from environment variables of the same names where Doppler is not used. A connection may name another entry of this list; there are no others. What is missing is listed all at once, before anything is changed.',
    '',
    sections.join('\n\n'),
  ].join('\n')}\n`;
}

if (require.main === module) {
  writeFileSync(secretsPagePath, renderSecretsPage());
}
