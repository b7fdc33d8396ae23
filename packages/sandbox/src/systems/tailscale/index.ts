import { join } from 'node:path';
import { Hono } from 'hono';
import type { StandIn, StandInContext } from '../../standIn';
import { Access, loadCredentials } from './access';
import { addApi } from './api';
import { loadOrCreateMeshAuthority } from './certificates';
import { addControl } from './control';
import { Devices } from './devices';
import { TailscaleError } from './errors';
import { TailscaleFaults } from './faults';
import { magicDnsSuffix, tailnetName } from './identity';
import { Keys } from './keys';
import { TailnetState } from './state';

/**
 * A stand-in for Tailscale: its API for keys and devices, and a control server for our stand-in of `tailscaled`, which guests
 * run. Both answer on the same address, the second below `/standin`.
 *
 * @returns a stand-in whose credentials are `oauthClientId` and `oauthClientSecret` (scopes `auth_keys` and `devices:core`,
 *   tag `tag:nante`), `readOnly` (another client, for devices alone), `apiKey` (an admin's), `tailnet`, `magicDnsSuffix`, and
 *   `certificateAuthority`, the PEM file that signs what `tailscale cert` gets
 */
export async function createTailscale(
  context: StandInContext,
): Promise<StandIn> {
  const credentials = loadCredentials(context.dataDir);
  const authority = await loadOrCreateMeshAuthority(
    join(context.dataDir, 'certificates'),
  );
  const state = new TailnetState(context.dataDir, context.seed);
  const faults = new TailscaleFaults();
  const access = new Access(credentials);
  const devices = new Devices(state);
  const tailnet = { access, devices, faults, keys: new Keys(state, faults) };

  const app = new Hono();
  app.onError(error => {
    if (error instanceof TailscaleError) return error.toResponse();
    throw error;
  });
  app.notFound(() => new TailscaleError(404, 'not found').toResponse());
  addApi(app, tailnet);
  addControl(app, tailnet, authority);

  return {
    name: 'tailscale',
    credentials: {
      oauthClientId: credentials.provision.id,
      oauthClientSecret: credentials.provision.secret,
      readOnly: {
        oauthClientId: credentials.readOnly.id,
        oauthClientSecret: credentials.readOnly.secret,
      },
      apiKey: credentials.apiKey,
      tailnet: tailnetName,
      magicDnsSuffix,
      certificateAuthority: authority.file,
    },
    fetch: request => app.fetch(request),
    setFault(kind, parameters) {
      if (faults.add(kind, parameters).kind === 'tokens-expire')
        access.expireTokens();
    },
    clearFaults() {
      faults.clear();
    },
    async reset() {
      access.expireTokens();
      state.reset();
      devices.changed();
    },
    async stop() {
      state.close();
    },
  };
}
