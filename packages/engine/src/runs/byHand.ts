import type { DesiredHost, PowerRequest, SnapshotRequest } from '@nante/model';
import { hostsKey } from '../store/keys';

/**
 * Commands that do the same without us, for a POSIX shell. They name environment variables and never their values.
 *
 * @param address - module address of the host
 */
export function commandsByHand(workspace: string, address: string): string[] {
  return [
    'export AWS_ENDPOINT_URL_S3="$STATE_S3_ENDPOINT" AWS_ACCESS_KEY_ID="$MINIO_ROOT_USER" AWS_SECRET_ACCESS_KEY="$MINIO_ROOT_PASSWORD"',
    'export PROXMOX_VE_ENDPOINT="$PROXMOX_API_URL" PROXMOX_VE_API_TOKEN="$PROXMOX_TOKEN_ID=$PROXMOX_TOKEN_SECRET"',
    `aws s3 cp "s3://$STATE_BUCKET/${hostsKey(workspace)}" hosts.json`,
    'terraform -chdir=terraform init -reconfigure -backend-config="bucket=$STATE_BUCKET"',
    `terraform -chdir=terraform workspace select -or-create ${workspace}`,
    `terraform -chdir=terraform plan -lock-timeout=5m -var-file="$PWD/hosts.json" -target='${address}' -out="$PWD/tfplan"`,
    'terraform -chdir=terraform apply "$PWD/tfplan"',
  ];
}

/** Commands that switch a host by hand, on any node of the cluster. */
export function powerByHand(
  host: DesiredHost,
  action: PowerRequest['action'],
): string[] {
  return [
    `pvesh create ${guestPath(host)}/status/${action}`,
    `pvesh get ${guestPath(host)}/status/current`,
  ];
}

/** Commands that do with a snapshot by hand what was asked, on any node of the cluster. */
export function snapshotByHand(
  host: DesiredHost,
  { action, snapshot }: Pick<SnapshotRequest, 'action' | 'snapshot'>,
): string[] {
  const all = `${guestPath(host)}/snapshot`;
  const command = {
    create: `pvesh create ${all} --snapname ${snapshot}`,
    rollback: `pvesh create ${all}/${snapshot}/rollback --start 1`,
    delete: `pvesh delete ${all}/${snapshot}`,
  }[action];
  return [command, `pvesh get ${all}`];
}

/**
 * Commands that give a host another size by hand: first our records, then Terraform.
 *
 * @param before - commands for what Terraform's provider does not do by itself
 */
export function resizeByHand(
  workspace: string,
  address: string,
  name: string,
  size: Pick<DesiredHost, 'cores' | 'memory_mb' | 'disk_gb'>,
  before: readonly string[] = [],
): string[] {
  const commands = commandsByHand(workspace, address);
  const at = commands.findIndex(command => command.startsWith('aws s3 cp'));
  const { cores, memory_mb, disk_gb } = size;
  const wanted = JSON.stringify({ cores, memory_mb, disk_gb });
  return [
    ...commands.slice(0, at + 1),
    `jq '.hosts["${name}"] += ${wanted}' hosts.json > wanted.json`,
    'mv wanted.json hosts.json',
    `aws s3 cp hosts.json "s3://$STATE_BUCKET/${hostsKey(workspace)}"`,
    ...before,
    ...commands.slice(at + 1),
  ];
}

/** Path of a guest in Proxmox's API, on the node that it was made on. */
export function guestPath({ kind, node, vm_id }: DesiredHost): string {
  return `/nodes/${node}/${kind === 'vm' ? 'qemu' : 'lxc'}/${vm_id}`;
}
