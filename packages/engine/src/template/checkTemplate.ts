import type {
  ProxmoxApi,
  ProxmoxGuest,
  ProxmoxResources,
} from '@nante/clients';
import {
  NanteError,
  parseStamp,
  type InfrastructureConfig,
  type TemplateRequest,
} from '@nante/model';
import { guestsAreRecords } from '../configure/playOnHosts';
import type { Run } from '../operation/executeRun';
import { isInSubnet } from '../reservations/addresses';
import { nodesWithImage, resolveImage } from './image';
import { parseMark, templatesApp } from './mark';
import { missingForTemplate } from './rights';
import type { TemplatePlan } from './guestOptions';

/** A guest of the template's name that bears our stamp. */
export interface FoundTemplate {
  guest: ProxmoxGuest;
  /** Request that made it. */
  requestId: string;
  /** It is a template; otherwise an earlier run left it half made. */
  isFinished: boolean;
  /** It has `/dev/net/tun`. */
  hasTun: boolean;
}

/**
 * The template of a name, where we made it.
 *
 * @throws NanteError `conflict` when the name belongs to something else, or to a template made from something else
 */
export async function findTemplate(
  proxmox: ProxmoxApi,
  resources: ProxmoxResources,
  request: TemplateRequest,
  plan: Pick<TemplatePlan, 'image'> | undefined,
): Promise<FoundTemplate | undefined> {
  const guest = resources.guests.find(({ name }) => name === request.name);
  if (!guest) return undefined;
  const { node, kind, vmId, template } = guest;
  const config = await proxmox.guestConfig(node, kind, vmId);
  const stamp = parseStamp(config.description);
  const mark = parseMark(config.description);
  const title = `${kind} ${vmId} on ${node}`;
  const isOurs =
    stamp?.app === templatesApp &&
    stamp.environment === request.environment &&
    stamp.host === request.name;
  if (!stamp || !isOurs || !mark)
    throw new NanteError(
      'conflict',
      `${request.name} is the name of ${title}, which is not a template that was made here for ${request.environment}.`,
      { hint: 'Choose another name; nothing was changed.' },
    );
  const wanted = plan?.image.mark;
  const differing = wanted
    ? (['kind', 'source', 'checksum'] as const).filter(
        key => wanted[key] !== mark[key],
      )
    : [];
  if (template && differing.length > 0)
    throw new NanteError(
      'conflict',
      `The template ${request.name} (${title}) was made otherwise: ${differing.map(key => `${key} is ${mark[key]}, asked for ${wanted![key]}`).join('; ')}.`,
      {
        hint: 'Choose another name for the new one. Old templates are never removed by themselves: linked clones live on their disks.',
      },
    );
  return {
    guest,
    requestId: stamp.requestId,
    isFinished: template,
    hasTun: /\/dev\/net\/tun/.test(
      Object.entries(config.raw)
        .filter(([key]) => /^dev\d+$/.test(key))
        .map(([, value]) => `${value}`)
        .join(' '),
    ),
  };
}

/**
 * Everything that can be known before anything is changed.
 *
 * @throws NanteError that names all problems at once; `unauthorized` when only rights are missing
 */
