import type { Lifecycle } from '../documents';
import { defaultPolicySettings } from '../policies';
import type { OctopusState } from '../state';

/** Spaces with environments and lifecycles; the second has partly the same names, to catch who compares parts of them. */
export function seedSpaces(state: OctopusState): void {
  const space = addSpace(state, 'Default', true);
  const copy = addSpace(state, 'Default Copy', false);
  const [development, staging, production] = [
    'Development',
    'Staging',
    'Production',
    'Development 2',
  ].map((name, index) => addEnvironment(state, space, name, index));
  const elsewhere = addEnvironment(state, copy, 'Development', 0);

  addLifecycle(state, space, 'Default Lifecycle', [
    ['Development', development],
    ['Staging', staging],
    ['Production', production],
  ]);
  addLifecycle(state, space, 'Hotfix', [
    ['Staging', staging],
    ['Production', production],
  ]);
  addLifecycle(state, copy, 'Default Lifecycle', [['Development', elsewhere]]);

  for (const name of ['Default Project Group', 'Commerce', 'Platform'])
    addGroup(state, space, name);
  addGroup(state, copy, 'Default Project Group');

  addPolicy(state, space, 'Default Machine Policy', true);
  addPolicy(state, space, 'Quiet', false, {
    MachineConnectivityPolicy: {
      MachineConnectivityBehavior: 'MayBeOfflineAndCanBeSkipped',
    },
  });
  addPolicy(state, copy, 'Default Machine Policy', true);
}

function addSpace(state: OctopusState, Name: string, IsDefault: boolean) {
  return state.insert('spaces', 'Spaces', {
    Name,
    Slug: slugOf(Name),
    Description: '',
    IsDefault,
    TaskQueueStopped: false,
  }).Id;
}

function addEnvironment(
  state: OctopusState,
  SpaceId: string,
  Name: string,
  SortOrder: number,
) {
  return state.insert('environments', 'Environments', {
    SpaceId,
    Name,
    Slug: slugOf(Name),
    Description: '',
    SortOrder,
    UseGuidedFailure: false,
    AllowDynamicInfrastructure: true,
  }).Id;
}

/** Phases of one environment each, all of which a release has to go through. */
function addLifecycle(
  state: OctopusState,
  SpaceId: string,
  Name: string,
  phases: [name: string, environment: string][],
): Lifecycle {
  const Id = state.nextId('Lifecycles');
  return state.insert('lifecycles', 'Lifecycles', {
    Id,
    SpaceId,
    Name,
    Slug: slugOf(Name),
    Description: '',
    Phases: phases.map(([phase, environment], index) => ({
      Id: `${Id}-phase-${index + 1}`,
      Name: phase,
      AutomaticDeploymentTargets: [],
      OptionalDeploymentTargets: [environment],
      MinimumEnvironmentsBeforePromotion: 1,
      IsOptionalPhase: false,
    })),
  });
}

function addGroup(state: OctopusState, SpaceId: string, Name: string) {
  state.insert('projectgroups', 'ProjectGroups', {
    SpaceId,
    Name,
    Slug: slugOf(Name),
    Description: '',
  });
}

function addPolicy(
  state: OctopusState,
  SpaceId: string,
  Name: string,
  IsDefault: boolean,
  settings: Record<string, unknown> = {},
) {
  state.insert('machinepolicies', 'MachinePolicies', {
    SpaceId,
    Name,
    Description: '',
    IsDefault,
    Settings: { ...defaultPolicySettings, ...settings },
  });
}

function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
