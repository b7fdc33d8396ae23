import { S3Error, s3Errors } from './errors';
import { listObjects } from './listing';
import type { ObjectStore } from './objectStore';
import { elementTexts, unescapeXml, xmlDocument, xmlResponse } from './xml';

/** A verified call on a bucket. */
export interface BucketCall {
  method: string;
  bucket: string;
  query: URLSearchParams;
  body: Uint8Array;
}

/** Calls on a bucket: its listing, its place, itself. @throws S3Error */
export function answerBucketCall(
  store: ObjectStore,
  call: BucketCall,
): Response {
  const { method, bucket, query } = call;
  if (method === 'PUT' && query.size === 0) return createBucket(store, bucket);
  if (!store.hasBucket(bucket)) throw s3Errors.noSuchBucket();
  if (method === 'HEAD') return new Response(null);
  if (method === 'DELETE' && query.size === 0)
    return deleteBucket(store, bucket);
  if (method === 'POST' && query.has('delete'))
    return deleteObjects(store, call);
  if (method !== 'GET')
    throw s3Errors.notImplemented(`${method} of a bucket with ?${query}`);
  if (query.get('list-type') === '2') {
    const objects = store.list(bucket, query.get('prefix') ?? '');
    return xmlResponse(listObjects(bucket, objects, query));
  }
  if (query.has('location'))
    return xmlResponse(xmlDocument('LocationConstraint', {}));
  if (query.has('versioning'))
    return xmlResponse(xmlDocument('VersioningConfiguration', {}));
  throw s3Errors.notImplemented(
    query.size > 0 ? `?${query} of a bucket` : 'the first form of ListObjects',
  );
}

function createBucket(store: ObjectStore, bucket: string): Response {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new S3Error(
      400,
      'InvalidBucketName',
      'The name is not one that a bucket may have.',
    );
  if (store.hasBucket(bucket))
    throw new S3Error(
      409,
      'BucketAlreadyOwnedByYou',
      'The bucket is yours already.',
    );
  store.createBucket(bucket);
  return new Response(null, { headers: { location: `/${bucket}` } });
}

function deleteBucket(store: ObjectStore, bucket: string): Response {
  if (store.list(bucket, '').length > 0)
    throw new S3Error(409, 'BucketNotEmpty', 'The bucket still holds objects.');
  store.deleteBucket(bucket);
  return new Response(null, { status: 204 });
}

function deleteObjects(store: ObjectStore, call: BucketCall): Response {
  const document = new TextDecoder().decode(call.body);
  const keys = elementTexts(document, 'Key').map(unescapeXml);
  if (keys.length === 0 || keys.length > 1000) throw s3Errors.malformed();
  for (const key of keys) store.remove(call.bucket, key);
  const isQuiet = elementTexts(document, 'Quiet')[0]?.trim() === 'true';
  return xmlResponse(
    xmlDocument('DeleteResult', {
      Deleted: isQuiet ? [] : keys.map(Key => ({ Key })),
    }),
  );
}