export async function checkTemplate(
  { context, config, signal }: Run,
  request: TemplateRequest,
): Promise<{
  proxmox: ProxmoxApi;
  plan: TemplatePlan;
  found?: FoundTemplate;
}> {
  const environment = config.environments[request.environment];
  const proxmox = await context.proxmox(environment.connection);
  const [resources, permissions, secrets] = await Promise.all([
    proxmox.resources({ signal }),
    proxmox.permissions({ signal }),
    context.options.secrets.readOptional(
      ['ANS_SSH_PUBLIC_KEY', 'SSH_PRIVATE_KEY', 'PROXMOX_ROOT_PASSWORD'],
      { signal },
    ),
  ]);
  const problems = [
    ...inputProblems(config, request),
    ...(['ANS_SSH_PUBLIC_KEY', 'SSH_PRIVATE_KEY'] as const)
      .filter(name => !secrets[name])
      .map(name => `The secret ${name} is missing, so nobody could log in.`),
  ];
  const near = await nodesWithImage(proxmox, resources, request, { signal });
  const node = chooseNode(config, resources, request, near);
  const storage = node && chooseStorage(config, resources, request, node);
  if (!node) problems.push(nodeProblem(request, near));
  else if (!storage)
    problems.push(
      `${request.storage ? `The storage ${request.storage}` : 'No allowed storage'} on ${node} takes ${request.kind === 'vm' ? 'disks of virtual machines' : 'container disks'}.`,
    );
  const image =
    node && (await resolveImage(proxmox, resources, request, node, { signal }));
  if (typeof image === 'string') problems.push(image);
  if (problems.length > 0 || !node || !storage || typeof image !== 'object')
    throw new NanteError('invalid-input', problems.join(' '), {
      hint: 'Nothing was changed. Correct what is named, and ask again.',
    });
  if (!image.isThere && !image.fetch)
    throw new NanteError('not-found', `${image.volumeId} is not on ${node}.`);
  const plan: TemplatePlan = {
    node,
    storage,
    image,
    network: environment,
    publicKey: secrets.ANS_SSH_PUBLIC_KEY!.trim(),
    user: config.policy.user,
    rootPassword: secrets.PROXMOX_ROOT_PASSWORD,
  };
  const found = await findTemplate(proxmox, resources, request, plan);
  if (!found?.isFinished) {
    const { bridge, vlan } = environment;
    const missing = missingForTemplate(permissions, {
      ...{ kind: request.kind, vmId: request.vmId ?? 0, node, storage, image },
      ...{ bridge, vlan },
    });
    if (missing.length > 0)
      throw new NanteError(
        'unauthorized',
        `The Proxmox token lacks ${missing.join(', ')}; nothing was changed.`,
        { hint: 'Give it the roles from docs/templates.md.' },
      );
    const taken = resources.guests.find(({ vmId }) => vmId === request.vmId);
    if (taken && taken.vmId !== found?.guest.vmId)
      throw new NanteError(
        'conflict',
        `The id ${taken.vmId} belongs to ${taken.kind} ${taken.name} on ${taken.node}.`,
        { hint: 'Leave --vm-id out, or choose a free one.' },
      );
  }
  return { proxmox, plan, found };
}

function inputProblems(
  { environments }: InfrastructureConfig,
  request: TemplateRequest,
): string[] {
  const { kind, image, imageUrl, imageChecksum, address } = request;
  const { addressing, subnet } = environments[request.environment];
  return [
    ...(image && imageUrl
      ? ['Say either an address or a volume, not both.']
      : []),
    ...(imageChecksum && !imageUrl
      ? ['A checksum goes with the address of an image.']
      : []),
    ...(address && !isInSubnet(subnet, address.split('/')[0])
      ? [
          `The address ${address} lies outside the subnet ${subnet} of ${request.environment}.`,
        ]
      : []),
    ...(kind === 'vm' && !address && addressing.type === 'dhcp'
      ? [
          `In ${request.environment} addresses come by DHCP, and an image without an agent cannot say which one it got: name a free one of ${subnet} by --address, such as 10.0.0.9/24.`,
        ]
      : []),
  ];
}

function chooseNode(
  { policy }: InfrastructureConfig,
  resources: ProxmoxResources,
  { node }: TemplateRequest,
  near: readonly string[],
): string | undefined {
  const free = ({ memory, memoryUsed = 0 }: (typeof resources.nodes)[number]) =>
    memory - memoryUsed;
  return resources.nodes
    .filter(
      ({ name }) =>
        near.includes(name) &&
        (node === undefined || name === node) &&
        (policy.nodes.length === 0 || policy.nodes.includes(name)),
    )
    .sort((a, b) => free(b) - free(a) || (a.name < b.name ? -1 : 1))[0]?.name;
}

function nodeProblem(
  { node, image }: TemplateRequest,
  near: readonly string[],
): string {
  if (near.length === 0 && image)
    return `${image} is on no node that is online.`;
  return node
    ? `The node ${node} is not online, not allowed, or does not have the image; there is ${near.join(', ')}.`
    : 'No allowed node is online.';
}

function chooseStorage(
  { policy }: InfrastructureConfig,
  resources: ProxmoxResources,
  { kind, storage }: TemplateRequest,
  node: string,
): string | undefined {
  const content = kind === 'vm' ? 'images' : 'rootdir';
  return resources.storages
    .filter(
      item =>
        item.node === node &&
        item.status === 'available' &&
        item.content.includes(content) &&
        (storage === undefined || item.name === storage) &&
        (policy.storages.length === 0 || policy.storages.includes(item.name)),
    )
    .sort((a, b) => b.size - b.used - (a.size - a.used))[0]?.name;
}

/** Why nobody logs in to the guest; undefined where somebody does. */
export function noLogin(run: Pick<Run, 'context'>): string | undefined {
  return guestsAreRecords(run)
    ? 'The guests of this sandbox are records: nobody can log in.'
    : undefined;
}
