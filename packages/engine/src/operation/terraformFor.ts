import { mkdir } from 'node:fs/promises';
import type { ObjectStore } from '@nante/clients';
import type { InfrastructureConfig, RunDocument } from '@nante/model';
import { proxmoxOf } from '@nante/model';
import { proxmoxUrl, type EngineContext } from '../context';
import { terraformEnvironment, type Redactor } from '../secrets';
import {
  assertProviderAllowed,
  cliConfiguration,
  providerOrigin,
  startStandIn,
} from '../terraform/provider';
import { copyRoot, workspacePaths } from '../terraform/root';
import { createTerraform, type Terraform } from '../terraform/terraform';
import type { ParsedLine } from '../terraform/events';

/**
 * Terraform of one workspace, with the credentials of its environment's connection.
 *
 * @param scratch - folder of its own for a look at a plan, which must not get in the way of a run
 */
export async function terraformFor(
  context: EngineContext,
  store: ObjectStore,
  config: InfrastructureConfig,
  run: Pick<RunDocument, 'id' | 'workspace' | 'environment'>,
  redactor: Redactor,
  onLine: (line: ParsedLine) => void,
  scratch?: string,
): Promise<Terraform> {
  const { options, timing } = context;
  const { provider, binary } = options.terraform;
  const connection = proxmoxOf(config, run.environment);
  const tools = await context.tools();
  const endpoint = await proxmoxUrl(context, connection);
  assertProviderAllowed(provider, endpoint);
  const paths = workspacePaths(scratch ?? options.workDirectory, run.workspace);
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  const environment = {
    ...(await terraformEnvironment({
      secrets: options.secrets,
      connection,
      directory: paths.directory,
      stateCaFile: options.stateCaFile,
      redactor,
    })),
    ...(await cliConfiguration(
      provider,
      paths.cliConfig,
      options.workDirectory,
    )),
  };
  onLine({
    level: 'info',
    text: `Using ${tools.terraform}, provider ${tools.provider}${providerOrigin(provider)}.`,
  });
  return createTerraform({
    binary,
    workspace: run.workspace,
    runId: run.id,
    bucket: store.bucket,
    store,
    paths,
    environment,
    readOnly: scratch !== undefined,
    lockTimeoutSeconds: Math.max(1, Math.ceil(timing.lockWaitMs / 1000)),
    cancelGraceMs: timing.cancelGraceMs,
    redactor,
    onLine,
    startProvider: async () =>
      provider.type === 'stand-in'
        ? startStandIn(provider.control, {
            endpoint,
            apiToken: environment.PROXMOX_VE_API_TOKEN,
          })
        : { environment: {}, stop: async () => {} },
    copyRoot: async () =>
      JSON.stringify([
        await copyRoot(options.terraformRoot, paths.root),
        store.endpoint,
        store.bucket,
        provider.type,
        provider.type === 'mirror' ? provider.directory : '',
        binary,
      ]),
  });
}
