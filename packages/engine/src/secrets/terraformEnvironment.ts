import { join } from 'node:path';
import type { SecretSource } from '@nante/clients';
import type { ProxmoxConnection } from '@nante/model';
import { allowedEnvironment } from '../process/environment';
import type { Redactor } from '../process/redactor';
import { writeCertificateBundle } from './certificateBundle';

/** What Terraform needs to know of a workspace. */
export interface TerraformEnvironmentInput {
  secrets: SecretSource;
  connection: Pick<
    ProxmoxConnection,
    'url' | 'caFile' | 'tokenId' | 'tokenSecret'
  >;
  /** Directory of the workspace, for the file with certificate authorities. */
  directory: string;
  /** PEM file with a private CA of the S3 store. */
  stateCaFile?: string;
  /** Learns every value that Terraform could print. */
  redactor: Redactor;
}

/**
 * The whole environment of a Terraform process: our secrets under the names that Terraform's S3 backend and the Proxmox
 * provider read, and of our own environment only what a program needs to run. Credentials go no other way: a variable
 * would stand in the plan in clear.
 *
 * @throws NanteError `invalid-input` that lists all missing names
 */
export async function terraformEnvironment(
  input: TerraformEnvironmentInput,
): Promise<Record<string, string>> {
  const { connection, secrets, redactor } = input;
  const values = await secrets.read([
    'STATE_S3_ENDPOINT',
    'MINIO_ROOT_USER',
    'MINIO_ROOT_PASSWORD',
    connection.tokenId,
    connection.tokenSecret,
  ]);
  const endpoint =
    connection.url ?? (await secrets.read(['PROXMOX_API_URL'])).PROXMOX_API_URL;
  const tokenSecret = values[connection.tokenSecret];
  const apiToken = `${values[connection.tokenId]}=${tokenSecret}`;
  redactor.add([
    values.MINIO_ROOT_USER,
    values.MINIO_ROOT_PASSWORD,
    tokenSecret,
    apiToken,
  ]);
  const caFiles = [connection.caFile, input.stateCaFile].filter(
    file => file !== undefined,
  );
  const bundle = join(input.directory, 'ca-bundle.pem');
  if (caFiles.length > 0) await writeCertificateBundle(bundle, caFiles);
  return {
    ...allowedEnvironment(),
    PROXMOX_VE_ENDPOINT: endpoint,
    PROXMOX_VE_API_TOKEN: apiToken,
    AWS_ENDPOINT_URL_S3: values.STATE_S3_ENDPOINT,
    AWS_ACCESS_KEY_ID: values.MINIO_ROOT_USER,
    AWS_SECRET_ACCESS_KEY: values.MINIO_ROOT_PASSWORD,
    AWS_REGION: 'us-east-1',
    // Without it the SDK may wait for a cloud's metadata service that is not there.
    AWS_EC2_METADATA_DISABLED: 'true',
    CHECKPOINT_DISABLE: 'true',
    TF_IN_AUTOMATION: 'true',
    TF_INPUT: 'false',
    ...(caFiles.length > 0 ? { SSL_CERT_FILE: bundle } : {}),
  };
}
