import type { CallOptions, ObjectStore } from '@nante/clients';
import {
  serversDocumentSchema,
  type OnboardedServer,
  type ServersDocument,
} from '@nante/model';
import { readDocument, updateDocument } from './documents';
import { parseServersKey, recordsPrefix, serversKey } from './keys';

/** The onboarded servers of a workspace; a document without servers where there is none yet. */
export async function readServers(
  store: ObjectStore,
  workspace: string,
  app: string,
  environment: string,
  options?: CallOptions,
): Promise<ServersDocument> {
  const found = await readDocument(
    store,
    serversKey(workspace),
    serversDocumentSchema,
    options,
  );
  return found?.value ?? { version: 1, app, environment, servers: {} };
}

/** Writes one server, or takes it out; the others stay as they are in the bucket now. */
export async function commitServer(
  store: ObjectStore,
  workspace: string,
  app: string,
  environment: string,
  name: string,
  server: OnboardedServer | undefined,
): Promise<void> {
  await updateDocument(
    store,
    serversKey(workspace),
    serversDocumentSchema,
    current => {
      const document: ServersDocument = current ?? {
        version: 1,
        app,
        environment,
        servers: {},
      };
      const { [name]: _old, ...others } = document.servers;
      const servers = server ? { ...others, [name]: server } : others;
      const next = {
        ...document,
        servers: Object.fromEntries(
          Object.entries(servers).sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
      };
      return JSON.stringify(next) === JSON.stringify(current)
        ? undefined
        : next;
    },
  );
}

/** The onboarded servers of all workspaces. */
export async function readAllServers(
  store: ObjectStore,
  options?: CallOptions,
): Promise<{ workspace: string; document: ServersDocument }[]> {
  const keys = await store.list(recordsPrefix, options);
  const workspaces = keys.flatMap(({ key }) => parseServersKey(key) ?? []);
  const documents = await Promise.all(
    workspaces.map(async workspace => ({
      workspace,
      found: await readDocument(
        store,
        serversKey(workspace),
        serversDocumentSchema,
        options,
      ),
    })),
  );
  return documents.flatMap(({ workspace, found }) =>
    found ? [{ workspace, document: found.value }] : [],
  );
}
