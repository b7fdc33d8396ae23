import type { NexusConnection, Purpose } from './connection';
import { contentPath, pathOf } from './content';
import { formWithFile } from './multipart';
import { sendStream } from './streaming';
import type { NexusApi, Upload, UploadSource } from './types';

/** The call that uploads a file. */
export function uploadCall(
  connection: NexusConnection,
  head: NexusApi['head'],
): NexusApi['upload'] {
  return async (repository, upload, source, options = {}) => {
    const path = pathOf(upload);
    const purpose: Purpose = {
      what: `take ${path} into ${repository}`,
      privilege: `nx-repository-view-${upload.format}-${repository}-add and -edit`,
    };
    const target =
      upload.format === 'raw'
        ? directTarget(repository, path, source)
        : formTarget(
            repository,
            await formOf(upload, source, pom =>
              head(repository, pom, { signal: options.signal }),
            ),
          );
    const { url, agent, authorization, timeoutMs } = connection;
    // What surrounds the file in a form is none of its bytes.
    const surplus = target.body.size - source.size;
    const { onProgress } = options;
    const answer = await sendStream({
      ...target,
      ...{ agent, silenceMs: timeoutMs, what: purpose.what },
      url: url + target.path,
      headers: { ...target.headers, authorization },
      signal: options.signal,
      onProgress:
        onProgress &&
        (sent =>
          onProgress(Math.min(source.size, Math.max(0, sent - surplus)))),
    });
    if (answer.status < 200 || answer.status > 299)
      throw connection.refusal(answer, purpose);
  };
}

/** Without a form: nothing is kept in a temporary file of the server first. */
function directTarget(repository: string, path: string, body: UploadSource) {
  return {
    method: 'PUT' as const,
    path: contentPath(repository, path),
    headers: { 'content-type': 'application/octet-stream' },
    body,
  };
}

function formTarget(
  repository: string,
  { contentType, ...body }: ReturnType<typeof formWithFile>,
) {
  return {
    method: 'POST' as const,
    path: `/service/rest/v1/components?repository=${encodeURIComponent(repository)}`,
    headers: { 'content-type': contentType },
    body,
  };
}

async function formOf(
  upload: Exclude<Upload, { format: 'raw' }>,
  source: UploadSource,
  lookAt: (path: string) => Promise<unknown>,
): Promise<ReturnType<typeof formWithFile>> {
  if (upload.format !== 'maven2')
    return formWithFile(
      {},
      { field: `${upload.format}.asset`, filename: upload.filename, source },
    );
  const { group, artifact, version, extension, classifier } = upload;
  const pom = pathOf({
    ...upload,
    extension: 'pom',
    classifier: undefined,
  });
  // A second file of a version must not make its project file again, which may be there only once.
  const needsPom = extension !== 'pom' && !(await lookAt(pom));
  return formWithFile(
    {
      'maven2.groupId': group,
      'maven2.artifactId': artifact,
      'maven2.version': version,
      'maven2.generate-pom': needsPom ? 'true' : undefined,
      'maven2.packaging': needsPom ? extension : undefined,
      'maven2.asset1.extension': extension,
      'maven2.asset1.classifier': classifier,
    },
    {
      field: 'maven2.asset1',
      filename: pathOf(upload).split('/').at(-1)!,
      source,
    },
  );
}
