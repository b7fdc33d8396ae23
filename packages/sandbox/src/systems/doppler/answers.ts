import { createHash } from 'node:crypto';
import { managedSecrets, projectName } from './secretStore';
import type { ConfigName, TokenHolder } from './tokens';

/** Times in answers: when the sandbox's company opened its account. */
const createdAt = '2026-01-05T08:00:00.000Z';

/** Secrets with their values as lists show them. */
export function secretValues(secrets: Record<string, string>) {
  const open = Object.keys(managedSecrets('dev'));
  return Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => {
      const visibility = open.includes(name) ? 'unmasked' : 'masked';
      return [
        name,
        {
          raw: value,
          computed: value,
          note: '',
          rawVisibility: visibility,
          computedVisibility: visibility,
        },
      ];
    }),
  );
}

/** The one project. */
export const projectInfo = {
  id: projectName,
  name: projectName,
  description: 'Everything that Nante needs, as the sandbox made it.',
  created_at: createdAt,
};

/** A config, which is the root config of its environment. */
export function configInfo(config: ConfigName) {
  return {
    name: config,
    root: true,
    locked: false,
    environment: config,
    project: projectName,
    created_at: createdAt,
    initial_fetch_at: createdAt,
    last_fetch_at: createdAt,
  };
}

/** The environment that has the config's name. */
export function environmentInfo(config: ConfigName) {
  return {
    id: config,
    name: config,
    project: projectName,
    created_at: createdAt,
    initial_fetch_at: createdAt,
  };
}

/** What a token may know of itself. */
export function tokenInfo(holder: TokenHolder) {
  const { type, name, token } = holder;
  const slug = createHash('sha256').update(token).digest('hex').slice(0, 32);
  return {
    slug,
    name,
    created_at: createdAt,
    last_seen_at: new Date().toISOString(),
    type,
    token_preview: `${token.slice(0, 5)}...${token.slice(-6)}`,
    workplace: { slug: 'sandbox', name: 'Sandbox' },
  };
}
