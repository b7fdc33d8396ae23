import {
  imageByDigestSchema,
  type DeployDockerRequest,
  type LedgerEntry,
} from '@nante/model';
import type { PlayHost } from '../../ansible';
import { guestsAreRecords } from '../../configure/playOnHosts';
import { playHostOf, type ConfigurableHost } from '../../configure/targets';
import { readLedger, writeEntry } from '../../ledger/ledger';
import type { Run } from '../../operation/executeRun';

/** A host of a deployment: where it is entered, and what our ledger said of the app there. */
export interface PlacedHost {
  host: ConfigurableHost;
  target: PlayHost;
  /** Address of the app from outside. */
  origin: string;
  /** What was there before this run, by our ledger. */
  before?: LedgerEntry;
}

const entryIdOf = (host: string, app: string) => `docker/${host}/app/${app}`;

/** Finds out where the hosts are entered, and what was deployed to them. */
export async function placeHosts(
  run: Run,
  request: Pick<DeployDockerRequest, 'app' | 'port'>,
  hosts: readonly ConfigurableHost[],
  /** Of the hosts. */
  workspace: string,
): Promise<PlacedHost[]> {
  const { store, recorder, signal } = run;
  const entries = await readLedger(store, recorder.document.workspace, {
    signal,
  });
  const placed: PlacedHost[] = [];
  for (const host of hosts) {
    const target = guestsAreRecords(run)
      ? { name: host.name, address: '192.0.2.1', user: 'root', hostKeys: [] }
      : await playHostOf(run, host, workspace);
    const id = entryIdOf(host.name, request.app);
    const address = target.address.includes(':')
      ? `[${target.address}]`
      : target.address;
    placed.push({
      ...{ host, target, origin: `http://${address}:${request.port}` },
      before: entries.findLast(entry => entry.id === id),
    });
  }
  return placed;
}

/** Writes what is at a host into the ledger. */
export function noteRelease(
  { store, recorder }: Run,
  { host, before }: PlacedHost,
  {
    app,
    requestId,
    ...release
  }: Pick<DeployDockerRequest, 'app' | 'requestId' | 'version' | 'image'>,
  state: LedgerEntry['state'],
): Promise<void> {
  const { workspace, id: runId } = recorder.document;
  return writeEntry(store, workspace, {
    id: entryIdOf(host.name, app),
    ...{ system: 'docker', kind: 'app', connection: host.entry.connection },
    // Compose knows it by the name of the app; what differs is the version.
    ...{ outsideId: release.version, digest: digestOf(release.image) },
    ...{ host: host.name, requestId, runId, state },
    undo: before?.outsideId
      ? `Deploy ${before.outsideId} again: nante deploy-docker --app ${app} --version ${before.outsideId} …`
      : `On ${host.name}, as root: docker compose --project-name ${app} down, and remove /opt/${app}.`,
  });
}

/** After a way back: what was there before is what is there now. */
export async function noteReturn(
  run: Run,
  placed: PlacedHost,
  request: Parameters<typeof noteRelease>[2],
): Promise<void> {
  const { before } = placed;
  if (!before || before.outsideId === request.version)
    return noteRelease(run, placed, request, 'removed');
  return writeEntry(run.store, run.recorder.document.workspace, {
    ...before,
    state: 'created',
    runId: run.recorder.document.id,
  });
}

/** `sha256:…` of an image that is named by it. */
export function digestOf(image: string): string {
  return imageByDigestSchema.parse(image).split('@')[1];
}
