import { z } from 'zod';
import { actorSchema, hostRequestSchema } from './actor';
import { dnsLabelSchema } from './names';

/** A name in Octopus: of an environment, project, channel, policy. Compared as a whole and with its case. */
const octopusNameSchema = z
  .string()
  .regex(
    /^\S(?:[^\p{Cc}]{0,198}\S)?$/u,
    'use 1 to 200 characters without control characters, and no blank at either end',
  );

/** A target tag (a machine role): which steps of a process run on a target. */
const targetTagSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,99}$/,
    'use letters, digits, blanks, dots, _, / and -, at most 100 characters',
  );

/** A version as our users write them: not only SemVer, and never a path. */
export const versionSchema = z
  .string()
  .regex(
    /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/,
    'use letters, digits, dots, +, _ and -, at most 100 characters',
  );

/** How Octopus reaches a target. */
export const targetStyleSchema = z.enum([
  /** Octopus logs in, by an SSH account that it keeps. Nothing is installed on the host. */
  'ssh',
  /** A Tentacle on the host listens; Octopus calls it. */
  'listening',
  /** A Tentacle on the host calls Octopus: for hosts that nobody reaches. */
  'polling',
  /** The API of a Kubernetes cluster. */
  'kubernetes',
]);
export type TargetStyle = z.infer<typeof targetStyleSchema>;

/** What makes a host a deployment target. */
export const targetChoiceSchema = z.object({
  /** Environments of Octopus by name. Left out: the one that the host's environment names. */
  environments: z.array(octopusNameSchema).min(1).max(20).optional(),
  /** Target tags. Left out: the name of the app. */
  roles: z.array(targetTagSchema).min(1).max(50).optional(),
  style: targetStyleSchema.default('ssh'),
  /** Machine policy by name. Left out: the default of the space. */
  policy: octopusNameSchema.optional(),
});
export type TargetChoice = z.infer<typeof targetChoiceSchema>;

/** Left out: that of the environment, else the only one there is. */
const connectionNameSchema = dnsLabelSchema.optional();

/** A host of ours, or a cluster, becomes a deployment target. Repeating it changes only what differs. */
export const registerRequestSchema = hostRequestSchema.extend({
  connection: connectionNameSchema,
  target: targetChoiceSchema,
  /** For `style: kubernetes`, where `name` is the cluster's and no host has to be ours. */
  kubernetes: z
    .object({
      /** Address of the API server. */
      url: z.string().url(),
      namespace: dnsLabelSchema.default('default'),
      /** Account of Octopus by name that it signs in with. */
      account: octopusNameSchema,
      /** Certificate of Octopus by name that the API server is trusted by; left out: the system's authorities. */
      certificate: octopusNameSchema.optional(),
    })
    .optional(),
  /** A target of the same address that somebody else made becomes ours; otherwise it is refused. */
  adopt: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});
export type RegisterRequest = z.infer<typeof registerRequestSchema>;

/** The target of a host goes; the host stays. Repeating it is success. */
export const deregisterRequestSchema = hostRequestSchema.extend({
  connection: connectionNameSchema,
  /** Must equal `name`. */
  confirm: z.string(),
  dryRun: z.boolean().default(false),
});
export type DeregisterRequest = z.infer<typeof deregisterRequestSchema>;

/** What every request about an app's project or artifacts says. */
const appRequestSchema = actorSchema.extend({
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  app: dnsLabelSchema,
  connection: connectionNameSchema,
  /** Looks at everything and changes nothing. */
  dryRun: z.boolean().default(false),
});

const projectRequestSchema = appRequestSchema.extend({
  /** Project of Octopus by name or slug. Left out: the app's name. */
  project: octopusNameSchema.optional(),
});

/** A project of Octopus with a process that deploys one package and looks whether it answers. */
export const createProjectRequestSchema = projectRequestSchema.extend({
  /** Project group by name; made where it is missing. */
  group: octopusNameSchema.default('Default Project Group'),
  /** Lifecycle by name. Left out: the space's first. */
  lifecycle: octopusNameSchema.optional(),
  description: z.string().max(1000).optional(),
  process: z
    .object({
      /** `package`: files onto targets, as a Tentacle does it. `helm`: a chart into a cluster. */
      kind: z.enum(['package', 'helm']),
      /** Feed of Octopus by name. */
      feed: octopusNameSchema,
      /** For example `com.example:hello` of a Maven feed. */
      packageId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/),
      /** Target tags. Left out: the app's name. */
      roles: z.array(targetTagSchema).min(1).optional(),
      /** Looked at on each target after the package is there; the deployment fails where it does not answer 2xx. */
      healthCheck: z
        .object({
          port: z.number().int().min(1).max(65_535),
          path: z
            .string()
            .regex(/^\/[A-Za-z0-9._~/-]*$/)
            .default('/'),
          /** Seconds until it has to answer. */
          timeoutSeconds: z.number().int().min(1).max(600).default(30),
        })
        .optional(),
      /** Environments of Octopus by name in which a person has to agree first. */
      approvals: z.array(octopusNameSchema).default([]),
    })
    .optional(),
});
export type CreateProjectRequest = z.infer<typeof createProjectRequestSchema>;

