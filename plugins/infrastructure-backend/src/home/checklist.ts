import type {
  ConnectionHealth,
  HomeResponse,
} from '@nante/plugin-infrastructure-common';

type Step = NonNullable<HomeResponse['checklist']>[number];

/** Whether GitHub answers, and why not. */
export interface GithubHealth {
  isConfigured: boolean;
  error?: string;
}

/** What a new site does first; undefined once all is done. */
export function checklistOf(known: {
  connections: ConnectionHealth[];
  github: GithubHealth;
  hasRun: boolean;
}): HomeResponse['checklist'] {
  const { connections, github, hasRun } = known;
  const steps: Step[] = [
    ofType(connections, 'proxmox', 'Proxmox'),
    stepOf(
      'Connect GitHub',
      github.isConfigured && github.error === undefined,
      github.isConfigured ? github.error : missing('github'),
    ),
    ofType(connections, 'octopus', 'Octopus'),
    ofType(connections, 'nexus', 'Nexus'),
    {
      ...stepOf('Run the first template', hasRun),
      path: '/create',
    },
  ];
  return steps.every(({ done }) => done) ? undefined : steps;
}

function ofType(
  connections: ConnectionHealth[],
  type: ConnectionHealth['type'],
  title: string,
): Step {
  const own = connections.filter(one => one.type === type);
  const isDone = own.some(({ ok }) => ok);
  return stepOf(
    `Connect ${title}`,
    isDone,
    own.length
      ? (own[0].error ?? 'It has not been asked yet; the checks ask it.')
      : missing(type),
  );
}

function stepOf(title: string, done: boolean, detail?: string): Step {
  return { title, done, ...(!done && detail && { detail }), path: '/checks' };
}

function missing(type: string): string {
  return `Add a connection of type ${type} under infrastructure.connections.`;
}
