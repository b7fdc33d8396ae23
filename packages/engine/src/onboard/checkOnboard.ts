import type { ObjectStore } from '@nante/clients';
import {
  connectionNamed,
  proxmoxOf,
  NanteError,
  parseStamp,
  workspaceName,
  type InfrastructureConfig,
  type NanteErrorCode,
  type OnboardRequest,
} from '@nante/model';
import { siteProblems } from '../configure/checkSite';
import { newHostNeeds } from '../configure/siteVariables';
import { softwareProblem } from '../configure/software';
import type { EngineContext } from '../context';
import { findGuest } from '../ledger/agreement';
import { isOpen, readLedger } from '../ledger/ledger';
import { staticAddress } from '../provision/reserve';
import { newTargetProblems } from '../register/targetProblems';
import { readAllHosts } from '../store/hosts';
import { readAllServers } from '../store/servers';
import { ownEntry } from './records';

interface Problem {
  code: NanteErrorCode;
  message: string;
}

/**
 * Checks what can be known of a request without a look at the server, and changes nothing.
 *
 * @throws NanteError that names everything that is wrong, also as `details.problems`
 */
export async function checkOnboard(
  context: Pick<
    EngineContext,
    | 'options'
    | 'config'
    | 'octopus'
    | 'openobserve'
    | 'proxmox'
    | 'runs'
    | 'store'
    | 'tailscale'
  >,
  store: ObjectStore,
  config: InfrastructureConfig,
  request: OnboardRequest,
  signal?: AbortSignal,
): Promise<void> {
  const own = await ownEntry(
    context.runs,
    await readLedger(store, workspaceName(request.app, request.environment), {
      signal,
    }),
    request,
  );
  const isOurs = (requestId: string) =>
    requestId === request.requestId || requestId === own?.requestId;
  const problems = [
    ...policyProblems(config, request),
    ...adminProblems(request),
    ...(await softwareProblems(context, request)),
    ...(request.roles.length > 0
      ? await siteProblems(context, newHostNeeds(config, request, true), {
          signal,
        })
      : []),
    ...(await targetsProblems(context, config, request, signal)),
    ...(await recordProblems(store, config, request, isOurs, signal)),
    ...(await guestProblems(context, config, store, request, isOurs, signal)),
  ];
  if (problems.length === 0) return;
  throw new NanteError(
    problems[0].code,
    problems.map(({ message }) => message).join(' '),
    {
      hint: 'Nothing was changed. Correct the request and send it again.',
      details: { problems: problems.map(({ message }) => message) },
    },
  );
}

const invalid = (message: string): Problem => ({
  code: 'invalid-input',
  message,
});
const refused = (message: string): Problem => ({ code: 'refused', message });
const conflict = (message: string): Problem => ({ code: 'conflict', message });

function policyProblems(
  config: InfrastructureConfig,
  { environment: name, operator }: OnboardRequest,
): Problem[] {
  const environment = config.environments[name];
  if (!environment) {
    const known = Object.keys(config.environments).sort().join(', ');
    return [
      invalid(`There is no environment "${name}"; choose one of ${known}.`),
    ];
  }
  const { connection, restricted } = environment;
  return [
    ...(restricted && !operator
      ? [refused(`Only operators may onboard servers in ${name}.`)]
      : []),
    ...(proxmoxOf(config, name).readOnly
      ? [
          refused(
            `The connection ${connection} is read-only: nothing can be onboarded in ${name}.`,
          ),
        ]
      : []),
  ];
}

function adminProblems({ adminUser, adminSshKeys }: OnboardRequest): Problem[] {
  if (adminUser === 'root')
    return [invalid('The administrator cannot be root: choose another name.')];
  if (adminUser && adminSshKeys.length === 0)
    return [
      invalid(`${adminUser} needs at least one public key to log in with.`),
    ];
  return !adminUser && adminSshKeys.length > 0
    ? [invalid('There are keys of an administrator who has no name.')]
    : [];
}

async function softwareProblems(
  context: Pick<EngineContext, 'options'>,
  request: OnboardRequest,
): Promise<Problem[]> {
  const problem = await softwareProblem(context, request.roles, true);
  return problem ? [invalid(problem)] : lockOutProblems(request);
}

/** What keeps it from becoming a deployment target, where it shall be one. */
async function targetsProblems(
  context: Parameters<typeof newTargetProblems>[0],
  config: InfrastructureConfig,
  { target, name, app, environment, loginUser }: OnboardRequest,
  signal?: AbortSignal,
): Promise<Problem[]> {
  if (!target || !config.environments[environment]) return [];
  const host = { name, app, environment };
  return newTargetProblems(
    context,
    config,
    { host, choice: target, user: loginUser },
    { signal },
  );
}

