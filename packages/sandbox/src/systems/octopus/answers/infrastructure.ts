import type { Account, Feed, Machine, MachinePolicy } from '../documents';
import { linkTo, type Answer } from './answer';

export function machineAnswer(machine: Machine): Answer {
  const { Connection: _connection, ...fields } = machine;
  const { Endpoint } = machine;
  const self = linkTo(machine, 'machines');
  return {
    ...fields,
    Thumbprint: Endpoint.Thumbprint ?? null,
    Uri: Endpoint.Uri ?? null,
    TenantIds: [],
    TenantTags: [],
    OperatingSystem: machine.OperatingSystem ?? 'Unknown',
    ShellName: machine.ShellName ?? 'Unknown',
    ShellVersion: machine.ShellVersion ?? 'Unknown',
    Architecture: machine.Architecture ?? 'Unknown',
    Endpoint: {
      Id: null,
      LastModifiedOn: null,
      LastModifiedBy: null,
      ...Endpoint,
      Links: {},
    },
    Links: {
      Self: self,
      Connection: `${self}/connection`,
      TasksTemplate: `${self}/tasks{?skip,take,type}`,
      Web: `/app#/${machine.SpaceId}/infrastructure/machines/${machine.Id}`,
    },
  };
}

export function machinePolicyAnswer(policy: MachinePolicy): Answer {
  const { Settings, ...fields } = policy;
  const self = linkTo(policy, 'machinepolicies');
  return {
    ...fields,
    ...Settings,
    Links: {
      Self: self,
      Machines: `${self}/machines`,
      Template: `/api/${policy.SpaceId}/machinepolicies/template`,
    },
  };
}

export function accountAnswer(account: Account): Answer {
  const self = linkTo(account, 'accounts');
  return {
    TenantedDeploymentParticipation: 'Untenanted',
    TenantIds: [],
    TenantTags: [],
    ...account,
    Links: { Self: self, Usages: `${self}/usages` },
  };
}

export function feedAnswer(feed: Feed): Answer {
  const self = linkTo(feed, 'feeds');
  return {
    PackageAcquisitionLocationOptions:
      feed.FeedType === 'Docker'
        ? ['NotAcquired']
        : ['Server', 'ExecutionTarget', 'NotAcquired'],
    ...feed,
    Links: {
      Self: self,
      SearchPackageVersionsTemplate: `${self}/packages/versions{?packageId,take,skip,includePreRelease,versionRange,preReleaseTag,filter}`,
      SearchPackagesTemplate: `${self}/packages/search{?term,take,skip}`,
    },
  };
}
