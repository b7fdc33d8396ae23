import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GuestDriver } from './guests/driver';
import type { Endpoints } from './endpoints';
import { loadOrCreateSshKey } from './seed/sshKey';
import type { StandIn, StandInContext, SystemName } from './standIn';
import { createDoppler } from './systems/doppler';
import { createS3 } from './systems/s3';

/** Which driver makes guests; `auto` takes the most real one that the machine allows. */
export type GuestKind = 'auto' | 'record' | 'nspawn' | 'docker';

/** What the making of stand-ins may need beside their context. */
export interface SystemParts {
  /** Folder of the whole sandbox. */
  dataDir: string;
  /** The stand-ins that were made before this one. */
  endpoints: Endpoints;
  guests?: GuestDriver;
  guestCount?: number;
}

interface SystemDefinition {
  /** True when the system speaks TLS, as its original does. */
  tls: boolean;
  create(context: StandInContext, parts: SystemParts): Promise<StandIn>;
}

/** All stand-ins, in the order of their start: Doppler last, because it knows the credentials of the others. */
export const systemDefinitions: Partial<Record<SystemName, SystemDefinition>> =
  {
    s3: { tls: false, create: createS3 },
    ...lateProxmox(),
    doppler: {
      tls: false,
      create: (context, parts) =>
        createDoppler(context, { secrets: seededSecrets(parts) }),
    },
  };

/** Loads what colleagues are still writing; goes when it is there. */
export async function loadLate<T>(path: string): Promise<T | undefined> {
  const file = join(__dirname, path, 'index.ts');
  return existsSync(file) ? ((await import(file)) as T) : undefined;
}

interface LateProxmox {
  createProxmox(
    context: StandInContext,
    options: { guests?: GuestDriver; guestCount?: number },
  ): Promise<StandIn>;
}

function lateProxmox(): typeof systemDefinitions {
  if (!existsSync(join(__dirname, 'systems/proxmox/index.ts'))) return {};
  return {
    proxmox: {
      tls: true,
      async create(context, { guests, guestCount }) {
        const late = await loadLate<LateProxmox>('systems/proxmox');
        return late!.createProxmox(context, { guests, guestCount });
      },
    },
  };
}

/** Values of Doppler's configs, under the names of `@nante/model`. */
function seededSecrets({
  dataDir,
  endpoints,
}: SystemParts): Record<string, string> {
  const key = loadOrCreateSshKey(`${dataDir}/ssh`);
  const { s3, proxmox } = endpoints;
  const secrets: Record<string, unknown> = {
    ANS_SSH_PUBLIC_KEY: key.publicKey,
    SSH_PRIVATE_KEY: key.privateKey,
    STATE_S3_ENDPOINT: s3?.url,
    STATE_BUCKET: s3?.bucket,
    MINIO_ROOT_USER: s3?.accessKeyId,
    MINIO_ROOT_PASSWORD: s3?.secretAccessKey,
    PROXMOX_API_URL: proxmox?.url,
    ...tokenParts(proxmox?.tokens),
  };
  return Object.fromEntries(
    Object.entries(secrets).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

/** `user@realm!id=secret` as the two names that our users have. */
function tokenParts(tokens: unknown): Record<string, string> {
  const { provision } = (tokens ?? {}) as { provision?: string };
  const split = provision?.indexOf('=') ?? -1;
  if (!provision || split < 0) return {};
  return {
    PROXMOX_TOKEN_ID: provision.slice(0, split),
    PROXMOX_TOKEN_SECRET: provision.slice(split + 1),
  };
}
