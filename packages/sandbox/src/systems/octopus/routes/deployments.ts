import { z } from 'zod';
import { deploymentAnswer } from '../answers';
import { newestFirst } from '../collection';
import { demandDeployable, startDeployment } from '../deploy';
import type { Deployment } from '../documents';
import { invalid } from '../errors';
import { byNames, findIn, inSpace, referred, sameName } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { nextVersion } from '../processes';
import { addRelease, checkVersion, choosePackages } from '../releases';
import type { Call, Route } from '../router';

const idsSchema = z.array(z.string()).default([]);
const createSchema = z.object({
  ReleaseId: z.string().min(1),
  EnvironmentId: z.string().min(1),
  Comments: z.string().optional(),
  ForcePackageDownload: z.boolean().optional(),
  ForcePackageRedeployment: z.boolean().optional(),
  UseGuidedFailure: z.boolean().optional(),
  SpecificMachineIds: idsSchema,
  ExcludedMachineIds: idsSchema,
  SkipActions: idsSchema,
  FormValues: z.record(z.string(), z.string()).default({}),
  QueueTime: z.string().optional(),
  QueueTimeExpiry: z.string().optional(),
});
const untenantedSchema = z.object({
  ProjectName: z.string().min(1),
  ReleaseVersion: z.string().min(1),
  EnvironmentNames: z.array(z.string()).min(1),
  ForcePackageDownload: z.boolean().optional(),
  ForcePackageRedeployment: z.boolean().optional(),
  UseGuidedFailure: z.boolean().optional(),
  SpecificMachineNames: idsSchema,
  ExcludedMachineNames: idsSchema,
  SkipStepNames: idsSchema,
  Variables: z.record(z.string(), z.string()).default({}),
  RunAt: z.string().optional(),
  NoRunAfter: z.string().optional(),
  DeploymentFreezeNames: idsSchema,
  DeploymentFreezeOverrideReason: z.string().optional(),
});
const releaseSchema = z.object({
  ProjectName: z.string().min(1),
  ReleaseVersion: z.string().optional(),
  ChannelName: z.string().optional(),
  PackageVersion: z.string().optional(),
  Packages: z.array(z.string()).default([]),
  ReleaseNotes: z.string().optional(),
  IgnoreIfAlreadyExists: z.boolean().default(false),
  IgnoreChannelRules: z.boolean().default(false),
});

/** Deployments, and the executions API, which takes names where the other calls take ids. */
export const deploymentRoutes: Route[] = [
  {
    call: 'GET /{spaceId}/deployments',
    permission: 'DeploymentView',
    answer: call => page(call, 'Deployment', matching(call), deploymentAnswer),
  },
  {
    call: 'GET /{spaceId}/deployments/{id}',
    permission: 'DeploymentView',
    answer: call =>
      deploymentAnswer(findIn(call, 'deployments', call.params.id)),
  },
  {
    call: 'POST /{spaceId}/deployments',
    permission: 'DeploymentCreate',
    status: 201,
    answer: call => deploymentAnswer(create(call)),
  },
  {
    call: 'POST /{spaceId}/deployments/v1',
    permission: 'DeploymentCreate',
    status: 201,
    answer: call => ({ Deployment: deploymentAnswer(create(call)) }),
  },
  {
    call: 'POST /{spaceId}/releases/create/v1',
    permission: 'ReleaseCreate',
    status: 201,
    answer: createRelease,
  },
  {
    call: 'POST /{spaceId}/deployments/create/untenanted/v1',
    permission: 'DeploymentCreate',
    answer: createUntenanted,
  },
];

function matching(call: Call): Deployment[] {
  const { query, server } = call;
  const named = byNames(query);
  const projects = query.list('projects');
  const environments = query.list('environments');
  const channels = query.list('channels');
  const states = query.list('taskState')?.map(state => state.toLowerCase());
  return inSpace(call, 'deployments')
    .filter(
      deployment =>
        named(deployment) &&
        (!projects || projects.includes(deployment.ProjectId)) &&
        (!environments || environments.includes(deployment.EnvironmentId)) &&
        (!channels || channels.includes(deployment.ChannelId)) &&
        (!states ||
          states.includes(
            server.state.get('tasks', deployment.TaskId)?.State.toLowerCase() ??
              '',
          )),
    )
    .sort(newestFirst);
}

function create(call: Call): Deployment {
  const asked = parseBody(call.body, createSchema);
  return startDeployment(call, {
    release: referred(call, 'releases', 'release', asked.ReleaseId),
    environment: referred(
      call,
      'environments',
      'environment',
      asked.EnvironmentId,
    ),
    comments: asked.Comments,
    forcePackageDownload: asked.ForcePackageDownload,
    forcePackageRedeployment: asked.ForcePackageRedeployment,
    useGuidedFailure: asked.UseGuidedFailure,
    specificMachineIds: asked.SpecificMachineIds,
    excludedMachineIds: asked.ExcludedMachineIds,
    skipActions: asked.SkipActions,
    formValues: asked.FormValues,
    queueTime: asked.QueueTime,
    queueTimeExpiry: asked.QueueTimeExpiry,
  });
}

