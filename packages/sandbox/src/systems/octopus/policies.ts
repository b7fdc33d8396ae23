/** Settings of a machine policy that nobody changed; times as .NET writes them. */
export const defaultPolicySettings: Record<string, unknown> = {
  ConnectionConnectTimeout: '00:01:00',
  ConnectionRetryCountLimit: 5,
  ConnectionRetrySleepInterval: '00:00:01',
  ConnectionRetryTimeLimit: '00:05:00',
  PollingRequestQueueTimeout: '00:10:00',
  MachineCleanupPolicy: {
    DeleteMachinesBehavior: 'DoNotDelete',
    DeleteMachinesElapsedTimeSpan: '00:00:00',
  },
  MachineConnectivityPolicy: {
    MachineConnectivityBehavior: 'ExpectedToBeOnline',
  },
  MachineHealthCheckPolicy: {
    HealthCheckType: 'RunScript',
    HealthCheckInterval: '1.00:00:00',
    HealthCheckCron: null,
    HealthCheckCronTimezone: 'UTC',
    BashHealthCheckPolicy: { RunType: 'InheritFromDefault', ScriptBody: null },
    PowerShellHealthCheckPolicy: {
      RunType: 'InheritFromDefault',
      ScriptBody: null,
    },
  },
  MachinePackageCacheRetentionPolicy: {
    Strategy: 'Default',
    QuantityOfPackagesToKeep: null,
    PackageUnit: null,
    QuantityOfVersionsToKeep: null,
    VersionUnit: null,
  },
  MachineRpcCallRetryPolicy: {
    Enabled: true,
    RetryDuration: '00:02:30',
    HealthCheckRetryDuration: '00:02:30',
  },
  MachineUpdatePolicy: {
    CalamariUpdateBehavior: 'UpdateOnDeployment',
    TentacleUpdateBehavior: 'NeverUpdate',
    KubernetesAgentUpdateBehavior: 'Update',
    TentacleUpdateAccountId: null,
  },
};
