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
