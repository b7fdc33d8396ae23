import { randomBytes } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, type Tailnet } from './api';
import type { MeshAuthority } from './certificates';
import { nameOf, type Devices } from './devices';
import { TailscaleError } from './errors';
import { digestOf, magicDnsSuffix, tailnetName } from './identity';
import { checkTags } from './policy';
import type { DeviceRecord } from './state';

/** What a machine says of itself. */
const hostSchema = z.object({
  hostname: z.string().min(1).max(255),
  os: z.string().default('linux'),
  version: z.string().default(''),
  distro: z
    .object({ name: z.string(), version: z.string(), codeName: z.string() })
    .optional(),
  /** IPv4 address and UDP port in its LAN. */
  endpoint: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$/)
    .optional(),
  ssh: z.boolean().default(false),
});

const registerSchema = hostSchema.extend({
  authKey: z.string(),
  machineKey: z.string().min(8),
  tags: z.array(z.string()).default([]),
});

/** Longest time, in seconds, that a question for the netmap may wait for news. */
const longestWait = 20;

/**
 * The control side of our stand-in for `tailscaled`, in the place of the vendor's protocol. It is ours alone: neither the
 * vendor's program nor headscale's speaks it. A machine registers with a key and gets a session, by which it then asks for
 * its netmap, a question that waits for news and tells us meanwhile that the machine is there.
 */
export function addControl(
  app: Hono,
  { keys, devices, faults }: Tailnet,
  authority: MeshAuthority,
): void {
  /** @throws TailscaleError 401 for a machine that was removed or has logged out */
  const machineOf = (c: Context): DeviceRecord => {
    const [, session = ''] = (c.req.header('authorization') ?? '').split(' ');
    const digest = digestOf(session);
    const found = devices.find(device => device.session === digest);
    if (found) return found;
    throw new TailscaleError(401, 'node not found');
  };

  app.post('/standin/register', async c => {
    const { authKey, machineKey, tags, ...host } = await bodyOf(
      c,
      registerSchema,
    );
    const key = keys.lookUp(authKey);
    // A key's tags are the machine's; those that it asks for must be among them, or theirs to give.
    const given = tags.length > 0 ? tags : key.tags;
    const fresh = given.filter(tag => !key.tags.includes(tag));
    const giver = key.userId ? 'admin' : { tags: key.tags };
    checkTags(fresh, giver, faults.forbidsTag);
    checkTags(given.filter(faults.forbidsTag), giver, faults.forbidsTag);
    const session = randomBytes(24).toString('base64url');
    const facts = {
      hostname: host.hostname,
      os: host.os,
      clientVersion: host.version,
      distro: host.distro,
      endpoint: host.endpoint,
      sshEnabled: host.ssh,
      tags: given,
      user: given.length > 0 ? 'tagged-devices' : 'admin@sandbox.test',
      isEphemeral: key.ephemeral,
      authorized: key.preauthorized && !faults.needsApproval,
      machineKey,
      session: digestOf(session),
    };
    // The same machine again keeps its place, as after a logout or with another key.
    const known = devices.find(device => device.machineKey === machineKey);
    if (known) devices.update(known, facts);
    const device = known ?? devices.add(facts);
    keys.use(key);
    devices.seen(device);
    return c.json({ session, ...netmap(device, devices) });
  });

  app.get('/standin/map', async c => {
    const device = machineOf(c);
    devices.seen(device);
    const wait = Math.min(Number(c.req.query('wait') ?? 0), longestWait);
    const { signal } = c.req.raw;
    const version = Number(c.req.query('version') ?? 0);
    if (wait > 0) await devices.newerThan(version, wait * 1000, signal);
    if (signal.aborted) devices.gone(device);
    // It may have been removed meanwhile.
    const still = machineOf(c);
    if (!signal.aborted) devices.seen(still);
    return c.json(netmap(still, devices));
  });

  app.post('/standin/host', async c => {
    const device = machineOf(c);
    const { hostname, endpoint, ssh } = await bodyOf(c, hostSchema);
    devices.update(device, { hostname, endpoint, sshEnabled: ssh });
    return c.json(netmap(device, devices));
  });

  app.post('/standin/logout', c => {
    const device = machineOf(c);
    if (device.isEphemeral) devices.remove(device);
    else devices.update(device, { session: undefined });
    devices.gone(device);
    return c.json(null);
  });

  app.post('/standin/certificate', async c => {
    const device = machineOf(c);
    const { domain } = await bodyOf(c, z.object({ domain: z.string() }));
    if (domain !== nameOf(device))
      throw new TailscaleError(
        400,
        `invalid domain "${domain}"; must be one of ["${nameOf(device)}"]`,
      );
    return c.json(await authority.issue(domain));
  });
}

/** What a machine knows of the tailnet: here everybody sees everybody. */
function netmap(device: DeviceRecord, devices: Devices) {
  const node = (of: DeviceRecord) => ({
    id: of.nodeId,
    key: of.nodeKey,
    hostname: of.hostname,
    name: nameOf(of),
    addresses: of.addresses,
    tags: of.tags,
    user: of.user,
    os: of.os,
    created: of.created,
    lastSeen: of.lastSeen,
    online: devices.isOnline(of),
    endpoint: of.endpoint,
    ssh: of.sshEnabled,
  });
  return {
    version: devices.version,
    tailnet: tailnetName,
    magicDnsSuffix,
    authorized: device.authorized,
    self: node(device),
    // One that waits for approval sees nobody and is seen by nobody.
    peers: device.authorized
      ? devices
          .all()
          .filter(other => other !== device && other.authorized)
          .map(node)
      : [],
  };
}
