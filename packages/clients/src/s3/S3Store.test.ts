import { startServer } from '../__testUtils__/server';
import { startSystem, type TestSystem } from '../__testUtils__/sandbox';
import { createS3Store, type S3StoreOptions } from './S3Store';

describe('the bucket', () => {
  let s3: TestSystem;
  beforeAll(async () => {
    s3 = await startSystem('s3');
  });
  afterEach(() => s3.clearFaults());
  afterAll(() => s3.stop());

  const open = (change: Partial<S3StoreOptions> = {}) =>
    createS3Store({
      endpoint: s3.endpoint.url,
      bucket: `${s3.endpoint.bucket}`,
      accessKeyId: `${s3.endpoint.accessKeyId}`,
      secretAccessKey: `${s3.endpoint.secretAccessKey}`,
      caFile: s3.endpoint.ca,
      ...change,
    });

  it('keeps, lists and forgets documents', async () => {
    const store = open();
    expect(await store.get('keep/a.json')).toBeUndefined();
    for (const name of ['b', 'a', 'ä ö+%']) {
      await store.put(`keep/${name}.json`, `{"n":"${name}"}`, { always: true });
    }
    const { etag } = await store.put('keep/a.json', 'grüße', { always: true });
    expect(await store.get('keep/a.json')).toEqual({ body: 'grüße', etag });
    expect((await store.list('keep/')).map(({ key }) => key)).toEqual([
      'keep/a.json',
      'keep/b.json',
      'keep/ä ö+%.json',
    ]);
    expect((await store.list('keep/a'))[0]).toMatchObject({ etag, size: 7 });
    await store.delete('keep/a.json');
    await store.delete('keep/a.json');
    expect(await store.get('keep/a.json')).toBeUndefined();
  });

  it('writes only under the condition', async () => {
    const store = open();
    const { etag } = await store.put('lock', 'mine', { ifNoneMatch: '*' });
    const conflict = { code: 'conflict' };
    await expect(
      store.put('lock', 'x', { ifNoneMatch: '*' }),
    ).rejects.toMatchObject(conflict);
    await store.put('lock', 'still mine', { ifMatch: etag });
    await expect(
      store.put('lock', 'x', { ifMatch: etag }),
    ).rejects.toMatchObject(conflict);
    await expect(
      store.put('gone', 'x', { ifMatch: etag }),
    ).rejects.toMatchObject(conflict);
    expect((await store.get('lock'))?.body).toBe('still mine');
  });

  it('knows after a broken connection whether its own write happened', async () => {
    const store = open();
    await s3.fault({ kind: 'reset', method: 'PUT', phase: 'after', count: 1 });
    const written = await store.put('cut/after', 'ours', { ifNoneMatch: '*' });
    expect(await store.get('cut/after')).toEqual({
      body: 'ours',
      etag: written.etag,
    });

    await s3.fault({ kind: 'reset', method: 'PUT', phase: 'before', count: 1 });
    const changed = await store.put('cut/after', 'ours again', {
      ifMatch: written.etag,
    });
    expect((await store.get('cut/after'))?.etag).toBe(changed.etag);

    await s3.fault({ kind: 'status', status: 500, method: 'PUT', count: 1 });
    await store.put('cut/fresh', 'ours', { ifNoneMatch: '*' });
  });

  it('takes a foreign write for what it is, even when the connection broke', async () => {
    const store = open();
    await store.put('foreign', 'theirs', { always: true });
    await s3.fault({ kind: 'reset', method: 'PUT', phase: 'before', count: 1 });
    await expect(
      store.put('foreign', 'ours', { ifNoneMatch: '*' }),
    ).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await store.get('foreign'))?.body).toBe('theirs');
  });

  it('repeats reads over breaks, cut bodies and "not now", but not for ever', async () => {
    const store = open();
    await store.put('patience', 'x'.repeat(5_000), { always: true });
    await s3.fault({ kind: 'reset', method: 'GET', count: 1 });
    await s3.fault({ kind: 'cut', method: 'GET', bytes: 100, count: 1 });
    expect((await store.get('patience'))?.body).toHaveLength(5_000);
    await s3.fault({ kind: 'status', status: 503, method: 'GET' });
    await expect(store.get('patience')).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  it('ends at the deadline, also while a body drips', async () => {
    const store = open({ timeouts: { readMs: 500 } });
    await store.put('slow', 'x'.repeat(5_000), { always: true });
    await s3.fault({ kind: 'drip', method: 'GET', bytesPerSecond: 100 });
    const start = Date.now();
    await expect(store.get('slow')).rejects.toThrow(
      'did not answer within 0.5 s',
    );
    expect(Date.now() - start).toBeLessThan(2_000);
    const cancel = new AbortController();
    cancel.abort();
    await expect(
      store.get('slow', { signal: cancel.signal }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('says what is wrong with credentials, bucket and address', async () => {
    await expect(
      open({ secretAccessKey: 'wrong-secret-key' }).get('a'),
    ).rejects.toMatchObject({
      code: 'unauthorized',
      hint: expect.stringContaining('MINIO_ROOT_PASSWORD'),
    });
    await expect(
      open({ accessKeyId: 'nobody' }).get('a'),
    ).rejects.toMatchObject({
      code: 'unauthorized',
      hint: expect.stringContaining('MINIO_ROOT_USER'),
    });
    const elsewhere = open({ bucket: 'no-such-bucket' });
    for (const call of [
      elsewhere.get('a'),
      elsewhere.put('a', 'b', { ifMatch: '"x"' }),
      elsewhere.list(''),
      elsewhere.proveConditionalWrites(),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining('has no bucket no-such-bucket'),
      });
    }
    expect(() => open({ endpoint: 's3.example.com' })).toThrow(
      'must start with http',
    );
    const nowhere = await startServer(() => {});
    await nowhere.stop();
    await expect(
      open({ endpoint: nowhere.url }).get('a'),
    ).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`${nowhere.url} does not answer`),
    });
  });

  it.each<[string, string]>([
    ['ignore-conditions', 'it ignores If-None-Match'],
    ['status-304', 'it answers HTTP 304 instead of 412'],
    [
      'always-412',
      'it refuses If-None-Match even for a key that does not exist',
    ],
  ])(
    'is refused when its conditional writes are wrong: %s',
    async (kind, words) => {
      const store = open();
      await store.proveConditionalWrites();
      await s3.fault({ kind });
      await expect(store.proveConditionalWrites()).rejects.toMatchObject({
        code: 'failed',
        message: expect.stringContaining(words),
      });
      expect(await store.list('nante/.probe')).toEqual([]);
    },
  );

  it('is not called wrong when it is only away', async () => {
    await s3.fault({ kind: 'status', status: 503, method: 'PUT' });
    await expect(open().proveConditionalWrites()).rejects.toMatchObject({
      code: 'unreachable',
    });
  });
});
