import {
  removeTestSandboxes,
  startTestSandbox,
} from '../../__testUtils__/sandbox';
import type { SystemEndpoint } from '../../endpoints';

afterEach(removeTestSandboxes);

const download = '/v3/configs/config/secrets/download';

async function start() {
  const sandbox = await startTestSandbox({ systems: ['s3', 'doppler'] });
  const { s3, doppler } = sandbox.endpoints;
  const { url, token, tokens, serviceAccountToken } = doppler as SystemEndpoint;
  const get = (
    path: string,
    authorization = `Bearer ${token}`,
    headers: Record<string, string> = {},
  ) => fetch(url + path, { headers: { authorization, ...headers } });
  return {
    s3: s3 as SystemEndpoint,
    url,
    get,
    tokens: tokens as Record<string, string>,
    account: `Bearer ${serviceAccountToken}`,
  };
}

it('gives the secrets of the other stand-ins in every format', async () => {
  const { get, s3, tokens } = await start();
  const answer = await get(download);
  const secrets = (await answer.json()) as Record<string, string>;
  expect(secrets).toMatchObject({
    STATE_S3_ENDPOINT: s3.url,
    STATE_BUCKET: 'nante-state',
    MINIO_ROOT_USER: s3.accessKeyId,
    MINIO_ROOT_PASSWORD: s3.secretAccessKey,
    DOPPLER_PROJECT: 'nante',
    DOPPLER_CONFIG: 'management',
  });
  expect(secrets.SSH_PRIVATE_KEY).toMatch(/^-----BEGIN OPENSSH[^]*-----\n$/);

  const etag = String(answer.headers.get('etag'));
  const same = await get(download, undefined, { 'if-none-match': etag });
  expect(same.status).toBe(304);

  const basic = Buffer.from(`${tokens.dev}:`).toString('base64');
  const text = async (query: string) =>
    (
      await get(
        `${download}?secrets=STATE_BUCKET,DOPPLER_CONFIG&${query}`,
        `Basic ${basic}`,
      )
    ).text();
  await expect(text('format=env')).resolves.toBe(
    'STATE_BUCKET="nante-state"\nDOPPLER_CONFIG="dev"\n',
  );
  await expect(text('format=docker')).resolves.toContain(
    'STATE_BUCKET=nante-state\n',
  );
  await expect(text('format=yaml')).resolves.toContain(
    'STATE_BUCKET: nante-state\n',
  );
  await expect(text('name_transformer=tf-var')).resolves.toContain(
    '"TF_VAR_state_bucket":"nante-state"',
  );
  await expect(text('name_transformer=camel')).resolves.toContain(
    '"stateBucket"',
  );
});

it("binds a service token to its config and refuses with the vendor's shape", async () => {
  const { get, account, url } = await start();
  const refusal = async (path: string, authorization?: string) => {
    const answer = await get(path, authorization);
    return [answer.status, await answer.json()];
  };
  const message = (text: string) => ({ messages: [text], success: false });
  expect(await refusal(download, 'Bearer dp.ct.nobody')).toEqual([
    401,
    message('Invalid Auth token'),
  ]);
  const [status, body] = await refusal(`${download}?project=nante&config=prod`);
  expect(status).toBe(403);
  expect(body.messages[0]).toMatch(/^This token does not have access to/);
  expect(await refusal(`${download}?project=nante`, account)).toEqual([
    400,
    message('You must specify a config'),
  ]);
  expect(await refusal(`${download}?project=nante&config=qa`, account)).toEqual(
    [404, message("Could not find requested config 'qa'")],
  );
  const write = await fetch(`${url}/v3/configs/config/secrets`, {
    method: 'POST',
    headers: { authorization: account },
    body: JSON.stringify({
      project: 'nante',
      config: 'prod',
      secrets: { TS_AUTHKEY: 'tskey-1', STATE_BUCKET: null },
    }),
  });
  expect(write.status).toBe(200);
  const names = await get(
    '/v3/configs/config/secrets/names?project=nante&config=prod&include_managed_secrets=false',
    account,
  );
  const list = (await names.json()) as { names: string[] };
  expect(list.names).toContain('TS_AUTHKEY');
  expect(list.names).not.toContain('STATE_BUCKET');
});
