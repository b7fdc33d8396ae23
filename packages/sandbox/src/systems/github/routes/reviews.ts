import { z } from 'zod';
import { nodeId, simpleUser } from '../answers/basics';
import { repositoryApi, repositoryPage } from '../answers/repository';
import { GithubError } from '../errors';
import { input } from '../input';
import type { Run } from '../model';
import type { Call, Route } from '../router';
import { runOf } from './runs';

function environmentAnswer(call: Call, name: string) {
  const { github, repository } = call;
  const found = github.state.find(
    'environments',
    one => one.repository === repository.id && one.name === name,
  );
  return {
    id: found?.id ?? 0,
    node_id: nodeId('Environment', found?.id ?? 0),
    name,
    url: `${repositoryApi(github, repository)}/environments/${encodeURIComponent(name)}`,
    html_url: `${repositoryPage(github, repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
  };
}

function pendingDeployments(call: Call, run: Run) {
  const { github, repository, by } = call;
  return run.waitsFor.map(name => {
    const reviewers =
      github.state.find(
        'environments',
        one => one.repository === repository.id && one.name === name,
      )?.reviewers ?? [];
    return {
      environment: environmentAnswer(call, name),
      wait_timer: 0,
      wait_timer_started_at: null,
      current_user_can_approve: reviewers.includes(by.login),
      reviewers: reviewers.map(login => ({
        type: 'User',
        reviewer: simpleUser(github, login),
      })),
    };
  });
}

const base = '/repos/{owner}/{repo}/actions';

export const reviewRoutes: Route[] = [
  {
    call: `POST ${base}/runs/{run_id}/approve`,
    needs: 'write',
    status: 201,
    answer(call) {
      const run = runOf(call);
      if (run.conclusion !== 'action_required')
        throw new GithubError(403, 'This run is not from a fork pull request');
      call.github.runs.rerun(run.id, call.by.login);
      return {};
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/pending_deployments`,
    answer: call => pendingDeployments(call, runOf(call)),
  },
  {
    call: `POST ${base}/runs/{run_id}/pending_deployments`,
    needs: 'write',
    answer(call) {
      const { github, by } = call;
      const run = runOf(call);
      const asked = input(
        z.object({
          environment_ids: z.array(z.number()),
          state: z.enum(['approved', 'rejected']),
          comment: z.string(),
        }),
        call.body,
      );
      const environments = github.state.filter('environments', one =>
        asked.environment_ids.includes(one.id),
      );
      if (environments.some(({ reviewers }) => !reviewers.includes(by.login)))
        throw new GithubError(
          403,
          'You are not a reviewer of this environment.',
        );
      github.state.update('runs', run.id, {
        approvals: [
          ...run.approvals,
          ...environments.map(({ name }) => ({
            environment: name,
            user: by.login,
            state: asked.state,
            comment: asked.comment,
          })),
        ],
      });
      github.runs.review(
        run.id,
        environments.map(({ name }) => name),
        asked.state === 'approved',
      );
      return [];
    },
  },
  {
    call: `GET ${base}/runs/{run_id}/approvals`,
    answer: call =>
      runOf(call).approvals.map(({ environment, user, state, comment }) => ({
        state,
        comment,
        environments: [environmentAnswer(call, environment)],
        user: simpleUser(call.github, user),
      })),
  },
];
