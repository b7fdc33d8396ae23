export * from './proxmox/types';
export * from './s3/types';
export * from './doppler/types';
export * from './openobserve/types';
export * from './tailscale/types';
export * from './octopus/types';
export * from './nexus/types';
export * from './github/types';
export {
  createDopplerSource,
  type DopplerSourceOptions,
} from './doppler/DopplerSource';
export { createEnvironmentSource } from './doppler/EnvironmentSource';
export { createProxmoxClient } from './proxmox/ProxmoxClient';
export { openRootSession } from './proxmox/making';
export type { ProxmoxClientOptions } from './proxmox/connection';
export { createS3Store, type S3StoreOptions } from './s3/S3Store';
export {
  createOpenobserveClient,
  type OpenobserveClientOptions,
} from './openobserve/OpenobserveClient';
export {
  createTailscaleClient,
  type TailscaleClientOptions,
} from './tailscale/TailscaleClient';
export {
  createOctopusClient,
  type OctopusClientOptions,
} from './octopus/OctopusClient';
export {
  createNexusClient,
  type NexusClientOptions,
} from './nexus/NexusClient';
export { readImageArchive } from './nexus/imageArchive';
export { pathOf as artifactPath } from './nexus/content';
export {
  createGithubClient,
  type GithubClientOptions,
} from './github/GithubClient';
export { hasScope as hasGithubScope } from './github/scopes';
