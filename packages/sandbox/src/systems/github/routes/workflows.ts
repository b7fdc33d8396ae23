import { z } from 'zod';
import { dispatched, runner, workflow } from '../answers/actions';
import { context } from '../webhooks/payloads';
import { notFound, unprocessable } from '../errors';
import { input } from '../input';
import type { Runner, Workflow } from '../model';
import type { Call, Route } from '../router';
import { readInputs } from '../workflows/file';
import { dispatchInputs } from '../workflows/inputs';
import { readWorkflow, startRun } from '../workflows/start';
import { organizationOf } from './account';
import { matchingRuns, runsPage } from './runs';
import { counted, reader } from './shared';

const dispatchSchema = z.object({
  ref: z.string(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  return_run_details: z.boolean().default(false),
});

/** GitHub takes no more in one dispatch. */
const mostInputs = 25;

/** By id or by the name of its file. */
function workflowOf({ github, repository, params }: Call): Workflow {
  const name = params.workflow_id;
  const found = github.state.find(
    'workflows',
    one =>
      one.repository === repository.id &&
      one.state !== 'deleted' &&
      (String(one.id) === name || one.path.split('/').at(-1) === name),
  );
  if (!found) throw notFound();
  return found;
}

async function dispatch(call: Call) {
  const { github, repository, by } = call;
  const document = workflowOf(call);
  const asked = input(dispatchSchema, call.body);
  if (Object.keys(asked.inputs).length > mostInputs)
    throw unprocessable(`you may only define up to ${mostInputs} inputs`);
  if (document.state === 'disabled_manually')
    throw unprocessable('Cannot trigger a disabled workflow');
  const name = asked.ref.replace(/^refs\/(heads|tags)\//, '');
  const read = reader(call);
  const ref =
    (await read.ref(`refs/heads/${name}`)) ??
    (await read.ref(`refs/tags/${name}`));
  if (!ref) throw unprocessable(`No ref found for: ${asked.ref}`);
  const text = await read.text(ref.commit, document.path);
  const parsed =
    text === undefined ? undefined : readWorkflow(text, document.path);
  if (parsed && 'problem' in parsed)
    throw unprocessable(`failed to parse workflow: ${parsed.problem}`);
  const file = parsed?.file;
  if (!file?.on.workflow_dispatch)
    throw unprocessable("Workflow does not have 'workflow_dispatch' trigger");
  const defined = readInputs(file.on.workflow_dispatch.inputs);
  const inputs = dispatchInputs(defined, asked.inputs);
  const run = await startRun(github, document.path, file, {
    ...{ repository, inputs, ref: ref.ref, sha: ref.commit },
    event: 'workflow_dispatch',
    headBranch: name,
    actor: by.login,
    title: file.name,
    payload: {
      // As GitHub has them there: texts, also of numbers and booleans.
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([key, value]) => [key, String(value)]),
      ),
      ref: ref.ref,
      workflow: document.path,
      ...context(github, repository, by.login),
    },
  });
  if (!run) throw unprocessable('Cannot trigger a disabled workflow');
  return asked.return_run_details
    ? Response.json(dispatched(github, repository, run))
    : undefined;
}

function setState(call: Call, state: 'active' | 'disabled_manually') {
  call.github.state.update('workflows', workflowOf(call).id, { state });
}

function runnersPage(call: Call, runners: Runner[]) {
  const isAway = call.github.faults.hasNoRunner;
  const name = call.query.get('name');
  return counted(
    call,
    'runners',
    runners.filter(one => !name || one.name === name),
    one => runner(one, isAway),
  );
}

/** A repository may use the runners of its organization. */
function runnersOf({ github, repository }: Call): Runner[] {
  return github.state.filter(
    'runners',
    ({ organization }) => organization === repository.owner,
  );
}

const base = '/repos/{owner}/{repo}/actions';

export const workflowRoutes: Route[] = [
  {
    call: `GET ${base}/workflows`,
    answer: call =>
      counted(
        call,
        'workflows',
        call.github.state.filter(
          'workflows',
          one =>
            one.repository === call.repository.id && one.state !== 'deleted',
        ),
        one => workflow(call.github, call.repository, one),
      ),
  },
  {
    call: `GET ${base}/workflows/{workflow_id}`,
    answer: call => workflow(call.github, call.repository, workflowOf(call)),
  },
  {
    call: `GET ${base}/workflows/{workflow_id}/runs`,
    answer: call => runsPage(call, matchingRuns(call, workflowOf(call).id)),
  },
  {
    call: `POST ${base}/workflows/{workflow_id}/dispatches`,
    needs: 'write',
    answer: dispatch,
  },
  {
    call: `PUT ${base}/workflows/{workflow_id}/disable`,
    needs: 'write',
    answer: call => setState(call, 'disabled_manually'),
  },
  {
    call: `PUT ${base}/workflows/{workflow_id}/enable`,
    needs: 'write',
    answer: call => setState(call, 'active'),
  },
  {
    call: `GET ${base}/runners`,
    needs: 'admin',
    answer: call => runnersPage(call, runnersOf(call)),
  },
  {
    call: `GET ${base}/runners/{runner_id}`,
    needs: 'admin',
    answer(call) {
      const found = runnersOf(call).find(
        ({ id }) => id === Number(call.params.runner_id),
      );
      if (!found) throw notFound();
      return runner(found, call.github.faults.hasNoRunner);
    },
  },
  {
    call: 'GET /orgs/{org}/actions/runners',
    scope: 'admin:org',
    answer(call) {
      const { login } = organizationOf(call);
      return runnersPage(
        call,
        call.github.state.filter(
          'runners',
          ({ organization }) => organization === login,
        ),
      );
    },
  },
];
