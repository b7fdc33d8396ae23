import type { Checksums } from './blobStore';

/** Formats that this server has repositories of. */
export const formats = ['raw', 'docker', 'helm', 'maven2', 'npm'] as const;
export type Format = (typeof formats)[number];

export type WritePolicy = 'ALLOW' | 'ALLOW_ONCE' | 'DENY';

/** A hosted repository, with its settings under the vendor's names. */
export interface Repository {
  name: string;
  format: Format;
  type: 'hosted';
  online: boolean;
  storage: {
    blobStoreName: string;
    strictContentTypeValidation: boolean;
    writePolicy: WritePolicy;
    /** docker: the tag `latest` may be overwritten whatever the policy. */
    latestPolicy?: boolean;
  };
  cleanup?: { policyNames: string[] };
  component: { proprietaryComponents: boolean };
  maven?: {
    versionPolicy: 'RELEASE' | 'SNAPSHOT' | 'MIXED';
    layoutPolicy: 'STRICT' | 'PERMISSIVE';
    contentDisposition: 'INLINE' | 'ATTACHMENT';
  };
  raw?: { contentDisposition: 'INLINE' | 'ATTACHMENT' };
  docker?: {
    v1Enabled: boolean;
    forceBasicAuth: boolean;
    pathEnabled?: boolean;
    httpPort?: number;
    httpsPort?: number;
  };
}

/** What a component is called, within its repository. */
export interface Coordinates {
  group?: string;
  name: string;
  /** Empty for what has none, as raw files. */
  version: string;
  /** Values that searches ask for under the format's own names, for example `maven.baseVersion`. */
  attributes?: Record<string, string>;
  /** npm: what the package says of itself. */
  manifest?: Record<string, unknown>;
}

export interface Component extends Coordinates {
  id: string;
  repository: string;
  format: Format;
  /** Milliseconds. */
  createdAt: number;
}

export interface Asset {
  id: string;
  repository: string;
  /** Without a slash at its begin. */
  path: string;
  component?: string;
  size: number;
  checksums: Checksums;
  contentType: string;
  /** Values that searches ask for, for example `maven.extension`. */
  attributes?: Record<string, string>;
  /** Milliseconds. */
  createdAt: number;
  modifiedAt: number;
  downloadedAt?: number;
  uploader: string;
  uploaderIp: string;
}
