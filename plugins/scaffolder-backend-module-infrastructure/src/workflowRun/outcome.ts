import type { RunDocument } from '@nante/model';

/** A run of ours that a workflow made. */
export type WorkflowResult = { id: string; kind: string; state: string };

/** Runs of ours that a workflow run made, newest first. */
export function documentsOf(runs: RunDocument[], url: string): RunDocument[] {
  return runs.filter(({ link }) => link === url);
}

/** The documents' ids, for pages. */
export function resultsOf(documents: RunDocument[]): WorkflowResult[] {
  return documents.map(({ id, kind, state }) => ({ id, kind, state }));
}

/**
 * What the documents carry, by name: where the host is, what was published, released and deployed, and where it answers. Of
 * several, the newest that succeeded.
 */
export function outputsOf(documents: RunDocument[]): Record<string, string> {
  const outputs: Record<string, string | undefined> = {};
  const good = documents.filter(({ state }) => state === 'succeeded');
  for (const document of [...good].reverse()) {
    const { result, artifact, release, deployment, appDeployment } = document;
    Object.assign(
      outputs,
      defined({
        host: result?.name,
        address: result?.address ?? undefined,
        ssh: result?.ssh ?? undefined,
        entityRef: result?.entityRef,
        artifact: artifact?.pull,
        digest: artifact?.digest,
        version:
          artifact?.version ??
          release?.version ??
          deployment?.version ??
          appDeployment?.version,
        release: release?.version,
        releaseUrl: release?.url,
        deploymentUrl: deployment?.url,
        url: appDeployment?.url,
      }),
    );
  }
  return outputs as Record<string, string>;
}

function defined(
  values: Record<string, string | undefined>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}
