import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Hono, type Context } from 'hono';
import type { StandIn, StandInContext } from '../../standIn';
import {
  checkProject,
  isVisibleTo,
  refuseReadOnly,
  requestedConfig,
} from './access';
import {
  configInfo,
  environmentInfo,
  projectInfo,
  secretValues,
  tokenInfo,
} from './answers';
import { DopplerError } from './errors';
import { formatSecrets } from './formats';
import { transformName } from './names';
import {
  downloadQuerySchema,
  parse,
  requestedChanges,
  updateBodySchema,
} from './requests';
import { projectName, SecretStore } from './secretStore';
import {
  authenticate,
  configNames,
  loadTokens,
  type ConfigName,
  type DopplerTokens,
} from './tokens';

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
    // Repositories get a token of their own to read the others with.
    { ...options.secrets, CI_DOPPLER_TOKEN: tokens.service.management },
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
    const config = requestedConfig(
      holder,
      body.project ?? c.req.query('project'),
      body.config ?? c.req.query('config'),
    );
    refuseReadOnly(holder);
    secrets.change(config, requestedChanges(body));
    return c.json({ secrets: secretValues(secrets.all(config)) });
  });
  app.get('/v3/configs/config/secret', c => {
    const config = configOf(c);
    const name = c.req.query('name') ?? '';
    const value = secrets.all(config)[name];
    if (value === undefined)
      throw new DopplerError(404, `Could not find requested secret: ${name}`);
    return c.json({ name, value: { raw: value, computed: value, note: '' } });
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
    return c.json({
      projects: [{ ...projectInfo, slug: projectName }],
      page: 1,
    });
  });
  app.get('/v3/projects/project', c => {
    checkProject(holderOf(c), c.req.query('project'));
    return c.json({ project: projectInfo });
  });
  app.get('/v3/me', c => c.json(tokenInfo(holderOf(c))));
  return app;
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

function withEtag(request: Request, body: string, contentType: string) {
  const digest = createHash('sha256')
    .update(contentType + body)
    .digest('hex');
  const etag = `W/"${digest.slice(0, 40)}"`;
  if (request.headers.get('if-none-match') === etag)
    return new Response(null, { status: 304, headers: { etag } });
  return new Response(body, { headers: { etag, 'content-type': contentType } });
}
