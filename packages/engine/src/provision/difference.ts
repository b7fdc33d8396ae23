import {
  NanteError,
  type DesiredHost,
  type InfrastructureConfig,
  type ProvisionInput,
  type RoleChoice,
  type TargetChoice,
} from '@nante/model';

import { withTarget } from '../register/targetRecords';
import { customSize, type ResolvedSize } from '../policy/policy';

/** One input that differs from the host that is there. */
export interface Difference {
  name: string;
  before: string;
  after: string;
  /** An existing host can be brought to it. */
  changeable: boolean;
}

/** The figures of the size that was asked for; those that nobody spoke of are left out. */
export function askedSize(
  { sizes }: InfrastructureConfig,
  { size = customSize, cores, memoryMb, diskGb }: ProvisionInput,
): Partial<ResolvedSize> {
  return size === customSize ? { cores, memoryMb, diskGb } : { ...sizes[size] };
}

/** Whether nothing was said about the size. */
export function keepsSize(input: ProvisionInput): boolean {
  const { size, cores, memoryMb, diskGb } = input;
  return [size, cores, memoryMb, diskGb].every(value => value === undefined);
}

/** What a request asks differently from the host that is there; an input left out keeps what is there. */
export function differences(
  host: DesiredHost,
  request: ProvisionInput,
  size: Partial<ResolvedSize>,
): Difference[] {
  const { image: from } = host;
  const image =
    host.kind === 'vm'
      ? String(from.template_vm_id ?? from.import_file)
      : String(from.template_file ?? from.template_ct_id);
  const found: [
    string,
    string | number,
    string | number | undefined,
    boolean,
  ][] = [
    ['kind', host.kind, request.kind, false],
    ['owner', host.owner, request.owner, true],
    ['cores', host.cores, size.cores, true],
    ['memory in MiB', host.memory_mb, size.memoryMb, true],
    [
      'disk in GiB',
      host.disk_gb,
      size.diskGb,
      Number(size.diskGb) > host.disk_gb,
    ],
    ['node', host.node, request.node, false],
    ['storage', host.storage, request.storage, false],
    ['image', image, request.image, false],
    ['VLAN', host.network.vlan ?? 'none', request.vlan, false],
    [
      'software',
      rolesText(host.roles),
      request.roles && rolesText(request.roles),
      true,
    ],
    [
      'deployment target',
      targetText(host.target),
      request.target === undefined ? undefined : targetText(request.target),
      true,
    ],
    ...(request.sshKeys ?? [])
      .filter(key => !host.ssh_keys.includes(key.trim()))
      .map((key): [string, string, string, boolean] => [
        'SSH key',
        `${host.ssh_keys.length} others`,
        key,
        false,
      ]),
  ];
  return found
    .filter(([, before, after]) => after !== undefined && before !== after)
    .map(([name, before, after, changeable]) => ({
      name,
      before: String(before),
      after: String(after),
      changeable,
    }));
}

/** Roles with their arguments in one text; the order counts. */
function rolesText(roles: readonly RoleChoice[] = []): string {
  return (
    roles
      .map(({ name, arguments: given }) => {
        const sorted = Object.entries(given).sort(([a], [b]) =>
          a < b ? -1 : 1,
        );
        return sorted.length > 0
          ? `${name} ${JSON.stringify(Object.fromEntries(sorted))}`
          : name;
      })
      .join(', ') || 'none'
  );
}

/** What makes a host a deployment target, in one text. */
function targetText(target: TargetChoice | null | undefined): string {
  if (!target) return 'none';
  const { style, environments, roles, policy } = target;
  return [
    style,
    ...(environments ? [`environments ${environments.join(' and ')}`] : []),
    ...(roles ? [`tags ${roles.join(' and ')}`] : []),
    ...(policy === undefined ? [] : [`policy ${policy}`]),
  ].join(', ');
}

/**
 * The host as it shall be after a change.
 *
 * @throws NanteError `conflict` with the difference, when a change was not meant or is not possible
 */
export function changedHost(
  name: string,
  host: DesiredHost,
  request: ProvisionInput,
  size: Partial<ResolvedSize>,
): DesiredHost {
  const found = differences(host, request, size);
  const problem = differenceProblem(name, found, request.allowChange);
  if (problem)
    throw new NanteError('conflict', problem.message, {
      hint: problem.hint,
      details: { differences: found },
    });
  const { target = host.target } = request;
  return {
    ...withTarget(host, target ?? undefined),
    owner: request.owner ?? host.owner,
    cores: size.cores ?? host.cores,
    memory_mb: size.memoryMb ?? host.memory_mb,
    disk_gb: size.diskGb ?? host.disk_gb,
    ...(request.roles ? { roles: request.roles } : {}),
  };
}

/** Why a host that is there refuses a request; undefined when it does not. */
export function differenceProblem(
  name: string,
  found: readonly Difference[],
  allowChange: boolean,
): { message: string; hint: string } | undefined {
  const list = (items: readonly Difference[]) =>
    items
      .map(item => `${item.name} is ${item.before}, asked for ${item.after}`)
      .join('; ');
  const fixed = found.filter(({ changeable }) => !changeable);
  if (allowChange && fixed.length > 0)
    return {
      message: `${name} exists and cannot be changed like this: ${list(fixed)}.`,
      hint: 'Destroy it and make a new one, or choose another name.',
    };
  if (!allowChange && found.length > 0)
    return {
      message: `${name} exists already and differs: ${list(found)}.`,
      hint: 'Choose another name; or say that a change is meant, where the difference can be changed.',
    };
  return undefined;
}