/** What `base_setup` would be told that shuts out whoever logs in now, us too. */
function lockOutProblems({
  roles,
  port,
  loginUser,
}: OnboardRequest): Problem[] {
  const given = roles.find(({ name }) => name === 'base_setup')?.arguments;
  if (!given) return [];
  const open = given.base_setup_ssh_port ?? 22;
  const hasFirewall = !isNo(given.base_setup_firewall);
  return [
    ...(hasFirewall && Number(open) !== port
      ? [
          invalid(
            `The firewall of base_setup would leave port ${open} open, and sshd listens on ${port}: set base_setup_ssh_port to ${port}.`,
          ),
        ]
      : []),
    ...(loginUser === 'root' && isNo(given.base_setup_ssh_root_by_key)
      ? [
          invalid(
            'base_setup would shut out root, who logs in here: leave base_setup_ssh_root_by_key on, or log in as somebody with sudo.',
          ),
        ]
      : []),
  ];
}

/** As Ansible reads it. */
function isNo(value: unknown): boolean {
  return value !== undefined && /^(false|no|off|n|f|0)$/i.test(`${value}`);
}

/** Name, address and quota against the records of all workspaces. */
async function recordProblems(
  store: ObjectStore,
  config: InfrastructureConfig,
  request: OnboardRequest,
  isOurs: (requestId: string) => boolean,
  signal?: AbortSignal,
): Promise<Problem[]> {
  const workspace = workspaceName(request.app, request.environment);
  const [hosts, servers] = await Promise.all([
    readAllHosts(store, { signal }),
    readAllServers(store, { signal }),
  ]);
  const workspaces = [
    ...new Set(
      [...hosts, ...servers].map(({ workspace: of }) => of).concat(workspace),
    ),
  ];
  const ledgers = await Promise.all(
    workspaces.map(async of => {
      const entries = await readLedger(store, of, { signal });
      return { of, entries: entries.filter(isOpen) };
    }),
  );
  const known = [
    ...hosts.flatMap(({ workspace: of, document }) =>
      Object.entries(document.hosts).map(([name, host]) => ({
        ...{ of, name, owner: host.owner, requestId: host.request_id },
        where: staticAddress(host),
      })),
    ),
    ...servers.flatMap(({ workspace: of, document }) =>
      Object.entries(document.servers).map(([name, server]) => ({
        ...{ of, name, owner: server.owner, requestId: server.request_id },
        where: server.address as string | null,
      })),
    ),
  ].filter(({ requestId }) => !isOurs(requestId));
  const seen = ledgers.flatMap(({ of, entries }) =>
    entries
      .filter(
        ({ requestId, system, kind }) =>
          !isOurs(requestId) &&
          (system === 'ssh' || (system === 'proxmox' && kind !== 'snapshot')),
      )
      .map(({ host, address }) => ({ of, name: host, where: address })),
  );
  const holder = [...known, ...seen].find(
    ({ where }) => where === request.address,
  );
  const isNamesake = (item: { of: string; name: string }) =>
    item.of === workspace && item.name === request.name;
  const count = known.filter(({ owner }) => owner === request.owner).length;
  const most = config.policy.hostsPerOwner;
  return [
    ...([...known, ...seen].some(isNamesake)
      ? [conflict(`${workspace} has a host ${request.name} already.`)]
      : []),
    ...(holder
      ? [
          conflict(
            `${request.address} is the address of ${holder.name} in ${holder.of}, which is in our care already.`,
          ),
        ]
      : []),
    ...(count >= most
      ? [
          refused(
            `${request.owner} has ${count} hosts, and ${most} is the most for one owner.`,
          ),
        ]
      : []),
  ];
}

/** The guest of a Proxmox that the server is said to be: there, nobody's yet, and really at that address. */
async function guestProblems(
  context: Pick<EngineContext, 'proxmox'>,
  config: InfrastructureConfig,
  store: ObjectStore,
  request: OnboardRequest,
  isOurs: (requestId: string) => boolean,
  signal?: AbortSignal,
): Promise<Problem[]> {
  const { guest: wanted, address } = request;
  if (!wanted) return [];
  const { connection, vmId } = wanted;
  if (!connectionNamed(config, 'proxmox', connection))
    return [invalid(`There is no connection "${connection}".`)];
  const proxmox = await context.proxmox(connection);
  const guest = await findGuest(proxmox, vmId);
  if (!guest || guest.template)
    return [invalid(`${connection} has no guest ${vmId} that our token sees.`)];
  const title = `${guest.kind} ${vmId} on ${guest.node}`;
  const [{ description }, interfaces, servers] = await Promise.all([
    proxmox.guestConfig(guest.node, guest.kind, vmId, { signal }),
    proxmox.guestInterfaces(guest.node, guest.kind, vmId, { signal }),
    readAllServers(store, { signal }),
  ]);
  const stamp = parseStamp(description);
  const server = servers
    .flatMap(({ document }) => Object.entries(document.servers))
    .find(
      ([, one]) =>
        !isOurs(one.request_id) &&
        one.guest?.connection === connection &&
        one.guest.vm_id === vmId,
    );
  const reported = (interfaces ?? [])
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ addresses }) => addresses)
    .map(one => one.address);
  const ownName = stamp?.host ?? server?.[0];
  return [
    ...(ownName
      ? [conflict(`${title} is in our care already, as ${ownName}.`)]
      : []),
    ...(reported.includes(address)
      ? []
      : [
          invalid(
            interfaces
              ? `${title} does not report the address ${address}, but ${reported.join(', ') || 'none'}.`
              : `${title} reports no address: is it running, and does its guest agent answer?`,
          ),
        ]),
  ];
}
