import { z } from 'zod';
import { nodeId, simpleUser, time } from '../answers/basics';
import { repositoryApi, repositoryPage } from '../answers/repository';
import { notFound, unprocessable } from '../errors';
import { input } from '../input';
import type { Environment } from '../model';
import type { Call, Route } from '../router';
import { counted } from './shared';

/** The environment of a call. @throws GithubError 404 */
export function environmentOf({
  github,
  repository,
  params,
}: Call): Environment {
  const found = github.state.find(
    'environments',
    one =>
      one.repository === repository.id &&
      one.name.toLowerCase() === params.environment_name.toLowerCase(),
  );
  if (!found) throw notFound();
  return found;
}

function environment(call: Call, document: Environment) {
  const { github, repository } = call;
  const { id, name, reviewers, waitTimer, branchPolicy } = document;
  const rule = (offset: number, type: string) => ({
    id: id * 10 + offset,
    node_id: nodeId('Gate', id * 10 + offset),
    type,
  });
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url: `${repositoryApi(github, repository)}/environments/${encodeURIComponent(name)}`,
    html_url: `${repositoryPage(github, repository)}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: time(document.createdAt),
    updated_at: time(document.updatedAt),
    protection_rules: [
      ...(waitTimer > 0
        ? [{ ...rule(1, 'wait_timer'), wait_timer: waitTimer }]
        : []),
      ...(reviewers.length > 0
        ? [
            {
              ...rule(2, 'required_reviewers'),
              prevent_self_review: false,
              reviewers: reviewers.map(login => ({
                type: 'User',
                reviewer: simpleUser(github, login),
              })),
            },
          ]
        : []),
      ...(branchPolicy ? [rule(3, 'branch_policy')] : []),
    ],
    deployment_branch_policy: branchPolicy,
  };
}

const environmentSchema = z.looseObject({
  wait_timer: z.number().int().min(0).max(43_200).optional(),
  reviewers: z
    .array(z.object({ type: z.enum(['User', 'Team']), id: z.number() }))
    .nullish(),
  deployment_branch_policy: z
    .object({
      protected_branches: z.boolean(),
      custom_branch_policies: z.boolean(),
    })
    .nullish(),
});

export const environmentRoutes: Route[] = [
  {
    call: 'GET /repos/{owner}/{repo}/environments',
    answer: call =>
      counted(
        call,
        'environments',
        call.github.state.filter(
          'environments',
          ({ repository }) => repository === call.repository.id,
        ),
        one => environment(call, one),
      ),
  },
  {
    call: 'GET /repos/{owner}/{repo}/environments/{environment_name}',
    answer: call => environment(call, environmentOf(call)),
  },
  {
    call: 'PUT /repos/{owner}/{repo}/environments/{environment_name}',
    needs: 'admin',
    answer(call) {
      const { github, repository, params } = call;
      const { state } = github;
      const asked = input(environmentSchema, call.body);
      const reviewers = (asked.reviewers ?? []).map(({ id }) => {
        const user = state.get('users', id);
        if (!user) throw unprocessable(`There is no user ${id}.`);
        return user.login;
      });
      const fields = {
        reviewers,
        waitTimer: asked.wait_timer ?? 0,
        branchPolicy: asked.deployment_branch_policy ?? null,
        updatedAt: new Date().toISOString(),
      };
      const name = params.environment_name;
      const known = state.find(
        'environments',
        one =>
          one.repository === repository.id &&
          one.name.toLowerCase() === name.toLowerCase(),
      );
      const kept = known
        ? state.update('environments', known.id, fields)
        : state.insert('environments', {
            ...{ ...fields, name, repository: repository.id },
            createdAt: fields.updatedAt,
          });
      return environment(call, kept);
    },
  },
  {
    call: 'DELETE /repos/{owner}/{repo}/environments/{environment_name}',
    needs: 'admin',
    answer(call) {
      const { id, name } = environmentOf(call);
      const { state } = call.github;
      for (const kind of ['secrets', 'variables'] as const)
        for (const one of state.filter(
          kind,
          setting =>
            setting.repository === call.repository.id &&
            setting.environment === name,
        ))
          state.remove(kind, one.id);
      state.remove('environments', id);
    },
  },
];
