import type { OctopusEvent, Secret, Space } from './common';
import type {
  BuildInformation,
  Defect,
  Deployment,
  DeploymentFreeze,
  Interruption,
  Release,
  ServerTask,
  TaskLog,
} from './deployments';
import type {
  Account,
  Certificate,
  Feed,
  Machine,
  MachinePolicy,
} from './infrastructure';
import type {
  Channel,
  DeploymentProcess,
  Environment,
  Lifecycle,
  Project,
  ProjectGroup,
} from './projects';

export type * from './common';
export type * from './deployments';
export type * from './infrastructure';
export type * from './projects';

/** All collections, under the vendor's words for their routes. */
export interface Collections {
  spaces: Space;
  environments: Environment;
  lifecycles: Lifecycle;
  projectgroups: ProjectGroup;
  projects: Project;
  deploymentprocesses: DeploymentProcess;
  channels: Channel;
  releases: Release;
  defects: Defect;
  deployments: Deployment;
  tasks: ServerTask;
  tasklogs: TaskLog;
  interruptions: Interruption;
  machines: Machine;
  machinepolicies: MachinePolicy;
  accounts: Account;
  certificates: Certificate;
  feeds: Feed;
  deploymentfreezes: DeploymentFreeze;
  events: OctopusEvent;
  buildinformation: BuildInformation;
  secrets: Secret;
}

export type CollectionName = keyof Collections;
