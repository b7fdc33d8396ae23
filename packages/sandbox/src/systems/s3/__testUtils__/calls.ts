import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

/** What a call came to, as far as two stores have to agree. */
export interface Outcome {
  call: string;
  status: number | undefined;
  error?: string;
  facts?: Record<string, unknown>;
}

/** How to reach a store. */
export interface Store {
  url: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** A client that answers errors at once. */
export function s3Client(store: Store): S3Client {
  const { accessKeyId, secretAccessKey } = store;
  return new S3Client({
    endpoint: store.url,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  });
}

const Bucket = 'compared';
const state = 'env:/shop-prod/terraform.tfstate';
const wrong = '"00000000000000000000000000000000"';

/** Makes the calls that Terraform and our store make, in one order, and notes what each came to. */
export async function makeCalls(store: Store): Promise<Outcome[]> {
  const client = s3Client(store);
  const outcomes: Outcome[] = [];

  async function note<
    Answer extends { $metadata: { httpStatusCode?: number } },
  >(
    call: string,
    work: Promise<Answer>,
    facts?: (answer: Answer) => unknown,
  ): Promise<Answer | undefined> {
    try {
      const answer = await work;
      outcomes.push({
        call,
        status: answer.$metadata.httpStatusCode,
        facts: (await facts?.(answer)) as Outcome['facts'],
      });
      return answer;
    } catch (error) {
      if (!(error instanceof S3ServiceException)) throw error;
      const status = error.$metadata.httpStatusCode;
      outcomes.push({ call, status, error: error.name });
      return undefined;
    }
  }
  const put = (call: string, Key: string, Body: string, options: object = {}) =>
    note(
      call,
      client.send(new PutObjectCommand({ Bucket, Key, Body, ...options })),
      ({ ETag }) => ({ ETag }),
    );
  const get = (call: string, Key: string, options: object = {}) =>
    note(
      call,
      client.send(new GetObjectCommand({ Bucket, Key, ...options })),
      async answer => ({
        text: await answer.Body?.transformToString(),
        etag: answer.ETag,
        length: answer.ContentLength,
        range: answer.ContentRange,
        type: answer.ContentType,
        metadata: answer.Metadata,
      }),
    );
  const remove = (call: string, Key: string, options: object = {}) =>
    note(
      call,
      client.send(new DeleteObjectCommand({ Bucket, Key, ...options })),
    );
  const list = (call: string, options: object) =>
    note(
      call,
      client.send(new ListObjectsV2Command({ Bucket, ...options })),
      answer => ({
        keys: answer.Contents?.map(
          item => `${item.Key} ${item.Size} ${item.ETag}`,
        ),
        prefixes: answer.CommonPrefixes?.map(item => item.Prefix),
        count: answer.KeyCount,
        more: answer.IsTruncated,
      }),
    );

  await get('read from a bucket that is not there', state);
  await note(
    'bucket that is not there',
    client.send(new HeadBucketCommand({ Bucket })),
  );
  await note(
    'create a bucket',
    client.send(new CreateBucketCommand({ Bucket })),
  );
  await note(
    'create it again',
    client.send(new CreateBucketCommand({ Bucket })),
  );
  await note('head the bucket', client.send(new HeadBucketCommand({ Bucket })));
  await note(
    'location',
    client.send(new GetBucketLocationCommand({ Bucket })),
    answer => ({ place: answer.LocationConstraint }),
  );
  await note('buckets', client.send(new ListBucketsCommand({})), answer => ({
    has: answer.Buckets?.some(bucket => bucket.Name === Bucket),
  }));
  await get('read a missing key', state);
  await note(
    'head a missing key',
    client.send(new HeadObjectCommand({ Bucket, Key: state })),
  );
  await list('list nothing', { Prefix: 'env:/' });

  const first = await put('write', state, '{"serial":1}', {
    ContentType: 'application/json',
    Metadata: { by: 'ann' },
  });
  await put('write with SHA-256', 'sha', 'content', {
    ChecksumAlgorithm: 'SHA256',
  });
  await put('write with CRC32C', 'crc32c', 'content', {
    ChecksumAlgorithm: 'CRC32C',
  });
  await put('write with CRC64NVME', 'crc64', 'content', {
    ChecksumAlgorithm: 'CRC64NVME',
  });
  await put('write with SHA-1', 'sha1', 'content', {
    ChecksumAlgorithm: 'SHA1',
  });
  await put('write with a wrong checksum', 'bad', 'content', {
    ChecksumSHA256: Buffer.alloc(32).toString('base64'),
  });
  await put('write with a wrong MD5', 'bad', 'content', {
    ContentMD5: Buffer.alloc(16).toString('base64'),
  });
  await get('read', state);
  await note(
    'head',
    client.send(new HeadObjectCommand({ Bucket, Key: state })),
    answer => ({
      length: answer.ContentLength,
      etag: answer.ETag,
      type: answer.ContentType,
    }),
  );
  await get('read a part', state, { Range: 'bytes=2-7' });
  await get('read from an offset', state, { Range: 'bytes=4-' });
  await get('read the end', state, { Range: 'bytes=-3' });
  await get('read beyond the end', state, { Range: 'bytes=900-' });
  await get('read unless it is this one', state, { IfNoneMatch: first?.ETag });
  await get('read if it is this one', state, { IfMatch: first?.ETag });
  await get('read if it is another', state, { IfMatch: wrong });

  await put('lock', `${state}.tflock`, 'lock', { IfNoneMatch: '*' });
  await put('lock what is locked', `${state}.tflock`, 'other', {
    IfNoneMatch: '*',
  });
  await put('replace the right one', state, '{"serial":2}', {
    IfMatch: first?.ETag,
  });
  await put('replace a stale one', state, '{"serial":3}', {
    IfMatch: first?.ETag,
  });
  await put('replace what is not there', 'missing', 'x', { IfMatch: wrong });
  await remove('delete under a wrong condition', state, { IfMatch: wrong });
  await get('it is still there', state);
  await remove('delete what is not there under a condition', 'missing', {
    IfMatch: wrong,
  });
  await remove('delete what is not there', 'missing');
  await remove('unlock', `${state}.tflock`);

  for (const key of [
    'env:/a/x',
    'env:/a/y',
    'env:/b/x',
    'nante/config.json',
    'with space+plus&ünd',
    "quote'(s)!*~",
  ])
    await put(`write ${key}`, key, key);
  await get('read back', 'with space+plus&ünd');
  await get('read back', "quote'(s)!*~");
  await list('list all', {});
  await list('list a prefix', { Prefix: 'env:/' });
  await list('list folders', { Prefix: 'env:/', Delimiter: '/' });
  await list('list the top', { Delimiter: '/' });
  await list('list after', { StartAfter: 'env:/a/y' });
  const page = await list('first page', { MaxKeys: 2 });
  await list('second page', {
    MaxKeys: 2,
    ContinuationToken: page?.NextContinuationToken,
  });
  await note(
    'delete several',
    client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: {
          Objects: [{ Key: 'sha' }, { Key: 'sha1' }, { Key: 'nobody' }],
        },
      }),
    ),
    answer => ({
      gone: answer.Deleted?.map(item => item.Key).sort(),
      errors: answer.Errors?.length,
    }),
  );
  await remove('delete a state', state);
  await get('it is gone', state);
  client.destroy();

  const stranger = s3Client({ ...store, accessKeyId: 'NOBODY' });
  await note(
    'unknown key',
    stranger.send(new GetObjectCommand({ Bucket, Key: 'crc64' })),
  );
  stranger.destroy();
  const liar = s3Client({ ...store, secretAccessKey: 'wrong' });
  await note(
    'wrong secret',
    liar.send(new GetObjectCommand({ Bucket, Key: 'crc64' })),
  );
  liar.destroy();
  return outcomes;
}
