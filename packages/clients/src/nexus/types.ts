import type { Readable } from 'node:stream';
import type { ArtifactFormat } from '@nante/model';
import type { CallOptions } from '../proxmox/types';

export interface NexusAccess {
  /** Of the server, where it says: `3.96.0`. */
  version?: string;
  /** It takes uploads now. */
  isWritable: boolean;
}

export interface NexusRepository {
  name: string;
  /** `maven2`, `raw`, `npm`, `helm`, `docker`, or one that we do not know. */
  format: string;
  type: 'hosted' | 'proxy' | 'group';
  /** Address of its content. */
  url: string;
  /** Absent where the user may not see the settings. */
  redeploy?: boolean;
  blobStore?: string;
  /** docker: port of its own connector. */
  dockerPort?: number;
  /** docker: that port speaks TLS. */
  isDockerPortTls?: boolean;
  /** docker: images are `host/<repository>/…`. */
  isPathBased?: boolean;
}

export interface NexusAsset {
  id: string;
  /** Without a slash at its begin. */
  path: string;
  url: string;
  size: number;
  contentType: string;
  checksums: Partial<Record<'md5' | 'sha1' | 'sha256' | 'sha512', string>>;
  /** ISO times. */
  modifiedAt?: string;
  downloadedAt?: string;
  uploader?: string;
}

export interface NexusComponent {
  id: string;
  repository: string;
  format: string;
  group?: string;
  name: string;
  version: string;
  assets: NexusAsset[];
}

/** What a search asks; `*` and `?` stand for anything. */
export interface NexusSearch {
  repository?: string;
  format?: ArtifactFormat;
  group?: string;
  name?: string;
  version?: string;
  /** Words anywhere. */
  text?: string;
  sha256?: string;
  /** `version` is the newest first. */
  sort?: 'version' | 'name';
}

/** Where a file goes; what it is stands in `ArtifactFormat`. */
export type Upload =
  | { format: 'raw'; directory: string; filename: string }
  | {
      format: 'maven2';
      group: string;
      artifact: string;
      version: string;
      extension: string;
      classifier?: string;
    }
  /** With the name of the package, its scope included. */
  | { format: 'npm'; name: string; filename: string }
  | { format: 'helm'; filename: string };

/** The content of a file, opened anew for each try. */
export interface UploadSource {
  size: number;
  open(): Readable;
}

/**
 * What we do with a Nexus. Errors of all calls: NanteError `unreachable`; `unauthorized` (401; 403 with what lacks);
 * `not-found`; `conflict` (the version is there and may not be published again); `invalid-input` (what Nexus says is wrong);
 * `failed`.
 */
export interface NexusApi {
  checkAccess(options?: CallOptions): Promise<NexusAccess>;
  repositories(options?: CallOptions): Promise<NexusRepository[]>;
  /** Settings of a hosted repository too, where the user may see them. */
  repository(
    name: string,
    options?: CallOptions,
  ): Promise<NexusRepository | undefined>;
  createRepository(
    repository: {
      name: string;
      format: ArtifactFormat;
      blobStore: string;
      redeploy: boolean;
      dockerPort?: number;
    },
    options?: CallOptions,
  ): Promise<void>;
  /**
   * One page of the index, which may be seconds behind. The token belongs to the same question; one that has expired is
   * `invalid-input`: begin anew.
   */
  search(
    query: NexusSearch,
    page?: { token?: string },
    options?: CallOptions,
  ): Promise<{ components: NexusComponent[]; next?: string }>;
  component(
    id: string,
    options?: CallOptions,
  ): Promise<NexusComponent | undefined>;
  /** One that is gone is success. */
  deleteComponent(id: string, options?: CallOptions): Promise<void>;
  /** Asks for a path itself, never the index; undefined where nothing is there. */
  head(
    repository: string,
    path: string,
    options?: CallOptions,
  ): Promise<{ size: number; sha1?: string } | undefined>;
  /**
   * Checksum of what lies at a path: by the index or the file beside it, and where neither knows it by reading the file
   * itself.
   */
  sha256(
    repository: string,
    path: string,
    options?: CallOptions,
  ): Promise<string | undefined>;
  /**
   * The whole of a small file; undefined where nothing lies at that path.
   *
   * @throws NanteError also `invalid-input` where it has more than `mostBytes`
   */
  download(
    repository: string,
    path: string,
    options: CallOptions & { mostBytes: number },
  ): Promise<Buffer | undefined>;
  /** Path that an upload ends at. */
  pathOf(upload: Upload): string;
  /** Streams a file; never repeated by itself, and what was cut half-way is not there. */
  upload(
    repository: string,
    upload: Upload,
    source: UploadSource,
    options?: CallOptions & { onProgress?: (sent: number) => void },
  ): Promise<void>;
  /** Digest of an image's tag; undefined where there is none. */
  imageDigest(
    repository: string,
    image: string,
    tag: string,
    options?: CallOptions,
  ): Promise<string | undefined>;
  /**
   * Pushes an image by the registry's protocol: blobs that are there are not sent again.
   *
   * @param archive - OCI layout or `docker save`, as a file (tar)
   * @returns digest of the manifest
   */
  pushImage(
    repository: string,
    image: string,
    tag: string,
    archive: string,
    options?: CallOptions & { onProgress?: (sent: number) => void },
  ): Promise<string>;
  /** What one pulls: `host:port/[repository/]image@sha256:…`. */
  imageReference(
    repository: string,
    image: string,
    digest: string,
    options?: CallOptions,
  ): Promise<string>;
}
