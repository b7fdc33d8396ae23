import type { LedgerDocument, OperationLock, RunDocument } from '@nante/model';
import type { SandboxView } from './sandbox';

/** Shape of a Terraform state, as far as it names guests. */
interface TerraformState {
  resources?: {
    mode: string;
    type: string;
    instances: { attributes: { id?: string; vm_id?: number } }[];
  }[];
}

const guestTypes = [
  'proxmox_virtual_environment_vm',
  'proxmox_virtual_environment_container',
];

/** The document of a run; undefined while there is none. */
export async function readRun(
  sandbox: SandboxView,
  workspace: string,
  id: string,
): Promise<RunDocument | undefined> {
  const key = `nante/${workspace}/runs/${id}.json`;
  return (await sandbox.objects(key)).includes(key)
    ? sandbox.object<RunDocument>(key)
    : undefined;
}

/**
 * What is wrong in a workspace at rest: machines that Proxmox has and the state or the ledger don't know, the other way
 * round, and locks that nobody gave back. One sentence each.
 */
export async function disagreements(
  sandbox: SandboxView,
  workspace: string,
): Promise<string[]> {
  const keys = [
    ...(await sandbox.objects(`env:/${workspace}/`)),
    ...(await sandbox.objects(`nante/${workspace}/`)),
  ];
  const read = async <T>(key: string) =>
    keys.includes(key) ? sandbox.object<T>(key) : undefined;
  const [guests, state, ledger, hosts, lock] = await Promise.all([
    sandbox.guestsMade(),
    read<TerraformState>(`env:/${workspace}/terraform.tfstate`),
    read<LedgerDocument>(`nante/${workspace}/ledger.json`),
    read<{ hosts: Record<string, { vm_id: number }> }>(
      `nante/${workspace}/hosts.json`,
    ),
    read<OperationLock>(`nante/${workspace}/operation.lock`),
  ]);
  const real = guests.map(({ vmid }) => vmid);
  const sources: [string, number[]][] = [
    ['the Terraform state', stateIds(state)],
    ['the ledger', ledgerIds(ledger)],
    [
      'the desired document',
      Object.values(hosts?.hosts ?? {}).map(host => host.vm_id),
    ],
  ];
  return [
    ...sources.flatMap(([name, ids]) => [
      ...real
        .filter(id => !ids.includes(id))
        .map(id => `machine ${id} is unknown to ${name}`),
      ...ids
        .filter(id => !real.includes(id))
        .map(id => `${name} names machine ${id}, which Proxmox has not`),
    ]),
    ...(lock?.state === 'held'
      ? [`operation.lock is held by ${lock.holder} for ${lock.runId}`]
      : []),
    ...keys
      .filter(key => key.endsWith('.tflock'))
      .map(key => `${key} is left behind`),
  ];
}

function stateIds(state: TerraformState | undefined): number[] {
  return (state?.resources ?? [])
    .filter(({ mode, type }) => mode === 'managed' && guestTypes.includes(type))
    .flatMap(({ instances }) =>
      instances.map(({ attributes }) =>
        Number(attributes.vm_id ?? attributes.id),
      ),
    );
}

function ledgerIds(ledger: LedgerDocument | undefined): number[] {
  return (ledger?.entries ?? [])
    .filter(
      ({ kind, state }) =>
        ['vm', 'lxc'].includes(kind) && ['created', 'adopted'].includes(state),
    )
    .map(({ outsideId }) => Number(outsideId));
}
