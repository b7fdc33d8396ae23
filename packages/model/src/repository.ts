import { z } from 'zod';
import { actorSchema } from './actor';
import { dnsLabelSchema } from './names';

/** Name of a repository, without its owner. */
export const repositoryNameSchema = z
  .string()
  .regex(
    /^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/,
    'use letters, digits, dots, _ and -, at most 100 characters, and no .git at the end',
  );

/** `owner/name` of a repository. */
export const repositoryPathSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
    'use owner/name',
  );

/** Name of a branch as we make them. */
export const branchNameSchema = z
  .string()
  .regex(
    /^(?!.*(?:\.\.|\/\/|@\{|\.lock$|\/$))[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/,
    'use letters, digits, dots, /, _ and -',
  );

/** A variable of a repository or environment, which workflows read as `vars.NAME`. */
const variablesSchema = z
  .record(z.string(), z.string().max(4096))
  .superRefine((variables, context) => {
    // Of a key that does not fit, a record says only that it does not.
    for (const name of Object.keys(variables)) {
      if (/^(?!GITHUB_)[A-Z_][A-Z0-9_]{0,99}$/.test(name)) continue;
      context.addIssue({
        code: 'custom',
        path: [name],
        message:
          'use upper case letters, digits and _ for its name, and no GITHUB_ at the begin',
      });
    }
  })
  .default({});

/** What guards a branch. */
const branchProtectionSchema = z.object({
  /** Checks that have to pass, by the name of their job as GitHub shows it: `ci / Build`. */
  requiredChecks: z.array(z.string().min(1)).max(20).default([]),
  /** Approvals that a pull request needs; 0 asks for no pull request. */
  approvals: z.number().int().min(0).max(6).default(0),
});
export type BranchProtection = z.infer<typeof branchProtectionSchema>;

const repositoryRequestSchema = actorSchema.extend({
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  /** Connection of type github. Left out: the only one there is. */
  connection: dnsLabelSchema.optional(),
  /** App that the repository is of; its runs stand in the workspace of the app's releases. */
  app: dnsLabelSchema,
  /** Looks at everything, and changes nothing. */
  dryRun: z.boolean().default(false),
});

/**
 * A repository of an app with its content and settings. One that we made is taken up where it stopped, and its files are
 * left alone once they have been pushed; one that somebody else made is refused.
 */
export const setUpRepositoryRequestSchema = repositoryRequestSchema.extend({
  /** Name in the organization of the connection. */
  name: repositoryNameSchema,
  /** Owner in the catalog, such as `group:default/shop`. */
  owner: z.string().min(1),
  description: z
    .string()
    .max(350)
    .regex(/^[^\p{Cc}]*$/u, 'use no control characters')
    .default(''),
  visibility: z.enum(['private', 'internal', 'public']).default('private'),
  defaultBranch: branchNameSchema.default('main'),
  /** Folder on the machine that runs the engine; all that lies in it is the first commit, dotfiles too, without `.git`. */
  folder: z.string().min(1),
  commitMessage: z.string().min(1).max(2000).default('First commit'),
  /** GitHub environments that are made; jobs of the reusable workflows run in them. */
  environments: z.array(dnsLabelSchema).max(20).default([]),
  variables: variablesSchema,
  /** Sets the secret DOPPLER_TOKEN, from the secret that the connection names. */
  dopplerToken: z.boolean().default(true),
  protection: branchProtectionSchema.optional(),
  /** Sends events of its workflows to the portal, where the connection says where that is. */
  webhook: z.boolean().default(true),
});
export type SetUpRepositoryRequest = z.infer<
  typeof setUpRepositoryRequestSchema
>;

/** Files go onto a branch and a pull request asks for them. The same content there already, or an open pull request with it, is success. */
export const proposeChangeRequestSchema = repositoryRequestSchema.extend({
  /** `owner/name`, or the name alone in the organization of the connection. */
  repository: z.union([repositoryPathSchema, repositoryNameSchema]),
  branch: branchNameSchema,
  /** Branch that is asked to take it. Left out: the repository's default one. */
  base: branchNameSchema.optional(),
  title: z.string().min(1).max(256),
  body: z.string().max(20_000).default(''),
  /** Contents by path; null takes a file away. */
  files: z
    .record(z.string().min(1), z.string().nullable())
    .refine(files => Object.keys(files).length > 0, 'name at least one file'),
  /** Paths of new files that are to be executable; what is there keeps what it has. */
  executables: z.array(z.string().min(1)).max(200).optional(),
  /** Files that are there and differ are refused unless they may be changed. */
  overwrite: z.boolean().default(false),
});
export type ProposeChangeRequest = z.infer<typeof proposeChangeRequestSchema>;

/** A repository as a run made or found it. */
export const sourceRepositoryResultSchema = z.object({
  connection: z.string(),
  /** `owner/name`. */
  repository: z.string(),
  /** Page. */
  url: z.string(),
  /** Address for `git clone`. */
  cloneUrl: z.string(),
  defaultBranch: z.string(),
  /** Our first commit; its push starts the first workflow. Empty after a dry run that would make it. */
  commit: z.string(),
  /** `owner/name` of the reusable workflows and the version that the callers name, where they name one. */
  workflows: z.string().optional(),
  alreadyThere: z.boolean(),
});
export type SourceRepositoryResult = z.infer<
  typeof sourceRepositoryResultSchema
>;

/** A pull request as a run made or found it. */
export const pullRequestResultSchema = z.object({
  connection: z.string(),
  repository: z.string(),
  /** Absent where the base has all of it already, and after a dry run. */
  number: z.number().int().optional(),
  url: z.string(),
  branch: z.string(),
  /** Paths that differ from the base. */
  files: z.array(z.string()),
  alreadyThere: z.boolean(),
});
export type PullRequestResult = z.infer<typeof pullRequestResultSchema>;
