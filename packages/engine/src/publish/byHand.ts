import type { NexusRepository } from '@nante/clients';
import type { PublishRequest } from '@nante/model';
import { quoted } from '../configure/byHand';
import type { Publication } from './publication';

/**
 * Commands that publish the same without us, for a POSIX shell. User and password are read from a file, so that nobody
 * sees them in the list of processes.
 */
export function publishByHand(
  request: PublishRequest,
  { path }: Publication,
  { url }: NexusRepository,
): string[] {
  const { format, repository, file, group, name, version } = request;
  const login =
    'printf \'user = "%s:%s"\\n\' "$NEXUS_USERNAME" "$NEXUS_PASSWORD"';
  const curl = (...words: string[]) => [
    `${login} | curl --fail --config - ${words.join(' ')}`,
  ];
  const server = url.replace(/\/repository\/[^/]*\/?$/, '');
  const form = (fields: Record<string, string | undefined>) =>
    curl(
      ...Object.entries(fields).flatMap(([field, value]) =>
        value === undefined ? [] : [`--form ${quoted(`${field}=${value}`)}`],
      ),
      quoted(`${server}/service/rest/v1/components?repository=${repository}`),
    );
  switch (format) {
    case 'raw':
      return curl(`--upload-file ${quoted(file)}`, quoted(`${url}/${path}`));
    case 'docker':
      return [
        `skopeo copy --dest-creds "$NEXUS_USERNAME:$NEXUS_PASSWORD" ${quoted(`oci-archive:${file}`)} ${quoted(`docker://${new URL(server).host}/${repository}/${path}`)}`,
      ];
    case 'maven2':
      return form({
        'maven2.groupId': group,
        'maven2.artifactId': name,
        'maven2.version': version,
        'maven2.generate-pom': 'true',
        'maven2.asset1': `@${file}`,
        'maven2.asset1.extension': extensionOf(path, request),
        'maven2.asset1.classifier': request.classifier,
      });
    default:
      return form({ [`${format}.asset`]: `@${file}` });
  }
}

/** What stands behind name, version and classifier. */
function extensionOf(
  path: string,
  { name, version, classifier }: PublishRequest,
): string {
  const stem = [name, version, classifier].filter(Boolean).join('-');
  return path
    .split('/')
    .at(-1)!
    .slice(stem.length + 1);
}
