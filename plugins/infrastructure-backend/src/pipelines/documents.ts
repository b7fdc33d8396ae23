import type { InfrastructureConfig, RunDocument } from '@nante/model';
import type {
  PipelineStage,
  PipelineState,
} from '@nante/plugin-infrastructure-common';
import type { SpaceView } from '@nante/plugin-infrastructure-node';
import { ourEnvironment } from '../deployments/ourEnvironments';
import { SpaceReader } from '../deployments/SpaceReader';
import { keyOf, sortStages } from './stages';

/**
 * Adds to the stages what our runs know of them: version, digest, release, page; and stages that no job was, such as a
 * promotion from the portal.
 *
 * @param documents - runs of ours about the commit, newest first
 */
export function withDocuments(
  stages: PipelineStage[],
  documents: RunDocument[],
): PipelineStage[] {
  const found = new Map(stages.map(stage => [keyOf(stage), { ...stage }]));
  for (const document of [...documents].reverse()) {
    const said = stageOfDocument(document);
    if (!said) continue;
    const key = keyOf(said);
    const known = found.get(key);
    found.set(key, known ? merge(known, said) : said);
  }
  return sortStages([...found.values()]);
}

/** GitHub says how a job is; a later run of ours for the same stage says how it is now. */
function merge(known: PipelineStage, said: PipelineStage): PipelineStage {
  const isLater =
    known.finishedAt !== undefined && (said.startedAt ?? '') > known.finishedAt;
  return {
    ...known,
    ...(isLater && {
      state: said.state,
      startedAt: said.startedAt,
      finishedAt: said.finishedAt,
      jobId: undefined,
    }),
    detail: mergeDetails(known.detail, said.detail),
    runId: said.runId,
    url: said.url ?? known.url,
  };
}

/** An image and its chart are two artifacts of one stage. */
function mergeDetails(known?: string, said?: string): string | undefined {
  if (!known || !said || known.includes(said)) return known ?? said;
  return `${known}, ${said}`;
}

function stageOfDocument(document: RunDocument): PipelineStage | undefined {
  const { artifact, release, deployment, appDeployment } = document;
  const common = {
    state: document.state as PipelineState,
    startedAt: document.startedAt ?? document.createdAt,
    finishedAt: document.finishedAt,
    runId: document.id,
  };
  switch (document.kind) {
    case 'publish':
      return {
        ...{ kind: 'publish', title: 'Publish', ...common },
        detail: artifact && describeArtifact(artifact),
        url: addressOf(artifact?.pull),
      };
    case 'release':
      return {
        ...{ kind: 'release', title: 'Release', ...common },
        detail: release?.version,
        url: release?.url,
      };
    case 'deploy':
    case 'rollback':
    case 'deploy-docker':
    case 'deploy-k8s': {
      const environment = document.environment;
      const done = appDeployment ?? deployment;
      return {
        ...{ kind: 'deploy', title: environment, environment, ...common },
        detail: done && describeDeployment(done),
        url: addressOf(done?.url),
      };
    }
    default:
      return undefined;
  }
}

function describeArtifact({
  name,
  version,
  digest,
}: NonNullable<RunDocument['artifact']>): string {
  const short = digest?.slice(0, 'sha256:'.length + 12);
  return [name, version, short && `(${short})`].filter(Boolean).join(' ');
}

function describeDeployment({
  version,
  returnedTo,
}: {
  version: string;
  returnedTo?: string;
}): string {
  if (returnedTo === undefined) return version;
  return returnedTo
    ? `${version} was not healthy; ${returnedTo} runs again`
    : `${version} was not healthy, and there was none to go back to`;
}

function addressOf(text: string | undefined): string | undefined {
  return text && /^https?:\/\//.test(text) ? text : undefined;
}

const taskStates: Record<string, PipelineState> = {
  Queued: 'queued',
  Executing: 'running',
  Cancelling: 'running',
  Success: 'succeeded',
  Failed: 'failed',
  TimedOut: 'failed',
  Canceled: 'cancelled',
};

/** Adds where Octopus has taken a release to, also long after the workflow, and where it may still go. */
export function withPromotions(
  stages: PipelineStage[],
  release: NonNullable<RunDocument['release']>,
  space: SpaceView,
  shared: InfrastructureConfig,
  now: number,
): PipelineStage[] {
  const reader = new SpaceReader(space, now);
  const project = reader.projects.find(
    ({ name, slug }) => name === release.project || slug === release.project,
  );
  if (!project) return stages;
  const found = new Map(stages.map(stage => [keyOf(stage), { ...stage }]));
  const reached = reader.reached(project.id, release.id);
  for (const { id, name } of reader.environments) {
    if (!reader.leadsTo(project.id, id)) continue;
    const environment = ourEnvironment(shared, space.name, name)?.name ?? name;
    const key = keyOf({ kind: 'deploy', environment });
    const item = reader.item(project.id, id);
    const isHere = item?.releaseId === release.id;
    const past = space.history
      .deploymentsOf(project.id, id)
      .find(({ releaseId }) => releaseId === release.id);
    const known = found.get(key);
    // What a job or a run of ours says has more to it; one that Octopus ended later counts.
    if (known && (!isHere || known.runId !== undefined)) continue;
    let state: PipelineState = reached.has(id) ? 'succeeded' : 'pending';
    if (isHere) state = taskStates[item.state] ?? 'unknown';
    found.set(key, {
      ...{ kind: 'deploy', title: environment, environment },
      ...known,
      state,
      detail: detailOf(release.version, reached.has(id), isHere, item),
      startedAt: isHere ? item.queuedAt : past?.at,
      finishedAt: isHere ? item.completedAt : past?.at,
    });
  }
  return sortStages([...found.values()], Object.keys(shared.environments));
}

function detailOf(
  version: string,
  wasThere: boolean,
  isHere: boolean,
  item: { releaseVersion: string } | undefined,
): string | undefined {
  if (isHere) return version;
  if (!item) return undefined;
  return wasThere
    ? `${version}, since replaced by ${item.releaseVersion}`
    : `${item.releaseVersion} runs there`;
}
