import {
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEnvironmentSource } from '@nante/clients';
import { createRedactor } from '../process';
import { terraformEnvironment } from './terraformEnvironment';

describe('the environment of Terraform', () => {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-environment-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const values = {
    STATE_S3_ENDPOINT: 'https://s3.example.com:9000',
    MINIO_ROOT_USER: 'state-user',
    MINIO_ROOT_PASSWORD: 'state-password',
    PROXMOX_API_URL: 'https://pve.example.com:8006',
    PROXMOX_TOKEN_ID: 'ci@pve!tf',
    PROXMOX_TOKEN_SECRET: '0f8fad5b-d9cb-469f-a165-70867728950e',
    GH_PAT: 'none-of-its-business',
  };
  const connection = {
    tokenId: 'PROXMOX_TOKEN_ID',
    tokenSecret: 'PROXMOX_TOKEN_SECRET',
  } as const;

  it('holds our secrets under the names the tools read, and nothing it does not need', async () => {
    const ca = join(folder, 'ca.pem');
    writeFileSync(
      ca,
      '-----BEGIN CERTIFICATE-----\nprivate\n-----END CERTIFICATE-----\n',
    );
    const redactor = createRedactor();
    const environment = await terraformEnvironment({
      secrets: createEnvironmentSource(values),
      connection: { ...connection, caFile: ca },
      directory: folder,
      stateCaFile: ca,
      redactor,
    });
    expect(environment).toMatchObject({
      PROXMOX_VE_ENDPOINT: 'https://pve.example.com:8006',
      PROXMOX_VE_API_TOKEN: 'ci@pve!tf=0f8fad5b-d9cb-469f-a165-70867728950e',
      AWS_ENDPOINT_URL_S3: 'https://s3.example.com:9000',
      AWS_ACCESS_KEY_ID: 'state-user',
      AWS_SECRET_ACCESS_KEY: 'state-password',
      PATH: process.env.PATH,
    });
    expect(Object.values(environment)).not.toContain(values.GH_PAT);
    const bundle = readFileSync(environment.SSL_CERT_FILE, 'utf8');
    expect(bundle.match(/private/g)).toHaveLength(1);
    expect(bundle.match(/BEGIN CERTIFICATE/g)!.length).toBeGreaterThan(20);
    expect(statSync(environment.SSL_CERT_FILE).mode & 0o077).toBe(0);
    expect(
      redactor.redact(
        `${values.PROXMOX_TOKEN_SECRET} ${values.MINIO_ROOT_PASSWORD}`,
      ),
    ).toBe('*** ***');
  });

  it('names all that is missing at once, and a CA file that cannot be read', async () => {
    const input = {
      connection: { ...connection, url: values.PROXMOX_API_URL },
      directory: folder,
      redactor: createRedactor(),
    };
    const { MINIO_ROOT_USER: _, PROXMOX_TOKEN_SECRET: __, ...some } = values;
    await expect(
      terraformEnvironment({
        ...input,
        secrets: createEnvironmentSource(some),
      }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('MINIO_ROOT_USER, PROXMOX_TOKEN_SECRET'),
    });
    await expect(
      terraformEnvironment({
        ...input,
        secrets: createEnvironmentSource(values),
        stateCaFile: join(folder, 'absent.pem'),
      }),
    ).rejects.toThrow('absent.pem cannot be read');
  });
});
