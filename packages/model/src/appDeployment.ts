import { z } from 'zod';
import { actorSchema } from './actor';
import { versionSchema } from './deployment';
import { dnsLabelSchema } from './names';

/** An image by its digest: what was tested is what runs. */
export const imageByDigestSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]*(?::\d{1,5})?\/[a-z0-9][a-z0-9._/-]*(?::[A-Za-z0-9._-]{1,128})?@sha256:[0-9a-f]{64}$/,
    'name the image by its digest, such as nexus.example.com/docker-hosted/shop@sha256:…',
  );

/** Path of a URL that answers while the app is well. */
export const healthPathSchema = z
  .string()
  .regex(/^\/[A-Za-z0-9._~\/%-]{0,199}$/, 'use a path such as /healthz');

const deploymentSchema = actorSchema.extend({
  requestId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  app: dnsLabelSchema,
  /** Environment of ours. */
  environment: dnsLabelSchema,
  /** What people call it: shown, and the name of the kept release. */
  version: versionSchema,
  /** Seconds until it has to be healthy; then the last good one is brought back, and the run fails. */
  healthSeconds: z.number().int().min(5).max(1800).default(120),
  /** Must equal the environment's name where it is restricted. */
  confirm: z.string().optional(),
  /** Looks at everything, and changes nothing. */
  dryRun: z.boolean().default(false),
});

/** An image comes to Docker hosts of ours, by Compose. The same one there already, and healthy, is success. */
export const deployDockerRequestSchema = deploymentSchema.extend({
  /** Hosts of the app and environment, by name. */
  hosts: z.array(dnsLabelSchema).min(1).max(50),
  image: imageByDigestSchema,
  /** Path of a Compose file on the machine that runs the engine, whose service takes the image from `${IMAGE}`. Left out: one service, made from what stands here. */
  composeFile: z.string().min(1).optional(),
  /** Port on the host that is looked at, and, without a Compose file, published. */
  port: z.number().int().min(1).max(65_535),
  /** Port inside of the container, without a Compose file. Left out: the same. */
  containerPort: z.number().int().min(1).max(65_535).optional(),
  healthPath: healthPathSchema.default('/'),
  /** Environment of the containers; no secrets. */
  variables: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .default({}),
});
export type DeployDockerRequest = z.infer<typeof deployDockerRequestSchema>;

/** Where a chart comes from. */
export const chartSchema = z.discriminatedUnion('type', [
  /** A folder with a chart, on the machine that runs the engine. */
  z.object({ type: z.literal('folder'), path: z.string().min(1) }),
  /** A chart of a Helm repository of Nexus. */
  z.object({
    type: z.literal('nexus'),
    connection: dnsLabelSchema.optional(),
    repository: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/),
    version: versionSchema,
  }),
  /** A file or folder of manifests; they become a chart without values, so that the way back is the same. */
  z.object({ type: z.literal('manifests'), path: z.string().min(1) }),
]);
export type Chart = z.infer<typeof chartSchema>;

/** A chart, or manifests, come to a cluster, by Helm. What does not become ready is returned to the last good revision. */
export const deployK8sRequestSchema = deploymentSchema.extend({
  /** Connection of type kubernetes. Left out: that of the environment, else the only one there is. */
  cluster: dnsLabelSchema.optional(),
  /** Left out: the app's name. */
  namespace: dnsLabelSchema.optional(),
  /** Left out: the app's name. */
  release: dnsLabelSchema.optional(),
  chart: chartSchema,
  /** Paths of values files, the last one rules. */
  valuesFiles: z.array(z.string().min(1)).max(20).default([]),
  /** Single values, such as `image.digest`. */
  values: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]*$/),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .default({}),
  /** Address that has to answer with 2xx from outside once the rollout is done. Left out: the rollout alone is looked at. */
  healthUrl: z.string().url().optional(),
});
export type DeployK8sRequest = z.infer<typeof deployK8sRequestSchema>;

/** What a deployment without Octopus came to. */
export const appDeploymentResultSchema = z.object({
  kind: z.enum(['docker', 'k8s']),
  /** Hosts, or the cluster. */
  places: z.array(z.string()),
  version: z.string(),
  /** Image by digest, or chart with its version. */
  what: z.string(),
  /** Version that was there before. */
  previousVersion: z.string().optional(),
  /** The new one was not healthy, and this one was brought back. Empty: there was none, and the new one was taken away. */
  returnedTo: z.string().optional(),
  /** Whether what runs now is healthy. */
  healthy: z.boolean(),
  /** Addresses that were asked, with what they answered last. */
  health: z
    .array(z.object({ url: z.string(), answer: z.string() }))
    .default([]),
  /** Last lines of the log of what was not healthy. */
  problems: z.array(z.string()).default([]),
  alreadyThere: z.boolean().default(false),
  /** k8s: revision of Helm. */
  revision: z.number().int().optional(),
  /** Address of the app. */
  url: z.string().optional(),
});
export type AppDeploymentResult = z.infer<typeof appDeploymentResultSchema>;
