import type { RunDocument } from '@nante/model';
import type { z as zod } from 'zod/v3';
import {
  appInput,
  octopusInput,
  projectInput,
  requestIdInput,
  runIdOutput,
} from './schema';

type Z = typeof zod;

/** Inputs of what brings a release to an environment. */
export const deploymentInputs = {
  app: appInput,
  environment: (z: Z) =>
    z.string().describe('Name of a configured environment'),
  octopusEnvironment: (z: Z) =>
    z
      .string()
      .optional()
      .describe(
        'Environment of Octopus by name; the one that the environment names unless given',
      ),
  project: projectInput,
  connection: octopusInput,
  targets: (z: Z) =>
    z
      .array(z.string())
      .optional()
      .describe('Names of the only targets that are deployed to'),
  comment: (z: Z) =>
    z.string().optional().describe('Comment of the deployment in Octopus'),
  timeoutMinutes: (z: Z) =>
    z
      .number()
      .int()
      .optional()
      .describe(
        'Minutes until the end is no longer waited for; 30 unless given',
      ),
  cancelOnTimeout: (z: Z) =>
    z
      .boolean()
      .optional()
      .describe('Cancels a task that has not ended by then'),
  confirm: (z: Z) =>
    z
      .string()
      .optional()
      .describe(
        'Name of the Octopus environment once more, where the environment is restricted',
      ),
  requestId: requestIdInput,
};

/** Outputs of the same. */
export const deploymentOutputs = {
  runId: runIdOutput,
  version: (z: Z) => z.string().describe('Release that runs there now'),
  previousVersion: (z: Z) =>
    z.string().optional().describe('Release that ran there before'),
  url: (z: Z) => z.string().optional().describe('Page of the task in Octopus'),
  alreadyThere: (z: Z) =>
    z.boolean().describe('It ran there already, and nothing was done'),
};

/** What of a run's deployment a checkpoint keeps. */
export type KeptDeployment = {
  version?: string;
  previousVersion?: string;
  url?: string;
  alreadyThere?: boolean;
};

/** Takes out of a run what is put out. */
export function keptDeployment({
  deployment,
}: Pick<RunDocument, 'deployment'>): KeptDeployment {
  const { version, previousVersion, url, alreadyThere } = deployment ?? {};
  return { version, previousVersion, url, alreadyThere };
}

/** Puts out what became of it. @param version - that was asked for */
export function outputDeployment(
  ctx: { output(name: string, value: unknown): void },
  version: string,
  made: KeptDeployment | undefined,
): void {
  ctx.output('version', made?.version ?? version);
  ctx.output('alreadyThere', made?.alreadyThere ?? false);
  if (made?.previousVersion)
    ctx.output('previousVersion', made.previousVersion);
  if (made?.url) ctx.output('url', made.url);
}
