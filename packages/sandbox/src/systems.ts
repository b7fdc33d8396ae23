import type { GuestDriver, GuestDriverKind } from './guests';
import type { Endpoints } from './endpoints';
import { loadOrCreateSshKey } from './seed/sshKey';
import type { StandIn, StandInContext, SystemName } from './standIn';
import { createDoppler } from './systems/doppler';
import { createGithub } from './systems/github';
import {
  githubOfClone,
  type MachineRunner,
} from './systems/github/runner/fromClone';
import { createNexus } from './systems/nexus';
import { createOctopus } from './systems/octopus';
import { createOpenobserve } from './systems/openobserve';
import { createPackages } from './systems/packages';
import { createProxmox } from './systems/proxmox';
import { createS3 } from './systems/s3';
import { createTailscale } from './systems/tailscale';

/** Which driver makes guests; `auto` takes the most real one that the machine allows. */
export type GuestKind = GuestDriverKind;

/** What the making of stand-ins may need beside their context. */
export interface SystemParts {
  /** Folder of the whole sandbox. */
  dataDir: string;
  /** The stand-ins that were made before this one. */
  endpoints: Endpoints;
  /** Chooses and prepares the driver of the guests. */
  startGuests(): Promise<GuestDriver>;
  guestCount?: number;
  /** Folder of the packages for guests; the sandbox's own unless told. */
  packages?: string;
  /** Clone and timing of GitHub's runner. */
  runner?: MachineRunner;
}

interface SystemDefinition {
  /** True when the system speaks TLS, as its original does. */
  tls: boolean;
  /** True when guests call it: it then listens where they reach it as well. */
  forGuests?: boolean;
  /** True when its files are too large to be held in memory. */
  streams?: boolean;
  create(context: StandInContext, parts: SystemParts): Promise<StandIn>;
}

/** All stand-ins, in the order of their start: Doppler last, because it knows the credentials of the others. */
export const systemDefinitions: Partial<Record<SystemName, SystemDefinition>> =
  {
    s3: { tls: false, create: createS3 },
    proxmox: {
      tls: true,
      async create(context, { startGuests, guestCount }) {
        const guests = await startGuests();
        return createProxmox(context, { guests, guestCount });
      },
    },
    tailscale: {
      tls: false,
      forGuests: true,
      create: context => createTailscale(context),
    },
    openobserve: {
      tls: false,
      forGuests: true,
      create: context => createOpenobserve(context),
    },
    packages: {
      tls: false,
      forGuests: true,
      create: (context, { packages }) =>
        createPackages(context, { source: packages }),
    },
    nexus: {
      tls: false,
      forGuests: true,
      streams: true,
      create: context => createNexus(context),
    },
    octopus: {
      tls: false,
      forGuests: true,
      create: (context, { dataDir, endpoints }) =>
        createOctopus(context, {
          sshFolder: `${dataDir}/ssh`,
          nexus: endpoints.nexus,
          hasRealGuests: endpoints.guests?.real ?? false,
          guestAddress: addressOf(endpoints.packages?.guestUrl),
        }),
    },
    github: {
      tls: false,
      streams: true,
      create: (context, { dataDir, runner }) =>
        createGithub(
          context,
          githubOfClone(
            { dataDir, folder: context.dataDir },
            context.log,
            runner,
          ),
        ),
    },
    doppler: {
      tls: false,
      create: (context, parts) =>
        createDoppler(context, { secrets: seededSecrets(parts) }),
    },
  };

/** Values of Doppler's configs, under the names of `@nante/model`. */
function seededSecrets({
  dataDir,
  endpoints,
}: SystemParts): Record<string, string> {
  const key = loadOrCreateSshKey(`${dataDir}/ssh`);
  const { s3, proxmox, tailscale, openobserve, octopus, nexus, github } =
    endpoints;
  const secrets: Record<string, unknown> = {
    ANS_SSH_PUBLIC_KEY: key.publicKey,
    SSH_PRIVATE_KEY: key.privateKey,
    STATE_S3_ENDPOINT: s3?.url,
    STATE_BUCKET: s3?.bucket,
    MINIO_ROOT_USER: s3?.accessKeyId,
    MINIO_ROOT_PASSWORD: s3?.secretAccessKey,
    PROXMOX_API_URL: proxmox?.url,
    PROXMOX_ROOT_PASSWORD: proxmox?.rootPassword,
    TS_OAUTH_CLIENT_ID: tailscale?.oauthClientId,
    TS_OAUTH_SECRET: tailscale?.oauthClientSecret,
    OO_HOST: openobserve?.guestUrl ?? openobserve?.url,
    OO_USER: openobserve?.username,
    OO_PASS: openobserve?.password,
    OCTOPUS_SERVER_URL: octopus?.url,
    OCTOPUS_API_KEY: octopus?.apiKey,
    OCTOPUS_SPACE_ID: octopus?.spaceId,
    NEXUS_URL: nexus?.url,
    NEXUS_USERNAME: nexus?.username,
    NEXUS_PASSWORD: nexus?.password,
    GH_PAT: github?.token,
    GITHUB_API_URL: github?.apiUrl,
    GITHUB_WEBHOOK_SECRET: github?.webhookSecret,
    // Guests log in to it.
    NEXUS_DOCKER_REGISTRY: hostOf(nexus?.guestUrl ?? nexus?.url),
    ...tokenParts(proxmox?.tokens),
  };
  return Object.fromEntries(
    Object.entries(secrets).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

function addressOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).hostname;
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).host;
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
