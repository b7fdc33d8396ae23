import {
  NanteError,
  resizeRequestSchema,
  type DesiredHost,
  type InfrastructureConfig,
  type ResizeRequest,
  parseInput,
} from '@nante/model';
import {
  checkPolicy,
  customSize,
  resolveSize,
  type ResolvedSize,
} from '../policy/policy';
import { changedHost } from '../provision/difference';

/** @throws NanteError `invalid-input` with every wrong field */
export function parseResize(input: ResizeRequest): ResizeRequest {
  const request = parseInput(resizeRequestSchema, input);
  const { size, cores, memoryMb, diskGb } = request;
  const typed = [cores, memoryMb, diskGb].some(value => value !== undefined);
  if (size === customSize && !typed)
    throw new NanteError(
      'invalid-input',
      'The size by hand says neither cores nor memory nor disk.',
      { hint: 'Give at least one of them; what is left out stays.' },
    );
  return request;
}

/**
 * The size that a request comes to, within what policy allows.
 *
 * @throws NanteError `invalid-input` for a size that is not offered, is restricted, or is over the maximum
 */
export function allowedSize(
  config: InfrastructureConfig,
  request: ResizeRequest,
  host: DesiredHost,
): ResolvedSize {
  const asked = asProvision(request, host);
  const check = checkPolicy(config, asked, 0).find(({ id }) => id === 'size');
  const size = resolveSize(config, asked);
  if (check?.ok && size) return size;
  throw new NanteError(
    'invalid-input',
    check?.message ?? `There is no size "${request.size}".`,
    { hint: 'Nothing was changed.' },
  );
}

/**
 * The host as it shall be.
 *
 * @throws NanteError `refused` for a disk that would shrink; and as `allowedSize`
 */
export function resizedHost(
  config: InfrastructureConfig,
  request: ResizeRequest,
  host: DesiredHost,
): DesiredHost {
  const size = allowedSize(config, request, host);
  if (size.diskGb < host.disk_gb)
    throw new NanteError(
      'refused',
      `The disk of ${request.name} has ${host.disk_gb} GiB and cannot shrink to ${size.diskGb} GiB; nothing was changed.`,
      {
        hint: `Choose the size "${customSize}" with other cores and memory, and leave the disk out; or make a new host.`,
      },
    );
  return changedHost(request.name, host, asProvision(request, host), size);
}

/** The same wish as a request for a host, so that the same rules hold. */
function asProvision(request: ResizeRequest, host: DesiredHost) {
  const { allowReboot: _agreed, cores, memoryMb, diskGb, ...same } = request;
  const isCustom = request.size === customSize;
  return {
    ...same,
    kind: host.kind,
    owner: host.owner,
    cores: cores ?? (isCustom ? host.cores : undefined),
    memoryMb: memoryMb ?? (isCustom ? host.memory_mb : undefined),
    diskGb: diskGb ?? (isCustom ? host.disk_gb : undefined),
    sshKeys: [],
    allowChange: true,
  };
}
