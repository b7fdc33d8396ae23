import {
  workspaceName,
  type DesiredHost,
  type HostRequest,
  type InfrastructureConfig,
  type RunDocument,
  type RunKind,
} from '@nante/model';
import type { EngineContext } from '../context';
import { assertMayChange } from '../policy/policy';
import { newRunDocument } from '../runs/newRun';
import { readHosts } from '../store/hosts';
import type { RunOptions } from '../types';
import { executeRun, type RunPlan } from './executeRun';

/** A run that changes one host of ours which is there. */
export interface HostRun extends Omit<RunPlan, 'initial'> {
  kind: RunKind;
  request: HostRequest;
  /** For a refusal: `Only operators may <verb> hosts in prod.` */
  verb: string;
  /** Commands that do the same by hand. */
  byHand(host: DesiredHost, config: InfrastructureConfig): string[];
}

/**
 * Runs a change of one host: policy is asked before there is a run, and the run's document says whose host it is.
 *
 * @throws NanteError what policy refuses, what `byHand` finds wrong, and what `executeRun` throws
 */
export async function runOnHost(
  context: EngineContext,
  { kind, request, verb, byHand, ...plan }: HostRun,
  options: RunOptions,
): Promise<RunDocument> {
  const config = await context.config();
  assertMayChange(config, request, verb);
  const { app, environment, name } = request;
  const { hosts } = await readHosts(
    await context.provenStore(),
    workspaceName(app, environment),
    app,
    environment,
  );
  const host: DesiredHost | undefined = hosts[name];
  const initial = await newRunDocument(kind, request, options, {
    hostKind: host?.kind,
    owner: host?.owner,
    inputs: { ...request },
    byHand: host ? byHand(host, config) : [],
    context,
  });
  return executeRun(context, { ...plan, initial }, options);
}
