/** Permissions of Octopus that each part of our work needs; docs/octopus-nexus.md shows the same as a table. */
export const octopusRights = {
  /** Pages: matrix, deployments with their logs, targets, what changed. */
  show: [
    'DeploymentView',
    'EnvironmentView',
    'EventView',
    'FeedView',
    'InterruptionView',
    'LifecycleView',
    'MachineView',
    'ProcessView',
    'ProjectGroupView',
    'ProjectView',
    'ReleaseView',
    'TaskView',
  ],
  /** `nante register` and `nante deregister`, and hosts that are made or destroyed with a target. */
  targets: [
    'AccountView',
    'CertificateView',
    'MachineCreate',
    'MachineDelete',
    'MachineEdit',
    'MachinePolicyView',
    'TaskCreate',
  ],
  /** `nante project create`. */
  projects: ['ProcessEdit', 'ProjectCreate', 'ProjectGroupCreate'],
  /** `nante release create`. */
  releases: ['BuildInformationPush', 'ReleaseCreate'],
  /** `nante deploy` and `nante rollback`, cancel, answers to interventions. */
  deployments: ['DeploymentCreate', 'InterruptionSubmit', 'TaskCancel'],
} as const;

/** All permissions that a connection needs, sorted. */
export function neededOctopusRights(isReadOnly: boolean): string[] {
  const { show, ...work } = octopusRights;
  const all = isReadOnly ? show : [...show, ...Object.values(work).flat()];
  return [...all].sort();
}
