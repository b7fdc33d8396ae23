/** Our mark on every outside object: which app, environment, host and request it belongs to. */
export interface Stamp {
  app: string;
  environment: string;
  host: string;
  requestId: string;
}

const line = /^nante: app=(\S+) environment=(\S+) host=(\S+) request=(\S+)$/m;

/**
 * Text for the description of a Proxmox guest. Terraform renders the same lines in `terraform/modules`; a test
 * compares them.
 */
export function stampDescription(stamp: Stamp): string {
  return [
    'Made by Nante. Changes made by hand are reported as drift.',
    `nante: app=${stamp.app} environment=${stamp.environment} host=${stamp.host} request=${stamp.requestId}`,
  ].join('\n');
}

/** Tags that lists can show; sorted. A tag is forgeable, so nothing is adopted or destroyed for a tag alone. */
export function stampTags(stamp: Pick<Stamp, 'app' | 'environment'>): string[] {
  return [`app.${stamp.app}`, `env.${stamp.environment}`, 'nante'].sort();
}

/** Reads the stamp out of a description; undefined when there is none. */
export function parseStamp(description: string | undefined): Stamp | undefined {
  const match = line.exec(description ?? '');
  if (!match) return undefined;
  const [, app, environment, host, requestId] = match;
  return { app, environment, host, requestId };
}
