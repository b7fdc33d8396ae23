/** Everything of ours in the bucket stands below this; Terraform's own objects stand below `env:/`. */
export const recordsPrefix = 'nante/';

/** Key of the configuration that all doors agree on. */
export const configKey = `${recordsPrefix}config.json`;

export const hostsKey = (workspace: string) =>
  `${recordsPrefix}${workspace}/hosts.json`;
export const serversKey = (workspace: string) =>
  `${recordsPrefix}${workspace}/servers.json`;
export const ledgerKey = (workspace: string) =>
  `${recordsPrefix}${workspace}/ledger.json`;
export const lockKey = (workspace: string) =>
  `${recordsPrefix}${workspace}/operation.lock`;
export const runKey = (workspace: string, id: string) =>
  `${recordsPrefix}${workspace}/runs/${id}.json`;
export const runLogKey = (workspace: string, id: string) =>
  `${recordsPrefix}${workspace}/runs/${id}.log`;

/** Where Terraform puts the state of a workspace. */
export const stateKey = (workspace: string) =>
  `env:/${workspace}/terraform.tfstate`;
/** Terraform's own lock: present while a plan or apply works on the state. */
export const stateLockKey = (workspace: string) =>
  `${stateKey(workspace)}.tflock`;

const runPattern = /^nante\/([^/]+)\/runs\/([^/]+)\.json$/;
const serversPattern = /^nante\/([^/]+)\/servers\.json$/;
const hostsPattern = /^nante\/([^/]+)\/hosts\.json$/;
const ledgerPattern = /^nante\/([^/]+)\/ledger\.json$/;

/** Workspace and id out of a run's key; undefined for any other key. */
export function parseRunKey(
  key: string,
): { workspace: string; id: string } | undefined {
  const match = runPattern.exec(key);
  return match ? { workspace: match[1], id: match[2] } : undefined;
}

/** Workspace out of the key of a desired document; undefined for any other key. */
export function parseHostsKey(key: string): string | undefined {
  return hostsPattern.exec(key)?.[1];
}

/** Workspace out of the key of a document of servers; undefined for any other key. */
export function parseServersKey(key: string): string | undefined {
  return serversPattern.exec(key)?.[1];
}

/** Workspace out of the key of a ledger; undefined for any other key. */
export function parseLedgerKey(key: string): string | undefined {
  return ledgerPattern.exec(key)?.[1];
}
