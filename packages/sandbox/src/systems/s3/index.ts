import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';
import type { StandIn, StandInContext } from '../../standIn';
import { answerBucketCall } from './buckets';
import { Conditions } from './conditions';
import { S3Error, s3Errors } from './errors';
import { answerObjectCall } from './objects';
import { ObjectStore } from './objectStore';
import { verifyRequest, type S3Credentials } from './signature';
import { xmlDocument, xmlError, xmlResponse } from './xml';

/** The bucket that every sandbox has: Terraform state and our records. */
export const stateBucket = 'nante-state';

/**
 * A stand-in for an S3 store such as MinIO or VersityGW: path style, signature version 4, right conditional writes.
 *
 * @returns a stand-in whose credentials are `accessKeyId`, `secretAccessKey`, `bucket` and `region`
 */
export async function createS3(context: StandInContext): Promise<StandIn> {
  const credentials = loadCredentials(
    join(context.dataDir, 'credentials.json'),
  );
  const conditions = new Conditions();
  const store = new ObjectStore(join(context.dataDir, 'buckets'));
  if (!store.hasBucket(stateBucket)) store.createBucket(stateBucket);

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname.startsWith('/minio/health/')) return new Response(null);
    const raw = new Uint8Array(await request.arrayBuffer());
    const { body, headers } = verifyRequest(request, raw, credentials);
    const [bucket, ...rest] = decodePath(url.pathname);
    const key = rest.join('/');
    const call = { method: request.method, bucket, headers, body };
    if (bucket === '') return listBuckets(store, request.method);
    if (key === '')
      return answerBucketCall(store, { ...call, query: url.searchParams });
    if (!store.hasBucket(bucket)) throw s3Errors.noSuchBucket();
    refuseSubresource(url.searchParams);
    return answerObjectCall(store, conditions, { ...call, key });
  }

  return {
    name: 's3',
    credentials: { ...credentials, bucket: stateBucket, region: 'us-east-1' },
    async fetch(request) {
      const requestId = randomBytes(8).toString('hex').toUpperCase();
      const response = await answer(request).catch(error => {
        if (error instanceof S3Error)
          return errorResponse(error, request, requestId);
        throw error;
      });
      response.headers.set('x-amz-request-id', requestId);
      return response;
    },
    setFault: (kind, parameters) => conditions.setFault(kind, parameters),
    clearFaults: () => conditions.clear(),
    async reset() {
      conditions.clear();
      for (const { name } of store.buckets()) store.deleteBucket(name);
      store.createBucket(stateBucket);
    },
    async stop() {},
  };
}

function loadCredentials(file: string): S3Credentials {
  const kept = readJsonFile<S3Credentials>(file);
  if (kept) return kept;
  const made = {
    accessKeyId: `SANDBOX${randomBytes(6).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(24).toString('base64url'),
  };
  writeFileAtomic(file, JSON.stringify(made));
  return made;
}

function decodePath(path: string): string[] {
  try {
    return path.slice(1).split('/').map(decodeURIComponent);
  } catch {
    throw new S3Error(400, 'InvalidURI', 'The path cannot be decoded.');
  }
}

/** `?acl`, `?tagging` and the like would otherwise be taken for the object itself. */
function refuseSubresource(query: URLSearchParams) {
  for (const [name, value] of query)
    if (value === '' || name === 'uploadId')
      throw s3Errors.notImplemented(`?${name} of an object`);
}

function listBuckets(store: ObjectStore, method: string): Response {
  if (method !== 'GET')
    throw s3Errors.notImplemented(`${method} of the service`);
  const Bucket = store.buckets().map(({ name, createdAt }) => ({
    Name: name,
    CreationDate: createdAt.toISOString(),
  }));
  return xmlResponse(
    xmlDocument('ListAllMyBucketsResult', {
      Buckets: { Bucket },
      Owner: { ID: 'sandbox', DisplayName: 'sandbox' },
    }),
  );
}

function errorResponse(
  error: S3Error,
  request: Request,
  requestId: string,
): Response {
  // An answer to HEAD has no body, and fetch allows none with 304.
  if (request.method === 'HEAD' || error.status === 304)
    return new Response(null, { status: error.status });
  const { pathname } = new URL(request.url);
  return xmlResponse(
    xmlError({
      Code: error.code,
      Message: error.message,
      Resource: pathname,
      RequestId: requestId,
    }),
    error.status,
  );
}
