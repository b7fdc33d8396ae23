import type { RunDocument } from '@nante/model';
import type {
  DeploymentCell,
  DeploymentMatrixResponse,
} from '@nante/plugin-infrastructure-common';
import type { Engine } from '@nante/plugin-infrastructure-node';
import type { StandIns } from '@nante/plugin-infrastructure-node/standIns';
import { company } from './company';
import { type Options, run, start } from './start';

/** A back end on the stand-ins, with what its runs were asked. */
export async function deploymentsOn(standIns: StandIns, options: Options = {}) {
  const asked: { verb: string; request: Record<string, unknown> }[] = [];
  const documents: RunDocument[] = [];
  const verb =
    (name: 'deploy' | 'rollback' | 'createRelease') =>
    async (
      wanted: { requestId: string; requestedBy: string },
      { onRun }: Parameters<Engine['deploy']>[1],
    ) => {
      asked.push({ verb: name, request: { ...wanted } });
      const document: RunDocument = {
        ...run,
        id: wanted.requestId,
        kind: name === 'createRelease' ? 'release' : name,
        requestedBy: wanted.requestedBy,
        state: 'running',
      };
      documents.push(document);
      onRun?.(document);
      return document;
    };
  const cancelled: string[] = [];
  const backend = await start({
    config: standIns.config,
    entities: company,
    ...options,
    engine: {
      ...standIns.clients,
      deploy: verb('deploy'),
      rollback: verb('rollback'),
      createRelease: verb('createRelease'),
      getRun: async id => documents.find(one => one.id === id),
      requestCancel: async id => {
        cancelled.push(id);
      },
      ...options.engine,
    },
  });
  const matrix = async () =>
    (await backend.get('/deployments')).body as DeploymentMatrixResponse;
  return { ...backend, asked, cancelled, matrix };
}

/** Row, cells by the name of their environment. */
export function rowOf(matrix: DeploymentMatrixResponse, slug: string) {
  const row = matrix.projects.find(one => one.slug === slug)!;
  const names = new Map(matrix.environments.map(one => [one.id, one.name]));
  const cells: Record<string, DeploymentCell> = Object.fromEntries(
    row.cells.map(cell => [names.get(cell.environmentId) ?? '', cell]),
  );
  return { ...row, cells };
}

export const idOf = (matrix: DeploymentMatrixResponse, name: string) =>
  matrix.environments.find(one => one.name === name)!.id;

/** What a click on Deploy sends. */
export function order(
  matrix: DeploymentMatrixResponse,
  slug: string,
  environment: string,
  more: object = {},
) {
  return {
    requestId: `request-${Math.random().toString(36).slice(2, 12)}`,
    action: 'deploy',
    connection: 'octopus',
    projectId: rowOf(matrix, slug).id,
    environmentId: idOf(matrix, environment),
    ...more,
  };
}
