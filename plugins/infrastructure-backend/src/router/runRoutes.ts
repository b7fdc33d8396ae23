import type { AuditorService } from '@backstage/backend-plugin-api';
import { NotAllowedError, NotFoundError } from '@backstage/errors';
import { type RunDocument, finalRunStates } from '@nante/model';
import {
  type GetRunLogResponse,
  type GetRunResponse,
  type ListRunsResponse,
  type RunInspectionResponse,
  runCancelPermission,
  runReadPermission,
} from '@nante/plugin-infrastructure-common';
import {
  audited,
  type Engine,
  isRunOf,
  readRecords,
  recordsOfRun,
} from '@nante/plugin-infrastructure-node';
import type { Router } from 'express';
import type { RunIndex } from '../runs/RunIndex';
import type { Access } from './access';
import { abortOnClose } from './hostRoutes';
import { logQuerySchema, parse, runsQuerySchema } from './schemas';

/** Goals in seconds, from asking to a host that one can log in to. */
const TARGET_SECONDS = { vm: 300, lxc: 120 };
/** From asking for a deployment to its end, and for what else needs no new host. */
const DEPLOYMENT_SECONDS = 180;
/** Longest wait for the next log line; proxies cut at thirty seconds. */
const LOG_WAIT_MS = 20_000;

/** Routes about runs. */
export function addRunRoutes(
  router: Router,
  deps: {
    access: Access;
    auditor: AuditorService;
    engine: Engine;
    runs: RunIndex;
  },
): void {
  const { access, auditor, engine, runs } = deps;

  const find = async (id: string): Promise<RunDocument> => {
    const run = await runs.get(id);
    if (!run) throw new NotFoundError(`There is no run ${id}`);
    return run;
  };

  router.get('/runs', async (req, res) => {
    const person = await access.require(req, runReadPermission);
    const { mine, ...filter } = parse(runsQuerySchema, req.query);
    const answer: ListRunsResponse = {
      runs: await runs.list({
        ...filter,
        requestedBy: mine ? person.ref : undefined,
      }),
    };
    res.json(answer);
  });

  router.get('/runs/:id', async (req, res) => {
    const person = await access.require(req, runReadPermission);
    const run = await find(req.params.id);
    const answer: GetRunResponse = {
      run,
      usualSeconds: await runs.usualSeconds(run),
      targetSeconds: isOfApp(run)
        ? DEPLOYMENT_SECONDS
        : TARGET_SECONDS[run.hostKind ?? 'vm'],
      mayCancel: isRunOf(person, run) && !finalRunStates.includes(run.state),
    };
    res.json(answer);
  });

  router.get('/runs/:id/log', async (req, res) => {
    await access.require(req, runReadPermission);
    const { after, wait } = parse(logQuerySchema, req.query);
    const answer: GetRunLogResponse = {
      lines: await runs.log(req.params.id, after, {
        waitMs: wait ? LOG_WAIT_MS : 0,
        signal: abortOnClose(res),
      }),
    };
    res.json(answer);
  });

  router.get('/runs/:id/inspection', async (req, res) => {
    const person = await access.require(req, runReadPermission);
    const run = await find(req.params.id);
    const options = { signal: abortOnClose(res) };
    const [{ remedies, ...found }, records] = await Promise.all([
      engine.inspect(run.id, options),
      readRecords(engine, options),
    ]);
    const answer: RunInspectionResponse = {
      ...found,
      remedies: await Promise.all(
        remedies.map(async remedy => {
          // What can't be done at all says more than who may not.
          if (!remedy.allowed) return remedy;
          const reason = await access.whyNotRepair(
            person,
            run,
            remedy.remedy,
            recordsOfRun(records, run),
          );
          return reason ? { ...remedy, allowed: false, reason } : remedy;
        }),
      ),
    };
    res.json(answer);
  });

  router.post('/runs/:id/cancel', async (req, res) => {
    const person = await access.require(req, runCancelPermission);
    const cancel = async () => {
      const run = await find(req.params.id);
      if (!isRunOf(person, run)) {
        throw new NotAllowedError(
          `Only ${run.requestedBy}, the owner and operators may cancel this run.`,
        );
      }
      // A run that has ended is what the person wanted: repeating the click is no error.
      if (!finalRunStates.includes(run.state)) {
        await engine.requestCancel(run.id);
      }
    };
    const event = {
      eventId: 'run-cancel',
      severityLevel: 'medium' as const,
      request: req,
      meta: { run: req.params.id },
    };
    await audited(auditor, event, cancel);
    res.status(202).json({});
  });
}

/** Of releases, deployments or artifacts: it concerns no host. */
function isOfApp({ host, hosts }: RunDocument): boolean {
  return host === '' && !hosts?.length;
}
