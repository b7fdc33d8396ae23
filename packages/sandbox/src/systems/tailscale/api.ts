import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Access, Actor } from './access';
import { deviceAnswer, type Devices } from './devices';
import { TailscaleError } from './errors';
import type { TailscaleFaults } from './faults';
import { tailnetName } from './identity';
import { keyRequestSchema, type Keys } from './keys';
import { checkTags, policyEtag, policyText } from './policy';

/** What the routes work on. */
export interface Tailnet {
  access: Access;
  keys: Keys;
  devices: Devices;
  faults: TailscaleFaults;
}

/** Calls of the vendor's API that this stand-in answers, as method and path of its published schema. */
export const servedCalls = [
  'GET /tailnet/{tailnet}/keys',
  'POST /tailnet/{tailnet}/keys',
  'GET /tailnet/{tailnet}/keys/{keyId}',
  'DELETE /tailnet/{tailnet}/keys/{keyId}',
  'GET /tailnet/{tailnet}/devices',
  'GET /device/{deviceId}',
  'DELETE /device/{deviceId}',
  'POST /device/{deviceId}/tags',
  'POST /device/{deviceId}/authorized',
  'GET /tailnet/{tailnet}/acl',
];

const tagsSchema = z.object({ tags: z.array(z.string()).default([]) });
const authorizedSchema = z.object({ authorized: z.boolean() });

/** The vendor's public API. */
export function addApi(app: Hono, { access, keys, devices, faults }: Tailnet) {
  const actorOf = (c: Context, scope: string) =>
    access.demand(c.req.raw.headers, scope);
  /** For calls below a tailnet. */
  const inTailnet = (c: Context, scope: string): Actor => {
    const actor = actorOf(c, scope);
    if (!['-', tailnetName].includes(c.req.param('tailnet') ?? ''))
      throw new TailscaleError(404, 'tailnet not found');
    return actor;
  };
  const done = (c: Context) => c.json(null);

  app.post('/api/v2/oauth/token', async c => {
    const form = new URLSearchParams(await c.req.text());
    return c.json(access.grant(form, c.req.raw.headers));
  });

  app.get('/api/v2/tailnet/:tailnet/keys', c => {
    const actor = inTailnet(c, 'auth_keys:read');
    const all = c.req.query('all') === 'true';
    return c.json(keys.list(actor, all, access.clients));
  });
  app.post('/api/v2/tailnet/:tailnet/keys', async c => {
    const actor = inTailnet(c, 'auth_keys');
    const request = await bodyOf(c, keyRequestSchema);
    return c.json(keys.create(request, actor));
  });
  app.get('/api/v2/tailnet/:tailnet/keys/:id', c => {
    inTailnet(c, 'auth_keys:read');
    return c.json(keys.get(c.req.param('id')));
  });
  app.delete('/api/v2/tailnet/:tailnet/keys/:id', c => {
    inTailnet(c, 'auth_keys');
    keys.revoke(c.req.param('id'));
    return done(c);
  });

  app.get('/api/v2/tailnet/:tailnet/devices', c => {
    inTailnet(c, 'devices:core:read');
    const { fields = 'default' } = c.req.query();
    const filters = Object.entries(c.req.queries()).filter(
      ([name]) => name !== 'fields',
    );
    return c.json({
      devices: devices
        .all()
        .map(device => deviceAnswer(device, devices.isOnline(device), fields))
        .filter(answer => filters.every(filter => matches(answer, filter))),
    });
  });
  app.get('/api/v2/device/:id', c => {
    actorOf(c, 'devices:core:read');
    const device = devices.get(c.req.param('id'));
    const fields = c.req.query('fields') ?? 'default';
    return c.json(deviceAnswer(device, devices.isOnline(device), fields));
  });
  app.delete('/api/v2/device/:id', c => {
    actorOf(c, 'devices:core');
    devices.remove(devices.get(c.req.param('id')));
    return done(c);
  });
  app.post('/api/v2/device/:id/tags', async c => {
    const { giver } = actorOf(c, 'devices:core');
    const device = devices.get(c.req.param('id'));
    const { tags } = await bodyOf(c, tagsSchema);
    checkTags(tags, giver, faults.forbidsTag);
    devices.update(device, {
      tags,
      ...(tags.length > 0 ? { user: 'tagged-devices' } : {}),
    });
    return done(c);
  });
  app.post('/api/v2/device/:id/authorized', async c => {
    actorOf(c, 'devices:core');
    const device = devices.get(c.req.param('id'));
    devices.update(device, await bodyOf(c, authorizedSchema));
    return done(c);
  });

  app.get('/api/v2/tailnet/:tailnet/acl', c => {
    inTailnet(c, 'policy_file:read');
    const type = c.req.header('accept')?.includes('hujson')
      ? 'application/hujson'
      : 'application/json';
    return c.body(policyText, 200, { 'content-type': type, etag: policyEtag });
  });
}

/** @throws TailscaleError 400 */
export async function bodyOf<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const result = schema.safeParse(await c.req.json().catch(() => undefined));
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  throw new TailscaleError(400, `${path.join('.') || 'body'}: ${message}`);
}

/** Exact comparison, as the vendor does it; every value that is named must be in a list. */
function matches(
  answer: Record<string, unknown>,
  [name, wanted]: [string, string[]],
): boolean {
  const value = answer[name];
  if (Array.isArray(value)) return wanted.every(item => value.includes(item));
  return wanted.every(item => String(value) === item);
}
