import type { InfrastructureConfig } from '@nante/model';
import { z } from 'zod';
import type { ProviderSource } from '../types';

const endpointSchema = z.object({ url: z.string(), ca: z.string().optional() });

/** The part of a sandbox's `endpoints.json` that a door needs. */
export const sandboxEndpointsSchema = z.object({
  proxmox: endpointSchema,
  s3: endpointSchema.extend({
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    bucket: z.string(),
  }),
  doppler: endpointSchema.extend({ token: z.string() }),
  terraformProvider: z.object({ control: z.string() }).optional(),
  guests: z.object({ driver: z.string(), real: z.boolean() }).optional(),
});
export type SandboxEndpoints = z.infer<typeof sandboxEndpointsSchema>;

/** The configuration with every connection leading to the sandbox, which has one Proxmox. */
export function pointAtSandbox(
  config: InfrastructureConfig,
  { proxmox: { url, ca } }: SandboxEndpoints,
): InfrastructureConfig {
  return {
    ...config,
    connections: Object.fromEntries(
      Object.entries(config.connections).map(([name, connection]) => [
        name,
        { ...connection, url, caFile: ca },
      ]),
    ),
  };
}

/**
 * Where Terraform gets its provider from.
 *
 * @param mirror - directory of a filesystem mirror, which rules where there is one
 * @param endpoints - of a sandbox, whose stand-in is used otherwise
 */
export function chooseProvider(
  mirror: string | undefined,
  endpoints: SandboxEndpoints | undefined,
): ProviderSource {
  if (mirror) return { type: 'mirror', directory: mirror };
  if (endpoints?.terraformProvider) {
    return {
      type: 'stand-in',
      control: endpoints.terraformProvider.control,
      sandboxUrl: endpoints.proxmox.url,
    };
  }
  return { type: 'registry' };
}
