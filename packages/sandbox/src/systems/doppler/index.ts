import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import type { StandIn, StandInContext } from '../../standIn';
import { DopplerError } from './errors';
import { downloadFormats, formatSecrets } from './formats';
import { nameTransformers, transformName } from './names';
import { managedSecrets, projectName, SecretStore } from './secretStore';
import {
  authenticate,
  configNames,
  loadTokens,
  type ConfigName,
  type DopplerTokens,
  type TokenHolder,
} from './tokens';

/** Times in answers: when the sandbox's company opened its account. */
const createdAt = '2026-01-05T08:00:00.000Z';

interface Parts {
  tokens: DopplerTokens;
  secrets: SecretStore;
}

/**
 * A stand-in for Doppler: what its CLI and SDK call to read the secrets of one project with a config for each
 * environment.
 *
 * @param options - `secrets` are the values that every config has from the start
 * @returns a stand-in whose credentials are `token` (of the config `management`), `tokens` (one for each config),
 *   `serviceAccountToken`, `project` and `configs`
 */
export async function createDoppler(
  context: StandInContext,
  options: { secrets: Record<string, string> },
): Promise<StandIn> {
  const tokens = loadTokens(join(context.dataDir, 'tokens.json'));
  const secrets = new SecretStore(
    join(context.dataDir, 'changes.json'),
    options.secrets,
  );
  const app = createApp({ tokens, secrets });
  return {
    name: 'doppler',
    credentials: {
      token: tokens.service.management,
      tokens: tokens.service,
      serviceAccountToken: tokens.serviceAccount,
      project: projectName,
      configs: [...configNames],
    },
    async fetch(request) {
      const response = await app.fetch(request);
      response.headers.set('x-request-id', randomUUID());
      return response;
    },
    async reset() {
      secrets.reset();
    },
    async stop() {},
  };
}

function createApp({ tokens, secrets }: Parts): Hono {
  const app = new Hono();
  app.onError(error => {
    if (error instanceof DopplerError) return error.toResponse();
    throw error;
  });
  app.notFound(() =>
    new DopplerError(404, 'Could not find the requested path').toResponse(),
  );
  const holderOf = (c: Context) => authenticate(c.req.raw.headers, tokens);
  const configOf = (c: Context) =>
    requestedConfig(holderOf(c), c.req.query('project'), c.req.query('config'));

  app.get('/v3/configs/config/secrets/download', c => {
    const config = configOf(c);
    const query = parse(downloadQuerySchema, c.req.query());
    const chosen = choose(secrets.all(config), query.secrets);
    const named = query.name_transformer
      ? Object.fromEntries(
          Object.entries(chosen).map(([name, value]) => [
            transformName(name, query.name_transformer!),
            value,
          ]),
        )
      : chosen;
    const { contentType, body } = formatSecrets(named, query.format);
    return withEtag(c.req.raw, body, contentType);
  });
  app.get('/v3/configs/config/secrets/names', c => {
    const config = configOf(c);
    return c.json({ names: Object.keys(listed(secrets, config, c)) });
  });
  app.get('/v3/configs/config/secrets', c => {
    const config = configOf(c);
    const chosen = choose(listed(secrets, config, c), c.req.query('secrets'));
    return c.json({ secrets: secretValues(chosen) });
  });
  app.post('/v3/configs/config/secrets', async c => {
    const holder = holderOf(c);
    const body = parse(updateBodySchema, await c.req.json().catch(() => null));
    const config = requestedConfig(holder, body.project, body.config);
    refuseReadOnly(holder);
    secrets.change(config, body.secrets);
    return c.json({ secrets: secretValues(secrets.all(config)) });
  });
  app.get('/v3/configs/config/secret', c => {
    const config = configOf(c);
    const name = c.req.query('name') ?? '';
    const value = secrets.all(config)[name];
    if (value === undefined)
      throw new DopplerError(404, `Could not find requested secret: ${name}`);
    return c.json({ name, value: secretValues({ [name]: value })[name] });
  });
  app.delete('/v3/configs/config/secret', c => {
    const config = configOf(c);
    refuseReadOnly(holderOf(c));
    secrets.change(config, { [c.req.query('name') ?? '']: null });
    return c.body(null, 204);
  });
  app.post('/v3/configs/config/ping', c => {
    holderOf(c);
    return c.json({ success: true });
  });
  app.get('/v3/configs/config', c =>
    c.json({ config: configInfo(configOf(c)) }),
  );
  app.get('/v3/configs', c => {
    const holder = holderOf(c);
    checkProject(holder, c.req.query('project'));
    const configs = configNames.filter(isVisibleTo(holder)).map(configInfo);
    return c.json({ configs, page: 1 });
  });
  app.get('/v3/environments', c => {
    const holder = holderOf(c);
    checkProject(holder, c.req.query('project'));
    const visible = configNames.filter(isVisibleTo(holder));
    return c.json({ environments: visible.map(environmentInfo), page: 1 });
  });
  app.get('/v3/projects', c => {
    holderOf(c);
    return c.json({ projects: [projectInfo], page: 1 });
  });
  app.get('/v3/projects/project', c => {
    checkProject(holderOf(c), c.req.query('project'));
    return c.json({ project: projectInfo });
  });
  app.get('/v3/me', c => c.json(tokenInfo(holderOf(c))));
  return app;
}