/** One deployment for each environment; all of them, or none. */
function createUntenanted(call: Call) {
  const asked = parseBody(call.body, untenantedSchema);
  const project = referred(call, 'projects', 'project', asked.ProjectName);
  const release = inSpace(call, 'releases').find(
    ({ ProjectId, Version }) =>
      ProjectId === project.Id && sameName(Version, asked.ReleaseVersion),
  );
  if (!release)
    throw invalid(
      `Could not find the release '${asked.ReleaseVersion}' of the project '${project.Name}'.`,
    );
  const environments = asked.EnvironmentNames.map(name =>
    referred(call, 'environments', 'environment', name),
  );
  const machineIds = (names: string[]) =>
    names.map(name => referred(call, 'machines', 'deployment target', name).Id);
  const process = call.server.state.get(
    'deploymentprocesses',
    release.ProjectDeploymentProcessSnapshotId,
  );
  const skipped = (process?.Steps ?? []).flatMap(({ Actions }) =>
    Actions.filter(({ Name }) => asked.SkipStepNames.includes(Name)),
  );
  const request = {
    release,
    forcePackageDownload: asked.ForcePackageDownload,
    forcePackageRedeployment: asked.ForcePackageRedeployment,
    useGuidedFailure: asked.UseGuidedFailure,
    specificMachineIds: machineIds(asked.SpecificMachineNames),
    excludedMachineIds: machineIds(asked.ExcludedMachineNames),
    skipActions: skipped.map(({ Id }) => Id),
    formValues: asked.Variables,
    queueTime: asked.RunAt,
    queueTimeExpiry: asked.NoRunAfter,
    overriddenFreezes: asked.DeploymentFreezeNames,
    overrideReason: asked.DeploymentFreezeOverrideReason,
  };
  for (const environment of environments)
    demandDeployable(call, { ...request, environment });
  return {
    DeploymentServerTasks: environments.map(environment => {
      const made = startDeployment(call, { ...request, environment });
      return { DeploymentId: made.Id, ServerTaskId: made.TaskId };
    }),
  };
}

async function createRelease(call: Call) {
  const asked = parseBody(call.body, releaseSchema);
  const project = referred(call, 'projects', 'project', asked.ProjectName);
  const earlier = inSpace(call, 'releases').filter(
    ({ ProjectId }) => ProjectId === project.Id,
  );
  const version = asked.ReleaseVersion ?? nextVersion(earlier.at(-1)?.Version);
  const existing = earlier.find(({ Version }) => sameName(Version, version));
  if (existing && asked.IgnoreIfAlreadyExists)
    return { ReleaseId: existing.Id, ReleaseVersion: existing.Version };
  checkVersion(call, project.Id, version);
  const channel = inSpace(call, 'channels').find(
    ({ ProjectId, Name, Id }) =>
      ProjectId === project.Id &&
      [Name, Id].some(name => sameName(name, asked.ChannelName ?? '')),
  );
  if (asked.ChannelName !== undefined && !channel)
    throw invalid(
      `Could not find the channel '${asked.ChannelName}' of the project '${project.Name}'.`,
    );
  const choices = asked.Packages.map(readChoice);
  const packages = await choosePackages(
    call,
    project,
    ({ action, reference }) =>
      choices.find(
        choice =>
          (sameName(choice.step, action.Name) ||
            sameName(choice.step, reference.PackageId) ||
            choice.step === '*') &&
          (choice.reference === undefined ||
            choice.reference === '*' ||
            sameName(choice.reference, reference.Name)),
      )?.version ?? asked.PackageVersion,
    { asksFeeds: true },
  );
  const release = addRelease(call, {
    project,
    version,
    channelId: channel?.Id,
    notes: asked.ReleaseNotes,
    ignoreChannelRules: asked.IgnoreChannelRules,
    packages,
  });
  return { ReleaseId: release.Id, ReleaseVersion: release.Version };
}

/**
 * `Step:1.0`, `Package:1.0` or `Step:Reference:1.0`; `=` and `/` divide as well. A Maven package brings a colon of its own, so the
 * version is what stands behind the last one.
 */
function readChoice(text: string): {
  step: string;
  reference?: string;
  version: string;
} {
  const last = Math.max(...[':', '=', '/'].map(mark => text.lastIndexOf(mark)));
  const version = text.slice(last + 1);
  const step = text.slice(0, last);
  if (last < 1 || version === '')
    throw invalid(`'${text}' is no package with its version: use Step:1.0.0.`);
  const parts = step.split(':');
  // Of `group:artifact` neither half is a step with a reference, so the whole is tried as a package too.
  return parts.length === 2 && !parts[0].includes('.')
    ? { step: parts[0], reference: parts[1], version }
    : { step, version };
}