/** A release. One that is there with the same packages is success; with others it is refused. */
export const releaseRequestSchema = projectRequestSchema.extend({
  version: versionSchema,
  channel: octopusNameSchema.optional(),
  /** Version of every package that `packages` does not name. Left out: the newest of each. */
  packageVersion: versionSchema.optional(),
  /** Versions by the name of a step, or by package id. */
  packages: z.record(z.string(), versionSchema).default({}),
  /** Shown as text, never as HTML. */
  notes: z.string().max(20_000).optional(),
  /** Commit that it was built from. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .optional(),
  /** Address of the run that built it. */
  buildUrl: z
    .string()
    .regex(/^https?:\/\/[\x21-\x7e]+$/)
    .optional(),
});
export type ReleaseRequest = z.infer<typeof releaseRequestSchema>;

const toEnvironmentSchema = projectRequestSchema.extend({
  /** Environment of ours; or, with `octopusEnvironment`, any name for it. */
  environment: dnsLabelSchema,
  /** Environment of Octopus by name. Left out: the one that `environment` names in the configuration. */
  octopusEnvironment: octopusNameSchema.optional(),
  /** Names of the only targets that are deployed to. Left out: all. */
  targets: z.array(octopusNameSchema).max(500).optional(),
  comment: z.string().max(4000).optional(),
  /** Minutes until the end is no longer waited for: the run then fails, never says that it succeeded, and cancels the task only with `cancelOnTimeout`. */
  timeoutMinutes: z.number().int().min(1).max(1440).default(30),
  cancelOnTimeout: z.boolean().default(false),
  /** Must equal the name of the Octopus environment where the environment is restricted. */
  confirm: z.string().optional(),
});

/** A release goes to an environment; also a promotion, and a redeployment. */
export const deployRequestSchema = toEnvironmentSchema.extend({
  /** Version of the release. */
  version: versionSchema,
  /** Installs packages again that are there already; otherwise a release that runs there, on the same targets, is success at once. */
  force: z.boolean().default(false),
  /** Where the deployment fails, the last good release is deployed again; the run fails all the same, and says both. */
  returnOnFailure: z.boolean().optional(),
});
export type DeployRequest = z.infer<typeof deployRequestSchema>;

/** Back to the last good release that differs from what is there; or to one that was there. */
export const rollbackRequestSchema = toEnvironmentSchema.extend({
  /** Release to go back to; it must have been deployed here with success. Left out: the last good one that differs. */
  version: versionSchema.optional(),
});
export type RollbackRequest = z.infer<typeof rollbackRequestSchema>;

export const artifactFormatSchema = z.enum([
  'maven2',
  'raw',
  'npm',
  'helm',
  'docker',
]);
export type ArtifactFormat = z.infer<typeof artifactFormatSchema>;

/** A file becomes an artifact of a repository. The same checksum there already is success, another is refused. */
export const publishRequestSchema = appRequestSchema.extend({
  repository: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/),
  format: artifactFormatSchema,
  /** Path of the file on the machine that runs the engine; of a docker image an archive (OCI layout or `docker save`). */
  file: z.string().min(1),
  /** maven2: the group id. raw: the folder. Of no use for the others. */
  group: z
    .string()
    .regex(
      /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$/,
      'use letters, digits, dots, _, / and -',
    )
    .optional(),
  /** maven2: the artifact id. raw: the file's name. docker: the image's name. npm and helm: what the file says, checked where given. */
  name: z
    .string()
    .regex(
      /^(?!.*\.\.)@?[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/,
      'use letters, digits, dots, _, / and -',
    )
    .optional(),
  /** maven2, docker (its tag), raw (a folder below the group). npm and helm: what the file says, checked where given. */
  version: versionSchema.optional(),
  /** maven2: `jar`, `zip`, `tar.gz` … Left out: that of the file's name. */
  extension: z
    .string()
    .regex(/^[a-z0-9]+(\.[a-z0-9]+)?$/)
    .optional(),
  /** maven2. */
  classifier: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/)
    .optional(),
  /** Commit that it was built from. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .optional(),
  /** Address of the run that built it. */
  buildUrl: z
    .string()
    .regex(/^https?:\/\/[\x21-\x7e]+$/)
    .optional(),
});
export type PublishRequest = z.infer<typeof publishRequestSchema>;

/** A hosted repository of Nexus. One that is there as asked is success; one that differs is refused. For operators. */
export const createRepositoryRequestSchema = appRequestSchema
  .omit({ app: true })
  .extend({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/),
    format: artifactFormatSchema,
    blobStore: z.string().default('default'),
    /** Whether a version may be published again. */
    redeploy: z.boolean().default(false),
    /** docker: port of a connector of its own. Left out: images are `host/<repository>/…`. */
    dockerPort: z.number().int().min(1).max(65_535).optional(),
  });
export type CreateRepositoryRequest = z.infer<
  typeof createRepositoryRequestSchema
>;
