import { startServer } from '../__testUtils__/server';
import { startSystem, type TestSystem } from '../__testUtils__/sandbox';
import { createDopplerSource } from './DopplerSource';
import { createEnvironmentSource } from './EnvironmentSource';

describe('secrets out of Doppler', () => {
  let doppler: TestSystem;
  beforeAll(async () => {
    doppler = await startSystem('doppler', ['proxmox', 's3']);
  });
  afterEach(() => doppler.clearFaults());
  afterAll(() => doppler.stop());

  const open = (
    change: Partial<Parameters<typeof createDopplerSource>[0]> = {},
  ) =>
    createDopplerSource({
      token: `${doppler.endpoint.token}`,
      apiHost: doppler.endpoint.url,
      caFile: doppler.endpoint.ca,
      ...change,
    });

  it('come by name, and the source names its config', async () => {
    const source = open();
    const values = await source.read(['PROXMOX_TOKEN_ID', 'STATE_BUCKET']);
    expect(values.PROXMOX_TOKEN_ID).toContain('!');
    expect(Object.keys(values)).toEqual(['PROXMOX_TOKEN_ID', 'STATE_BUCKET']);
    expect(source.title).toMatch(/^Doppler config \w+\/\w+$/);
  });

  it('are all named when they are missing, with the place to add them and never a value', async () => {
    const source = open();
    const { STATE_BUCKET } = await source.read(['STATE_BUCKET']);
    const error = await source
      .read(['STATE_BUCKET', 'GH_PAT', 'K8S_KUBECONFIG'])
      .catch(reason => reason);
    expect(error).toMatchObject({
      code: 'invalid-input',
      message: `${source.title} lacks the secrets GH_PAT, K8S_KUBECONFIG.`,
    });
    expect(error.hint).toContain(`Add to ${source.title}: GH_PAT`);
    expect(error.message + error.hint).not.toContain(STATE_BUCKET);
    expect(await source.readOptional(['STATE_BUCKET', 'GH_PAT'])).toEqual({
      STATE_BUCKET,
    });
  });

  it('are asked for once for everybody, and again after a minute', async () => {
    let calls = 0;
    const server = await startServer((request, response) => {
      calls += 1;
      expect(request.headers.authorization).toBe('Bearer dp.sa.token');
      expect(request.url).toContain('project=shop&config=prd');
      response.end(
        JSON.stringify({ GH_PAT: `value ${calls}`, TS_AUTHKEY: '' }),
      );
    });
    const now = jest.spyOn(Date, 'now');
    try {
      const source = open({
        apiHost: server.url,
        token: 'dp.sa.token',
        project: 'shop',
        config: 'prd',
        caFile: undefined,
      });
      const cancel = new AbortController();
      const given = [
        source.read(['GH_PAT']),
        source.read(['GH_PAT'], { signal: cancel.signal }),
      ];
      cancel.abort();
      expect(await given[0]).toEqual({ GH_PAT: 'value 1' });
      await expect(given[1]).rejects.toMatchObject({ code: 'cancelled' });
      expect(await source.readOptional(['GH_PAT', 'TS_AUTHKEY'])).toEqual({
        GH_PAT: 'value 1',
      });
      now.mockReturnValue(new Date().getTime() + 61_000);
      expect(await source.read(['GH_PAT'])).toEqual({ GH_PAT: 'value 2' });
    } finally {
      now.mockRestore();
      await server.stop();
    }
  });

  it('are refused with what to check', async () => {
    const error = await open({ token: 'dp.st.revoked-token' })
      .read(['GH_PAT'])
      .catch(reason => reason);
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(error.hint).toContain('DOPPLER_TOKEN');
    expect(JSON.stringify([error.message, error.details])).not.toContain(
      'revoked-token',
    );
    const { serviceAccountToken, project } = doppler.endpoint;
    await expect(
      open({
        token: `${serviceAccountToken}`,
        project: `${project}`,
        config: 'nowhere',
      }).read(['GH_PAT']),
    ).rejects.toMatchObject({
      message: expect.stringContaining(`${project}/nowhere`),
    });
    expect(() => open({ token: ' ' })).toThrow('DOPPLER_TOKEN is empty');
    expect(() => open({ token: 'dp.pt.mine' })).toThrow(
      'needs a project and a config',
    );
  });

  it('survive a hiccup of Doppler, and say so when it is away', async () => {
    await doppler.fault({ kind: 'status', status: 503, count: 1 });
    await open().read(['STATE_BUCKET']);
    await doppler.fault({
      kind: 'status',
      status: 500,
      body: { success: false, messages: ['Oops'] },
    });
    await expect(open().read(['STATE_BUCKET'])).rejects.toMatchObject({
      code: 'unreachable',
      message: 'Doppler answered HTTP 500: Oops',
    });
  });
});

describe('secrets out of the environment', () => {
  it('count as missing when they are empty', async () => {
    const source = createEnvironmentSource({ GH_PAT: 'x', TS_AUTHKEY: ' ' });
    expect(await source.read(['GH_PAT'])).toEqual({ GH_PAT: 'x' });
    expect(await source.readOptional(['GH_PAT', 'OO_HOST'])).toEqual({
      GH_PAT: 'x',
    });
    await expect(
      source.read(['GH_PAT', 'TS_AUTHKEY', 'OO_HOST']),
    ).rejects.toThrow('the environment lacks the secrets TS_AUTHKEY, OO_HOST.');
  });
});
