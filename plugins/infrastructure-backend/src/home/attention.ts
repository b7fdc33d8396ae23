import { parseEntityRef } from '@backstage/catalog-model';
import type { RunDocument } from '@nante/model';
import type {
  ConnectionHealth,
  HomeResponse,
  HostSummary,
  PipelineRun,
} from '@nante/plugin-infrastructure-common';
import type { SpaceView } from '@nante/plugin-infrastructure-node';
import type {
  LinkedComponent,
  ProjectLink,
} from '../deployments/ComponentLinks';
import { type BoardProject, SpaceReader } from '../deployments/SpaceReader';

export type Attention = HomeResponse['attention'][number];

/** How long a failed run is worth a line, in milliseconds: a week. */
const RUN_AGE = 7 * 86_400_000;
const SHOWN = 20;

/** Worst first. */
const order: Attention['kind'][] = [
  'source',
  'intervention',
  'run',
  'pipeline',
  'host',
  'target',
];

/** The worst of all, at most twenty. */
export function worstFirst(all: Attention[]): Attention[] {
  return [...all]
    .sort(
      (a, b) =>
        order.indexOf(a.kind) - order.indexOf(b.kind) ||
        (b.at ?? '').localeCompare(a.at ?? ''),
    )
    .slice(0, SHOWN);
}

/** Runs of somebody that failed, and that nobody made good since. @param runs - newest first */
export function failedRuns(
  runs: RunDocument[],
  person: { ref: string; claims: string[] },
  now: number,
): Attention[] {
  const seen = new Set<string>();
  return runs.flatMap(run => {
    const subject = [run.kind, run.app, run.environment, run.host].join('|');
    const isFirst = !seen.has(subject);
    if (run.state !== 'cancelled') seen.add(subject);
    const isMine =
      run.requestedBy === person.ref ||
      (run.owner !== undefined && person.claims.includes(run.owner));
    const isBad = run.state === 'failed' && run.repairedBy === undefined;
    const at = run.finishedAt ?? run.createdAt;
    if (!isFirst || !isMine || !isBad || now - Date.parse(at) > RUN_AGE)
      return [];
    const what = run.host || run.app;
    const where = run.environment ? ` in ${run.environment}` : '';
    return [
      {
        kind: 'run' as const,
        title: `${run.kind} of ${what}${where} failed`,
        detail: run.error?.message,
        ...{ at, path: `/runs/${run.id}` },
      },
    ];
  });
}

/** Hosts that are not well, and deployment targets that are not. */
export function badHosts(hosts: HostSummary[]): Attention[] {
  return hosts.flatMap((host): Attention[] => {
    const path = `${entityPath(host.entityRef)}/host`;
    const at = host.observedAt;
    const problem = problemOf(host);
    const isBadTarget =
      host.targetHealth === 'Unhealthy' || host.targetHealth === 'Unavailable';
    return [
      ...(problem
        ? [
            {
              kind: 'host' as const,
              title: host.name,
              ...{ detail: problem, at, path },
            },
          ]
        : []),
      ...(isBadTarget
        ? [
            {
              kind: 'target' as const,
              title: host.name,
              detail: `Octopus finds it ${host.targetHealth?.toLowerCase()}.`,
              ...{ at, path },
            },
          ]
        : []),
    ];
  });
}

function problemOf(host: HostSummary): string | undefined {
  if (host.management === 'missing') return 'It is not in Proxmox.';
  if (host.management === 'mismatch')
    return host.managementDetail ?? 'It is not clear that it is ours.';
  if (host.state === 'Failed') return 'It has failed.';
  return host.state === 'Attention' ? 'It needs attention.' : undefined;
}

/** Deployments of one's own that wait for an answer. */
export function openInterventions(
  spaces: SpaceView[],
  link: (connection: string, project: BoardProject) => ProjectLink | undefined,
  claims: string[],
  now: number,
): Attention[] {
  return spaces.flatMap(space => {
    const reader = new SpaceReader(space, now);
    return (space.board?.dashboard.items ?? []).flatMap(item => {
      const project = reader.project(item.projectId);
      const owner = project && link(space.name, project)?.owner;
      if (!item.hasPendingInterruptions || !owner || !claims.includes(owner))
        return [];
      return [
        {
          kind: 'intervention' as const,
          title: `${project.name} ${item.releaseVersion} waits for an answer in ${reader.environmentName(item.environmentId)}`,
          at: item.queuedAt,
          path: `/deployments/${space.name}/${item.deploymentId}`,
        },
      ];
    });
  });
}

/** A pipeline of one's own whose newest run on the default branch failed. */
export function failedPipeline(
  component: LinkedComponent,
  run: PipelineRun | undefined,
): Attention[] {
  if (run?.state !== 'failed') return [];
  return [
    {
      kind: 'pipeline',
      title: `${run.workflow} of ${component.name} failed`,
      detail: run.title,
      at: run.finishedAt,
      path: `${entityPath(component.ref)}/pipeline`,
    },
  ];
}

/** Connections that do not answer, or are not believed. */
export function badSources(connections: ConnectionHealth[]): Attention[] {
  return (
    connections
      .filter(({ ok, doubt }) => !ok || doubt)
      // Before the first answer nothing is known to be bad.
      .filter(
        ({ lastSuccessAt, error, doubt }) => lastSuccessAt ?? error ?? doubt,
      )
      .map(({ name, type, error, doubt, lastSuccessAt }) => ({
        kind: 'source' as const,
        title: `${name} (${type})`,
        detail: error ?? (doubt ? 'Its answer is not believed.' : undefined),
        at: lastSuccessAt,
        path: '/checks',
      }))
  );
}

function entityPath(ref: string): string {
  const { kind, namespace, name } = parseEntityRef(ref);
  return `/catalog/${namespace}/${kind.toLowerCase()}/${name}`;
}
