import type { CallOptions, ObjectStore } from '@nante/clients';
import {
  hostsDocumentSchema,
  type DesiredHost,
  type HostsDocument,
} from '@nante/model';
import { readDocument, updateDocument } from './documents';
import { hostsKey, parseHostsKey, recordsPrefix } from './keys';

/** The desired document of a workspace; one without hosts where there is none yet. */
export async function readHosts(
  store: ObjectStore,
  workspace: string,
  app: string,
  environment: string,
  options?: CallOptions,
): Promise<HostsDocument> {
  const found = await readDocument(
    store,
    hostsKey(workspace),
    hostsDocumentSchema,
    options,
  );
  return found?.value ?? { schema_version: 1, app, environment, hosts: {} };
}

/** The desired document with one host set, or taken out where `host` is undefined. */
export function withHost(
  document: HostsDocument,
  name: string,
  host: DesiredHost | undefined,
): HostsDocument {
  const { [name]: _old, ...others } = document.hosts;
  const hosts = host ? { ...others, [name]: host } : others;
  const sorted = Object.entries(hosts).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...document, hosts: Object.fromEntries(sorted) };
}

/** Writes one host into the desired document, or takes it out; the others stay as they are in the bucket now. */
export async function commitHost(
  store: ObjectStore,
  workspace: string,
  app: string,
  environment: string,
  name: string,
  host: DesiredHost | undefined,
): Promise<void> {
  await updateDocument(
    store,
    hostsKey(workspace),
    hostsDocumentSchema,
    current => {
      const document: HostsDocument = current ?? {
        schema_version: 1,
        app,
        environment,
        hosts: {},
      };
      const next = withHost(document, name, host);
      return JSON.stringify(next) === JSON.stringify(current)
        ? undefined
        : next;
    },
  );
}

/** The desired documents of all workspaces. */
export async function readAllHosts(
  store: ObjectStore,
  options?: CallOptions,
): Promise<{ workspace: string; document: HostsDocument }[]> {
  const keys = await store.list(recordsPrefix, options);
  const workspaces = keys.flatMap(({ key }) => parseHostsKey(key) ?? []);
  const documents = await Promise.all(
    workspaces.map(async workspace => ({
      workspace,
      found: await readDocument(
        store,
        hostsKey(workspace),
        hostsDocumentSchema,
        options,
      ),
    })),
  );
  return documents.flatMap(({ workspace, found }) =>
    found ? [{ workspace, document: found.value }] : [],
  );
}
