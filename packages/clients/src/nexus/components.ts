import type { AssetXO, ComponentXO } from '@sonatype/nexus-repo-api-client';
import { NanteError } from '@nante/model';
import type { NexusConnection } from './connection';
import type { NexusApi, NexusAsset, NexusComponent } from './types';

/** Calls about what the index knows. */
export function componentCalls(
  connection: NexusConnection,
): Pick<NexusApi, 'search' | 'component' | 'deleteComponent'> {
  return {
    async search(query, { token } = {}, options) {
      const { text, sort, ...rest } = query;
      const page = await connection.ask(
        { what: 'search', continued: token !== undefined },
        options,
        ({ vendor, configuration, init }) =>
          new vendor.SearchApi(configuration).listSearch(
            {
              ...rest,
              q: text,
              continuationToken: token,
              ...(sort && {
                sort,
                direction: sort === 'name' ? 'asc' : 'desc',
              }),
            },
            init,
          ),
      );
      return {
        components: (page.items ?? []).flatMap(item => toComponent(item) ?? []),
        ...(page.continuationToken ? { next: page.continuationToken } : {}),
      };
    },

    async component(id, options) {
      try {
        const found = await connection.ask(
          { what: 'show the component' },
          options,
          ({ vendor, configuration, init }) =>
            new vendor.ComponentsApi(configuration).getComponents({ id }, init),
        );
        return toComponent(found);
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },

    async deleteComponent(id, options) {
      try {
        await connection.ask(
          {
            what: 'delete the component',
            privilege: 'nx-repository-view-*-*-delete of its repository',
          },
          options,
          ({ vendor, configuration, init }) =>
            new vendor.ComponentsApi(configuration).deleteComponents(
              { id },
              init,
            ),
        );
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}

/** Nexus says 404 of an id that it does not know, and 422 of one that it cannot read. */
function isGone(error: unknown): boolean {
  return (
    NanteError.is(error) &&
    (error.code === 'not-found' || error.details?.status === 422)
  );
}

function toComponent(one: ComponentXO): NexusComponent | undefined {
  const { id, repository, format, group, name, version, assets } = one;
  if (!id || !repository || !format || !name) return undefined;
  return {
    ...{ id, repository, format, name, version: version ?? '' },
    ...(group ? { group } : {}),
    assets: (assets ?? []).flatMap(asset => toAsset(asset) ?? []),
  };
}

/** An asset of the index; undefined where it says too little to be found again. */
export function toAsset(one: AssetXO): NexusAsset | undefined {
  const { id, path, downloadUrl, fileSize, contentType, checksum } = one;
  if (!id || !path) return undefined;
  const { md5, sha1, sha256, sha512 } = checksum ?? {};
  const [modifiedAt, downloadedAt] = [one.lastModified, one.lastDownloaded].map(
    isoTime,
  );
  return {
    id,
    // Some versions write a slash at its begin.
    path: path.replace(/^\/+/, ''),
    url: downloadUrl ?? '',
    size: fileSize ?? 0,
    contentType: contentType ?? '',
    checksums: {
      ...(md5 ? { md5 } : {}),
      ...(sha1 ? { sha1 } : {}),
      ...(sha256 ? { sha256 } : {}),
      ...(sha512 ? { sha512 } : {}),
    },
    ...(modifiedAt ? { modifiedAt } : {}),
    ...(downloadedAt ? { downloadedAt } : {}),
    ...(one.uploader ? { uploader: one.uploader } : {}),
  };
}

function isoTime(date: Date | undefined): string | undefined {
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}
