import { z } from 'zod';
import { NexusError } from './errors';
import type { Format, Repository } from './model';

const name = z
  .string()
  .regex(
    /^[a-zA-Z0-9-][a-zA-Z0-9_\-.]*$/,
    'Only letters, digits, underscores(_), hyphens(-), and dots(.) are allowed and may not start with underscore or dot.',
  );
const hostedStorage = z.object({
  blobStoreName: z.string().min(1),
  strictContentTypeValidation: z.boolean(),
  writePolicy: z
    .string()
    .transform(value => value.toUpperCase())
    .pipe(z.enum(['ALLOW', 'ALLOW_ONCE', 'DENY'])),
  latestPolicy: z.boolean().nullish(),
});
const common = {
  name,
  online: z.boolean(),
  storage: hostedStorage,
  cleanup: z.object({ policyNames: z.array(z.string()) }).nullish(),
  component: z.object({ proprietaryComponents: z.boolean() }).nullish(),
};
const disposition = z.enum(['INLINE', 'ATTACHMENT']);
const port = z.number().int().min(1).max(65_535).nullish();

/** Bodies by the segment of the path that names the format. */
const schemas = {
  raw: z.object({
    ...common,
    raw: z.object({ contentDisposition: disposition.nullish() }).nullish(),
  }),
  maven: z.object({
    ...common,
    maven: z.object({
      versionPolicy: z.enum(['RELEASE', 'SNAPSHOT', 'MIXED']),
      layoutPolicy: z.enum(['STRICT', 'PERMISSIVE']),
      contentDisposition: disposition.nullish(),
    }),
  }),
  npm: z.object(common),
  helm: z.object(common),
  docker: z.object({
    ...common,
    name: name.regex(/^[^A-Z]*$/, 'Docker repository names must be lowercase'),
    docker: z.object({
      v1Enabled: z.boolean(),
      forceBasicAuth: z.boolean(),
      pathEnabled: z.boolean().nullish(),
      httpPort: port,
      httpsPort: port,
      subdomain: z.string().nullish(),
    }),
  }),
};

/** Segment of the path by format: only Maven is called otherwise there. */
export const pathSegments: Record<Format, keyof typeof schemas> = {
  raw: 'raw',
  maven2: 'maven',
  npm: 'npm',
  helm: 'helm',
  docker: 'docker',
};

/**
 * Settings of a hosted repository, from the body of the call that makes or changes it.
 *
 * @throws NexusError 400 that names the field
 */
export function readRepository(format: Format, body: unknown): Repository {
  const result = schemas[pathSegments[format]].safeParse(body);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new NexusError(400, issue.message, {
      field: issue.path.join('.') || '*',
    });
  }
  const given = result.data as z.output<typeof schemas.docker> &
    z.output<typeof schemas.maven> &
    z.output<typeof schemas.raw>;
  const { latestPolicy, ...storage } = given.storage;
  return {
    name: given.name,
    format,
    type: 'hosted',
    online: given.online,
    storage: {
      ...storage,
      ...(format === 'docker' ? { latestPolicy: latestPolicy ?? false } : {}),
    },
    ...(given.cleanup ? { cleanup: given.cleanup } : {}),
    component: given.component ?? { proprietaryComponents: false },
    ...ofFormat(format, given),
  };
}

function ofFormat(
  format: Format,
  given: z.output<typeof schemas.docker> &
    z.output<typeof schemas.maven> &
    z.output<typeof schemas.raw>,
): Partial<Repository> {
  if (format === 'maven2') {
    const contentDisposition = given.maven.contentDisposition ?? 'INLINE';
    return { maven: { ...given.maven, contentDisposition } };
  }
  if (format === 'raw') {
    const contentDisposition = given.raw?.contentDisposition ?? 'ATTACHMENT';
    return { raw: { contentDisposition } };
  }
  if (format !== 'docker') return {};
  const { v1Enabled, forceBasicAuth, pathEnabled, httpPort, httpsPort } =
    given.docker;
  return {
    docker: {
      v1Enabled,
      forceBasicAuth,
      pathEnabled: pathEnabled ?? false,
      ...(httpPort ? { httpPort } : {}),
      ...(httpsPort ? { httpsPort } : {}),
    },
  };
}

/** Settings as the calls of the repository's own format show them. */
export function settingsDocument(repository: Repository, origin: string) {
  const { format, cleanup, ...settings } = repository;
  return {
    ...settings,
    format,
    url: `${origin}/repository/${repository.name}`,
    ...(cleanup ? { cleanup } : {}),
  };
}

/** A line of the list of repositories. */
export function repositoryDocument(repository: Repository, origin: string) {
  const { format, type, online } = repository;
  return {
    name: repository.name,
    format,
    type,
    online,
    url: `${origin}/repository/${repository.name}`,
    attributes: {},
  };
}
