import { z } from 'zod';
import { artifactFormatSchema, targetStyleSchema } from './deployment';

/** Health of a target, in Octopus' words. `Unknown`: nobody has checked it yet. */
export const targetHealthSchema = z.enum([
  'Healthy',
  'HasWarnings',
  'Unhealthy',
  'Unavailable',
  'Unknown',
]);
export type TargetHealth = z.infer<typeof targetHealthSchema>;

/** A deployment target as a run made or found it. */
export const registrationSchema = z.object({
  connection: z.string(),
  machineId: z.string(),
  machineName: z.string(),
  environments: z.array(z.string()),
  roles: z.array(z.string()),
  style: targetStyleSchema,
  health: targetHealthSchema,
  /** Why it is not healthy, from the log of the health check. */
  healthDetail: z.string().optional(),
  /** Page of the target in Octopus. */
  url: z.string(),
});
export type Registration = z.infer<typeof registrationSchema>;

/** A project as a run made or found it. */
export const projectResultSchema = z.object({
  connection: z.string(),
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  url: z.string(),
  alreadyThere: z.boolean(),
});
export type ProjectResult = z.infer<typeof projectResultSchema>;

/** A package of a release. */
export const selectedPackageSchema = z.object({
  /** Step of the process. */
  step: z.string(),
  packageId: z.string(),
  feed: z.string(),
  version: z.string(),
});
export type SelectedPackage = z.infer<typeof selectedPackageSchema>;

export const releaseResultSchema = z.object({
  connection: z.string(),
  id: z.string(),
  project: z.string(),
  version: z.string(),
  packages: z.array(selectedPackageSchema),
  url: z.string(),
  alreadyThere: z.boolean(),
});
export type ReleaseResult = z.infer<typeof releaseResultSchema>;

/** State of a task, in Octopus' words. */
export const taskStateSchema = z.enum([
  'Queued',
  'Executing',
  'Cancelling',
  'Success',
  'Failed',
  'Canceled',
  'TimedOut',
]);
export type TaskState = z.infer<typeof taskStateSchema>;

/** What a package changes from and to. */
export const packageChangeSchema = z.object({
  packageId: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
});
export type PackageChange = z.infer<typeof packageChangeSchema>;

export const deploymentResultSchema = z.object({
  connection: z.string(),
  /** Absent after a dry run, and where nothing had to be done. */
  id: z.string().optional(),
  taskId: z.string().optional(),
  project: z.string(),
  version: z.string(),
  /** What was there before. */
  previousVersion: z.string().optional(),
  /** Environment of Octopus. */
  environment: z.string(),
  state: taskStateSchema.optional(),
  /** What changes against what was there. */
  changes: z.array(packageChangeSchema).default([]),
  targets: z.array(z.string()).default([]),
  /** The release runs there already, on the same targets: nothing was done. */
  alreadyThere: z.boolean().default(false),
  seconds: z.number().optional(),
  url: z.string().optional(),
  /** It failed, and this release was deployed again in its place; empty where there was none to go back to. */
  returnedTo: z.string().optional(),
  /** First error lines of the task's log. */
  problems: z.array(z.string()).default([]),
});
export type DeploymentResult = z.infer<typeof deploymentResultSchema>;

export const artifactResultSchema = z.object({
  connection: z.string(),
  repository: z.string(),
  format: artifactFormatSchema,
  /** `com.example:hello`, `team/app`, `@scope/name`, `chart`, or a path. */
  name: z.string(),
  version: z.string().optional(),
  /** What was, or would be, uploaded. */
  assets: z.array(
    z.object({
      path: z.string(),
      size: z.number(),
      sha256: z.string().optional(),
    }),
  ),
  /** docker: `sha256:…` of the manifest. */
  digest: z.string().optional(),
  /** What one hands to a tool to get it: an address, or an image by digest. */
  pull: z.string(),
  alreadyThere: z.boolean(),
});
export type ArtifactResult = z.infer<typeof artifactResultSchema>;

export const repositoryResultSchema = z.object({
  connection: z.string(),
  name: z.string(),
  format: artifactFormatSchema,
  url: z.string(),
  alreadyThere: z.boolean(),
});
export type RepositoryResult = z.infer<typeof repositoryResultSchema>;

/**
 * Workspace of an app's releases and artifacts: it has records, and no Terraform. Its dot keeps it apart from all workspaces
 * of hosts.
 */
export function releasesWorkspace(app: string): string {
  return `releases.${app}`;
}

/** Workspace of an app's deployments to an environment: its lock keeps two of them from overlapping. */
export function deploymentsWorkspace(app: string, environment: string): string {
  return `deployments.${app}.${environment}`;
}
