/** What the automation needs to make, change and remove guests: each one is checked by a call of the provider. */
export const provisionPrivileges = [
  'VM.Allocate',
  'VM.Clone',
  'VM.Audit',
  'VM.PowerMgmt',
  'VM.Config.CPU',
  'VM.Config.Memory',
  'VM.Config.Disk',
  'VM.Config.Network',
  'VM.Config.Options',
  'VM.Config.HWType',
  'VM.Config.Cloudinit',
  'VM.Config.CDROM',
  'VM.GuestAgent.Audit',
  'Datastore.AllocateSpace',
  'Datastore.Audit',
  'SDN.Use',
  'Pool.Audit',
];

/** What the automation needs besides to make snapshots and to return to them. */
export const snapshotPrivileges = ['VM.Snapshot', 'VM.Snapshot.Rollback'];

/** What it needs besides to learn SSH host keys by the agent, where nobody on the network can give others. */
export const hostKeyPrivileges = ['VM.GuestAgent.FileRead'];

/** What it needs besides to make templates: files that Proxmox downloads itself. */
export const templatePrivileges = [
  'Datastore.AllocateTemplate',
  'Sys.AccessNetwork',
];

/** What pages need to show everything and change nothing. */
export const readPrivileges = [
  'VM.Audit',
  'Sys.Audit',
  'Datastore.Audit',
  'Pool.Audit',
  'VM.GuestAgent.Audit',
];

/** All privileges of version 9. */
export const allPrivileges = [
  ...provisionPrivileges,
  'Datastore.Allocate',
  'Group.Allocate',
  'Mapping.Audit',
  'Mapping.Modify',
  'Mapping.Use',
  'Permissions.Modify',
  'Pool.Allocate',
  'Realm.Allocate',
  'Realm.AllocateUser',
  'SDN.Allocate',
  'SDN.Audit',
  'Sys.Audit',
  'Sys.Console',
  'Sys.Incoming',
  'Sys.Modify',
  'Sys.PowerMgmt',
  'Sys.Syslog',
  'User.Modify',
  'VM.Backup',
  'VM.Console',
  'VM.GuestAgent.FileSystemMgmt',
  'VM.GuestAgent.FileWrite',
  'VM.GuestAgent.Unrestricted',
  'VM.Migrate',
  'VM.Replicate',
  ...snapshotPrivileges,
  ...hostKeyPrivileges,
  ...templatePrivileges,
].sort();
