import { setTimeout as sleep } from 'node:timers/promises';
import type { OctopusApi, OctopusDeployment } from '@nante/clients';
import { NanteError, type LedgerEntry } from '@nante/model';
import { readLedger, writeEntry } from '../ledger/ledger';
import type { Run } from '../operation/executeRun';
import type { Intention } from './mayGo';

/** How many of the newest deployments are looked through for one of ours whose answer was lost. */
const looked = 100;
/** How often, after an answer was lost: the server may still be at it. */
const looks = 4;

/** The one deployment of a request, found again by ledger and mark. */
export interface OwnDeployment {
  /** The one that an earlier try made and that has not failed under its eyes. */
  find(): Promise<OctopusDeployment | undefined>;
  /**
   * Makes it.
   *
   * @throws NanteError `refused` in Octopus' words
   */
  create(deployment: {
    machineIds?: string[];
    force: boolean;
    comment?: string;
  }): Promise<OctopusDeployment>;
  /** It ended without success: a repeat of the request makes another one. */
  giveUp(deployment: OctopusDeployment): Promise<void>;
}

/** Stands in the comments of a deployment: where its answer is lost, this finds it again. */
const markOf = (requestId: string) => `nante:${requestId}`;

export function ownDeployment(
  run: Run,
  api: OctopusApi,
  connection: string,
  requestId: string,
  {
    project,
    release,
    environment,
  }: Omit<Intention, 'release'> & {
    release: Pick<Intention['release'], 'id' | 'version'>;
  },
): OwnDeployment {
  const { store, recorder, signal } = run;
  const { workspace, id: runId } = recorder.document;
  const id = `octopus/${connection}/deployment/${requestId}`;

  const note = (state: LedgerEntry['state'], outsideId: string) =>
    writeEntry(store, workspace, {
      ...{ id, system: 'octopus', connection, kind: 'deployment', outsideId },
      ...{ host: '', requestId, runId, state },
      undo: `Deploy the release that was there before: nante rollback --project ${project.slug} --octopus-environment "${environment.name}".`,
    });

  /** @param after - id of an earlier deployment of this request that failed: only newer ones count */
  async function marked(after: string): Promise<OctopusDeployment | undefined> {
    const { items } = await api.deployments({
      ...{ projectId: project.id, environmentId: environment.id },
      take: looked,
    });
    const at = items.findIndex(item => item.id === after);
    return (at < 0 ? items : items.slice(0, at)).find(({ comments }) =>
      comments.split(/\s+/u).includes(markOf(requestId)),
    );
  }

  const lastEntry = async () => {
    const entries = await readLedger(store, workspace, { signal });
    return entries.findLast(entry => entry.id === id);
  };

  return {
    async find() {
      const entry = await lastEntry();
      if (entry?.state === 'created')
        return api.deployment(entry.outsideId, { signal });
      if (entry?.state !== 'intended') return undefined;
      const found = await marked(entry.outsideId);
      if (found) await note('created', found.id);
      return found;
    },

    async create({ machineIds, force, comment }) {
      const before = await lastEntry();
      // What failed earlier bears the same mark, so the entry keeps its id until there is another.
      const after = before?.state === 'left behind' ? before.outsideId : '';
      await note('intended', after);
      let made: OctopusDeployment;
      try {
        const { deploymentId } = await api.createDeployment({
          ...{ project, release, environment, machineIds, force },
          comment: [comment, markOf(requestId)].filter(Boolean).join('\n'),
        });
        made = await api.deployment(deploymentId);
      } catch (error) {
        made = await recovered(error, after);
      }
      await note('created', made.id);
      return made;
    },

    giveUp: deployment => note('left behind', deployment.id),
  };

  /** @throws NanteError the failure, where there is no deployment */
  async function recovered(
    error: unknown,
    after: string,
  ): Promise<OctopusDeployment> {
    if (!NanteError.is(error)) throw error;
    if (error.code === 'invalid-input' || error.code === 'conflict') {
      await note('removed', after);
      // Lifecycle, freeze, or whatever else Octopus knows.
      throw new NanteError('refused', error.message, { hint: error.hint });
    }
    if (error.code === 'unauthorized') await note('removed', after);
    if (error.code !== 'unreachable' && error.code !== 'failed') throw error;
    for (let look = 0; look < looks; look += 1) {
      await sleep(run.context.timing.taskPollMs, undefined, { signal }).catch(
        () => {},
      );
      const found = await marked(after).catch(() => undefined);
      if (found) return found;
    }
    throw error;
  }
}
