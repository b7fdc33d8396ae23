import type { OnboardRequest, RunDocument } from '@nante/model';
import { playWithSite } from '../configure/playWithSite';
import { siteSecrets } from '../configure/siteSecrets';
import { assertOwnArguments } from '../configure/checkSite';
import { newHostNeeds } from '../configure/siteVariables';
import { softwareTools } from '../configure/software';
import type { EngineContext } from '../context';
import type { Lease } from '../lock/lease';
import { executeRun, type Run } from '../operation/executeRun';
import { settleTarget, targetSteps } from '../provision/settleTarget';
import { targetLeftovers } from '../register/targetRecords';
import { newRunDocument } from '../runs/newRun';
import type { StepTitle } from '../runs/recorder';
import {
  awaitFirstSamples,
  observeStep,
  reportsBack,
} from '../telemetry/firstSamples';
import type { RunOptions } from '../types';
import { checkOnboard } from './checkOnboard';
import { fingerprint, lookAtServer, type ServerFacts } from './connect';
import { keysOfCheck, parseOnboard } from './parseOnboard';
import { createServerPlays, onboardByHand } from './plays';
import { adoptServer, intendServer, openServerEntry } from './records';

const checkSteps: readonly StepTitle[] = [
  ['check', 'Check the request'],
  ['connect', 'Log in and look'],
  ['preview', 'Play a dry run, which changes nothing'],
  ['finish', 'Say what would change'],
];

const stepsOf = (
  reports: boolean,
  { target }: OnboardRequest,
): readonly StepTitle[] => [
  ['check', 'Check the request, and that it was tried before'],
  ['connect', 'Log in by the host key that the check learned'],
  ['bootstrap', 'Make the server fit for Ansible'],
  ['roles', 'Apply the roles'],
  ...(reports ? [observeStep] : []),
  ['finish', 'Take the server into our records'],
  ...targetSteps({ target }),
];

/** See `Engine.onboard`. */
export async function onboard(
  context: EngineContext,
  input: OnboardRequest,
  options: RunOptions,
): Promise<RunDocument> {
  const request = parseOnboard(input);
  const dryRun = request.checkedRunId === undefined;
  const config = await context.config();
  const needs = newHostNeeds(config, request, true);
  await assertOwnArguments(context, needs);
  const initial = await newRunDocument('onboard', request, options, {
    owner: request.owner,
    // Undefined values would be gone from the document, and a repeat would look like another request.
    inputs: JSON.parse(JSON.stringify(request)),
    byHand: onboardByHand(config, request, dryRun),
    context,
  });
  return executeRun(
    context,
    {
      initial,
      steps: dryRun ? checkSteps : stepsOf(reportsBack(needs), request),
      body: (run, onFailure) =>
        dryRun ? tryOut(run, request) : takeOver(run, request, onFailure),
    },
    options,
  );
}

/** The check: nothing of the server is changed, and nothing in our records but the run. */
async function tryOut(
  run: Run,
  request: OnboardRequest,
): Promise<Partial<RunDocument>> {
  const { recorder } = run;
  await recorder.step('check', () => checkUnderLock(run, request));
  const tools = await softwareTools(run.context);
  const server = await recorder.step('connect', async step => {
    const facts = await lookAtServer(run, request, tools.privateKey);
    step.detail(describe(facts));
    await recorder.update({ hostKeys: facts.hostKeys });
    return facts;
  });
  const plays = createServerPlays(run, request, {
    ...{ tools, hostKeys: server.hostKeys, dryRun: true },
  });
  await recorder.step('preview', async () => {
    await plays.play('bootstrap.yml');
    if (request.roles.length === 0) return;
    if (server.hasPython)
      await plays.play(
        'site.yml',
        await siteSecrets(run.context, newHostNeeds(run.config, request, true)),
      );
    else
      for (const { name } of request.roles)
        plays.notSeen(
          `The role ${name}: it can be tried once the server has Python.`,
        );
  });
  return recorder.step('finish', async step => {
    const configuration = plays.configuration();
    const [count, hidden] = [
      configuration.changes.length,
      configuration.unseen.length,
    ];
    step.detail(
      `${count} task${count === 1 ? '' : 's'} would change something${hidden ? `, ${hidden} could not be looked at` : ''}. Nothing was changed.`,
    );
    return { configuration };
  });
}

/** What the check has shown is done, and the server is ours to take care of. */
async function takeOver(
  run: Run,
  request: OnboardRequest,
  onFailure: (look: () => Promise<string[]>) => void,
): Promise<Partial<RunDocument>> {
  const { recorder, context } = run;
  const { lease, hostKeys } = await recorder.step('check', async () => {
    const check = await context.runs.get(request.checkedRunId ?? '');
    const keys = keysOfCheck(request, check);
    return { hostKeys: keys, lease: await checkUnderLock(run, request) };
  });
  const tools = await softwareTools(run.context);
  await recorder.step('connect', async step => {
    const facts = await lookAtServer(run, request, tools.privateKey, hostKeys);
    step.detail(describe(facts));
    await recorder.update({ hostKeys });
  });
  const plays = createServerPlays(run, request, {
    ...{ tools, hostKeys, dryRun: false },
  });
  onFailure(() => leftovers(run, request));
  const entry = await recorder.step('bootstrap', async () => {
    const intended = await intendServer(run, lease, request, hostKeys);
    await lease.assertHeld();
    await plays.play('bootstrap.yml');
    return intended;
  });
  await recorder.step('roles', async step => {
    if (request.roles.length === 0) {
      step.skip('There are no roles to apply.');
      return;
    }
    await lease.assertHeld();
    // What another request began is finished under that one's id.
    const { requestId } = entry;
    const mine = newHostNeeds(run.config, { ...request, requestId }, true);
    await playWithSite(run, lease, mine, false, secrets =>
      plays.play('site.yml', secrets),
    );
  });
  await awaitFirstSamples(
    run,
    newHostNeeds(run.config, request, true),
    'roles',
  );
  await recorder.step('finish', () => adoptServer(run, lease, request, entry));
  await recorder.update({ configuration: plays.configuration() });
  // In our records first: what makes a host of ours a target is the same for all of them.
  await settleTarget(run, lease, request);
  return {};
}

/** The lock first, so that what was checked still holds when it counts. */
async function checkUnderLock(
  run: Run,
  request: OnboardRequest,
): Promise<Lease> {
  const { context, store, config, signal } = run;
  // Before anybody waits for a lock, and again under it.
  await checkOnboard(context, store, config, request, signal);
  const { lease } = await run.lock();
  await checkOnboard(context, store, config, request, signal);
  return lease;
}

function describe({ system, hostKeys }: ServerFacts): string {
  return `${system}; it shows the host key ${fingerprint(hostKeys[0])}.`;
}

async function leftovers(run: Run, request: OnboardRequest): Promise<string[]> {
  const { store, recorder } = run;
  const { workspace } = recorder.document;
  const entry = await openServerEntry(store, workspace, request.name);
  if (!entry) return [];
  return [
    ...(await targetLeftovers(run, request.name)),
    `${request.name} (${request.address}) may be changed in part, and is ${entry.state} in our ledger. Repeat the request to finish, or take it out of our records.`,
  ];
}
