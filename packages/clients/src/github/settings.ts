import { z } from 'zod';
import type { GithubConnection } from './connection';
import { unlessAbsent } from './failures';
import { readPages } from './pages';
import { pathOf } from './repositories';
import { sealFor } from './seal';
import type { GithubApi } from './types';
import { webhookCalls } from './webhooks';

/** An answer that has one list beside its length. */
const listIn = <Item extends z.ZodType>(key: string, item: Item) =>
  z
    .record(z.string(), z.unknown())
    .transform(page => page[key])
    .pipe(z.array(item));

const variablesSchema = listIn(
  'variables',
  z.object({ name: z.string(), value: z.string() }),
);
const secretsSchema = listIn('secrets', z.object({ name: z.string() }));
const keySchema = z.object({ key_id: z.string(), key: z.string() });
const protectionSchema = z.object({
  required_status_checks: z
    .object({
      contexts: z.array(z.string()).nullish(),
      checks: z.array(z.object({ context: z.string() })).nullish(),
    })
    .nullish(),
  required_pull_request_reviews: z
    .object({ required_approving_review_count: z.number().nullish() })
    .nullish(),
});

type SettingCalls = Pick<
  GithubApi,
  | 'ensureEnvironment'
  | 'variables'
  | 'setVariable'
  | 'secretNames'
  | 'setSecret'
  | 'branchProtection'
  | 'protectBranch'
  | 'ensureWebhook'
>;

/** Calls about the settings of a repository. */
export function settingCalls(connection: GithubConnection): SettingCalls {
  return {
    async ensureEnvironment(repository, environment, options) {
      const { owner, name: repo } = repository;
      const where = { owner, repo, environment_name: environment };
      const there = await unlessAbsent(
        connection.send(
          { what: `find the environment ${environment}` },
          (rest, pass) => rest.repos.getEnvironment({ ...where, ...pass }),
          options,
        ),
        404,
      );
      if (there) return { isNew: false };
      await connection.send(
        {
          what: `make the environment ${environment} of ${pathOf(repository)}`,
        },
        (rest, pass) =>
          rest.repos.createOrUpdateEnvironment({ ...where, ...pass }),
        options,
      );
      return { isNew: true };
    },
    async variables(repository, options) {
      const { owner, name: repo } = repository;
      const found = await readPages(
        connection,
        {
          schema: variablesSchema,
          noun: 'list of variables',
          asked: { what: `list the variables of ${pathOf(repository)}` },
          // More are not given.
          perPage: 30,
          call: (rest, pass) =>
            rest.actions.listRepoVariables({ owner, repo, ...pass }),
        },
        options,
      );
      return Object.fromEntries(found.map(({ name, value }) => [name, value]));
    },
    async setVariable(repository, name, value, options) {
      const { owner, name: repo } = repository;
      const asked = {
        what: `set the variable ${name} of ${pathOf(repository)}`,
      };
      const changed = await unlessAbsent(
        connection.send(
          asked,
          (rest, pass) =>
            rest.actions.updateRepoVariable({
              ...{ owner, repo, name, value },
              ...pass,
            }),
          options,
        ),
        404,
      );
      if (changed) return;
      await connection.send(
        asked,
        (rest, pass) =>
          rest.actions.createRepoVariable({
            ...{ owner, repo, name, value },
            ...pass,
          }),
        options,
      );
    },
    async secretNames(repository, options) {
      const { owner, name: repo } = repository;
      const found = await readPages(
        connection,
        {
          schema: secretsSchema,
          noun: 'list of secrets',
          asked: { what: `list the secrets of ${pathOf(repository)}` },
          call: (rest, pass) =>
            rest.actions.listRepoSecrets({ owner, repo, ...pass }),
        },
        options,
      );
      return found.map(({ name }) => name);
    },
    async setSecret(repository, name, value, options) {
      const { owner, name: repo } = repository;
      const asked = { what: `set the secret ${name} of ${pathOf(repository)}` };
      const { key_id, key } = await connection.read(
        keySchema,
        'public key',
        asked,
        (rest, pass) => rest.actions.getRepoPublicKey({ owner, repo, ...pass }),
        options,
      );
      const encrypted_value = await sealFor(key, value);
      await connection.send(
        asked,
        (rest, pass) =>
          rest.actions.createOrUpdateRepoSecret({
            ...{ owner, repo, secret_name: name, encrypted_value, key_id },
            ...pass,
          }),
        options,
      );
    },
    async branchProtection(repository, branch, options) {
      const { owner, name: repo } = repository;
      const found = await unlessAbsent(
        connection.read(
          protectionSchema,
          'branch protection',
          { what: `see what guards ${branch} of ${pathOf(repository)}` },
          (rest, pass) =>
            rest.repos.getBranchProtection({ owner, repo, branch, ...pass }),
          options,
        ),
        404,
      );
      const checks = found?.required_status_checks;
      return (
        found && {
          requiredChecks:
            checks?.checks?.map(({ context }) => context) ??
            checks?.contexts ??
            [],
          approvals:
            found.required_pull_request_reviews
              ?.required_approving_review_count ?? 0,
        }
      );
    },
    async protectBranch(
      repository,
      branch,
      { requiredChecks, approvals },
      options,
    ) {
      const { owner, name: repo } = repository;
      await connection.send(
        { what: `protect ${branch} of ${pathOf(repository)}` },
        (rest, pass) =>
          rest.repos.updateBranchProtection({
            ...{ owner, repo, branch },
            required_status_checks:
              requiredChecks.length > 0
                ? { strict: false, contexts: [...requiredChecks] }
                : null,
            required_pull_request_reviews:
              approvals > 0
                ? { required_approving_review_count: approvals }
                : null,
            // Whoever administers the repository can still repair it.
            enforce_admins: false,
            restrictions: null,
            allow_force_pushes: false,
            allow_deletions: false,
            ...pass,
          }),
        options,
      );
    },
    ...webhookCalls(connection),
  };
}
