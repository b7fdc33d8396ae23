import { z } from 'zod';
import { commit as commitAnswer } from '../answers/commits';
import { protection, protectionSummary } from '../answers/protection';
import { repositoryApi, repositoryPage } from '../answers/repository';
import { GithubError, notFound } from '../errors';
import { input } from '../input';
import type { Protection } from '../model';
import type { Call, Route } from '../router';
import { reader } from './shared';

const requiredChecks = z
  .object({
    strict: z.boolean().optional(),
    contexts: z.array(z.string()).optional(),
    checks: z.array(z.looseObject({ context: z.string() })).optional(),
  })
  .nullable();

const protectionSchema = z.looseObject({
  required_status_checks: requiredChecks,
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: z
    .looseObject({
      required_approving_review_count: z
        .number()
        .int()
        .min(0)
        .max(6)
        .optional(),
    })
    .nullable(),
  restrictions: z.looseObject({}).nullable(),
  allow_force_pushes: z.boolean().nullish(),
  allow_deletions: z.boolean().nullish(),
});

function protectionOf({ github, repository }: Call, branch: string) {
  return github.state.find(
    'protections',
    one => one.repository === repository.id && one.branch === branch,
  );
}

/** @throws GithubError 404 where nothing guards the branch */
function demandProtection(call: Call): Protection {
  const found = protectionOf(call, call.params.branch);
  if (!found) throw new GithubError(404, 'Branch not protected');
  return found;
}

async function branchOf(call: Call): Promise<{ name: string; sha: string }> {
  const name = call.params.branch;
  const ref = await reader(call).ref(`refs/heads/${name}`);
  if (!ref) throw new GithubError(404, 'Branch not found');
  return { name, sha: ref.sha };
}

function short(call: Call, name: string, sha: string) {
  const { github, repository } = call;
  const api = repositoryApi(github, repository);
  const guard = protectionOf(call, name);
  return {
    name,
    commit: { sha, url: `${api}/commits/${sha}` },
    protected: guard !== undefined,
    protection: protectionSummary(guard),
    protection_url: `${api}/branches/${encodeURIComponent(name)}/protection`,
  };
}

export const branchRoutes: Route[] = [
  {
    call: 'GET /repos/{owner}/{repo}/branches',
    async answer(call) {
      const refs = await reader(call).refs('refs/heads');
      const only = call.query.get('protected');
      const found = refs
        .map(({ ref, sha }) => ({ name: ref.replace('refs/heads/', ''), sha }))
        .filter(
          ({ name }) =>
            only === null ||
            (protectionOf(call, name) !== undefined) === (only === 'true'),
        );
      return call.page(found).map(({ name, sha }) => short(call, name, sha));
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/branches/{branch}',
    async answer(call) {
      const { github, repository } = call;
      const { name, sha } = await branchOf(call);
      const found = await reader(call).commit(sha);
      return {
        ...short(call, name, sha),
        commit: commitAnswer(github, repository, found),
        _links: {
          self: `${repositoryApi(github, repository)}/branches/${encodeURIComponent(name)}`,
          html: `${repositoryPage(github, repository)}/tree/${name}`,
        },
      };
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/branches/{branch}/protection',
    needs: 'admin',
    answer: call =>
      protection(call.github, call.repository, demandProtection(call)),
  },
  {
    call: 'PUT /repos/{owner}/{repo}/branches/{branch}/protection',
    needs: 'admin',
    async answer(call) {
      const { github, repository } = call;
      const { name } = await branchOf(call);
      const asked = input(protectionSchema, call.body);
      const { required_status_checks: required } = asked;
      const contexts = [
        ...(required?.contexts ?? []),
        ...(required?.checks ?? []).map(({ context }) => context),
      ];
      const reviews = asked.required_pull_request_reviews;
      const fields = {
        repository: repository.id,
        branch: name,
        checks: required
          ? {
              contexts: [...new Set(contexts)],
              strict: required.strict ?? false,
            }
          : undefined,
        approvals: reviews
          ? (reviews.required_approving_review_count ?? 1)
          : undefined,
        enforceAdmins: asked.enforce_admins ?? false,
        allowForcePushes: asked.allow_force_pushes ?? false,
        allowDeletions: asked.allow_deletions ?? false,
      };
      const known = protectionOf(call, name);
      const kept = known
        ? github.state.update('protections', known.id, fields)
        : github.state.insert('protections', fields);
      return protection(github, repository, kept);
    },
  },
  {
    call: 'DELETE /repos/{owner}/{repo}/branches/{branch}/protection',
    needs: 'admin',
    answer(call) {
      call.github.state.remove('protections', demandProtection(call).id);
    },
  },
  {
    call: 'GET /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks',
    needs: 'admin',
    answer(call) {
      const shown = protection(
        call.github,
        call.repository,
        demandProtection(call),
      );
      if (!('required_status_checks' in shown)) throw notFound();
      return shown.required_status_checks;
    },
  },
  {
    call: 'POST /repos/{owner}/{repo}/branches/{branch}/protection/enforce_admins',
    needs: 'admin',
    answer: call => enforceAdmins(call, true),
  },
  {
    call: 'DELETE /repos/{owner}/{repo}/branches/{branch}/protection/enforce_admins',
    needs: 'admin',
    answer(call) {
      enforceAdmins(call, false);
    },
  },
];

function enforceAdmins(call: Call, isOn: boolean) {
  const { id } = demandProtection(call);
  const changed = call.github.state.update('protections', id, {
    enforceAdmins: isOn,
  });
  return protection(call.github, call.repository, changed).enforce_admins;
}
