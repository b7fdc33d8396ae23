import { z } from 'zod';
import type {
  DeploymentProcess,
  PackageReference,
  ProcessAction,
  ProcessStep,
} from './documents';
import { invalid } from './errors';
import { inSpace } from './find';
import type { Call } from './router';

const propertiesSchema = z
  .record(
    z.string(),
    z.union([
      z.string(),
      z.looseObject({
        HasValue: z.boolean().default(false),
        NewValue: z.string().nullable().default(null),
      }),
      z.null(),
    ]),
  )
  .transform(
    properties =>
      // Octopus drops what has no value.
      Object.fromEntries(
        Object.entries(properties).filter(([, value]) => value !== null),
      ) as ProcessAction['Properties'],
  );

const packageSchema = z.object({
  Id: z.string().optional(),
  Name: z.string().default(''),
  PackageId: z.string().min(1),
  FeedId: z.string().min(1),
  AcquisitionLocation: z.string().default('Server'),
  Properties: z.record(z.string(), z.string()).default({}),
});

const actionSchema = z.looseObject({
  Id: z.string().optional(),
  Name: z.string().min(1),
  ActionType: z.string().min(1),
  IsDisabled: z.boolean().default(false),
  IsRequired: z.boolean().default(false),
  Environments: z.array(z.string()).default([]),
  ExcludedEnvironments: z.array(z.string()).default([]),
  Channels: z.array(z.string()).default([]),
  Packages: z.array(packageSchema).default([]),
  Condition: z.enum(['Success', 'Variable']).default('Success'),
  Properties: propertiesSchema.default({}),
});

/** Steps as they are sent. */
export const stepsSchema = z.array(
  z.object({
    Id: z.string().optional(),
    Name: z.string().min(1),
    Condition: z
      .enum(['Success', 'Failure', 'Always', 'Variable'])
      .default('Success'),
    StartTrigger: z
      .enum(['StartAfterPrevious', 'StartWithPrevious'])
      .default('StartAfterPrevious'),
    PackageRequirement: z.string().default('LetOctopusDecide'),
    Properties: propertiesSchema.default({}),
    Actions: z.array(actionSchema).default([]),
  }),
);

/**
 * Steps as they are kept, with ids and slugs.
 *
 * @throws OctopusError 400 for a name that is there twice, or a feed that is not there
 */
export function readSteps(
  call: Call,
  steps: z.output<typeof stepsSchema>,
): ProcessStep[] {
  const { state } = call.server;
  const names = steps.map(({ Name }) => Name.toLowerCase());
  const feeds = new Set(inSpace(call, 'feeds').map(({ Id }) => Id));
  const packages = steps.flatMap(({ Actions }) =>
    Actions.flatMap(({ Packages }) => Packages),
  );
  const errors = [
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map(name => `There are two steps with the name '${name}'.`),
    ...packages
      .filter(({ FeedId }) => !feeds.has(FeedId) && !FeedId.startsWith('#{'))
      .map(({ FeedId }) => `There is no feed ${FeedId}.`),
  ];
  if (errors.length > 0) throw invalid(...errors);
  const slug = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return steps.map(step => ({
    ...step,
    Id: step.Id ?? state.nextId('Steps'),
    Slug: slug(step.Name),
    Actions: step.Actions.map((action): ProcessAction => {
      const { Links: _links, ...fields } = action;
      return {
        ...fields,
        Id: action.Id ?? state.nextId('Actions'),
        Slug: slug(action.Name),
        Packages: action.Packages.map((item, index) => ({
          ...item,
          Id: item.Id ?? `${slug(action.Name)}-package-${index + 1}`,
        })),
      };
    }),
  }));
}

/** Every package that a process deploys, with the action that names it. */
export function packagesOf(
  process: DeploymentProcess,
): { step: ProcessStep; action: ProcessAction; reference: PackageReference }[] {
  return process.Steps.flatMap(step =>
    step.Actions.flatMap(action =>
      action.IsDisabled
        ? []
        : action.Packages.map(reference => ({ step, action, reference })),
    ),
  );
}

/** What a new release of a process has to choose. */
export function releaseTemplate(call: Call, process: DeploymentProcess) {
  const { state } = call.server;
  const last = inSpace(call, 'releases')
    .filter(({ ProjectId }) => ProjectId === process.ProjectId)
    .at(-1);
  return {
    Id: null,
    DeploymentProcessId: process.Id,
    LastReleaseVersion: last?.Version ?? null,
    NextVersionIncrement: nextVersion(last?.Version),
    VersioningPackageStepName: null,
    VersioningPackageReferenceName: null,
    Packages: packagesOf(process).map(({ step, action, reference }) => ({
      StepName: step.Name,
      ActionName: action.Name,
      PackageReferenceName: reference.Name,
      PackageId: reference.PackageId,
      FeedId: reference.FeedId,
      FeedName: state.get('feeds', reference.FeedId)?.Name ?? null,
      ProjectName: state.get('projects', process.ProjectId)?.Name ?? null,
      IsResolvable: true,
      FixedVersion: null,
      VersionSelectedLastRelease:
        last?.SelectedPackages.find(
          chosen =>
            chosen.ActionName === action.Name &&
            chosen.PackageReferenceName === reference.Name,
        )?.Version ?? null,
    })),
    GitResources: [],
    Links: {},
  };
}

/** The version after another one: its last number counted up; `0.0.1` at the start. */
export function nextVersion(last: string | undefined): string {
  if (last === undefined) return '0.0.1';
  const counted = last.replace(/(\d+)(?!.*\d)/, number =>
    String(Number(number) + 1),
  );
  return counted === last ? `${last}.1` : counted;
}