const downloadQuerySchema = z.object({
  format: z.enum(downloadFormats).default('json'),
  name_transformer: z.enum(nameTransformers).optional(),
  secrets: z.string().optional(),
});

const updateBodySchema = z.object({
  project: z.string().optional(),
  config: z.string().optional(),
  secrets: z.record(
    z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'is no name of a secret'),
    z.string().nullable(),
  ),
});

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new DopplerError(400, z.prettifyError(result.error));
}

/** The config that a request means. @throws DopplerError 400, 403 or 404 */
function requestedConfig(
  holder: TokenHolder,
  project: string | undefined,
  config: string | undefined,
): ConfigName {
  if (holder.boundTo) {
    const isOther =
      (project && project !== projectName) ||
      (config && config !== holder.boundTo);
    if (isOther)
      throw new DopplerError(
        403,
        `This token does not have access to requested project '${project || projectName}' and config '${config || holder.boundTo}'`,
      );
    return holder.boundTo;
  }
  checkProject(holder, project);
  if (!config) throw new DopplerError(400, 'You must specify a config');
  const known = configNames.find(name => name === config);
  if (!known)
    throw new DopplerError(404, `Could not find requested config '${config}'`);
  return known;
}

function checkProject(holder: TokenHolder, project: string | undefined): void {
  if (project === projectName || (!project && holder.boundTo)) return;
  if (!project) throw new DopplerError(400, 'You must specify a project');
  if (holder.boundTo)
    throw new DopplerError(
      403,
      `This token does not have access to requested project '${project}'`,
    );
  throw new DopplerError(404, `Could not find requested project '${project}'`);
}

function isVisibleTo(holder: TokenHolder) {
  return (config: ConfigName) =>
    holder.boundTo === undefined || holder.boundTo === config;
}

function refuseReadOnly(holder: TokenHolder): void {
  if (holder.boundTo)
    throw new DopplerError(403, 'This token does not have write access');
}

function listed(secrets: SecretStore, config: ConfigName, c: Context) {
  return c.req.query('include_managed_secrets') === 'false'
    ? secrets.own(config)
    : secrets.all(config);
}

function choose(
  all: Record<string, string>,
  names: string | undefined,
): Record<string, string> {
  if (!names) return all;
  const wanted = names.split(',').map(name => name.trim());
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => wanted.includes(name)),
  );
}

function secretValues(secrets: Record<string, string>) {
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

function withEtag(request: Request, body: string, contentType: string) {
  const digest = createHash('sha256')
    .update(contentType + body)
    .digest('hex');
  const etag = `W/"${digest.slice(0, 40)}"`;
  if (request.headers.get('if-none-match') === etag)
    return new Response(null, { status: 304, headers: { etag } });
  return new Response(body, { headers: { etag, 'content-type': contentType } });
}

const projectInfo = {
  id: projectName,
  slug: projectName,
  name: projectName,
  description: 'Everything that Nante needs, as the sandbox made it.',
  created_at: createdAt,
};

function configInfo(config: ConfigName) {
  return {
    name: config,
    slug: config,
    root: true,
    locked: false,
    environment: config,
    project: projectName,
    created_at: createdAt,
    initial_fetch_at: createdAt,
    last_fetch_at: createdAt,
  };
}

function environmentInfo(config: ConfigName) {
  return {
    id: config,
    slug: config,
    name: config,
    project: projectName,
    created_at: createdAt,
    initial_fetch_at: createdAt,
  };
}

function tokenInfo(holder: TokenHolder) {
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
