import type { CallOptions } from '@nante/clients';
import {
  NanteError,
  provisionInputSchema,
  workspaceName,
  type DesiredHost,
  type ProvisionInput,
  type ProvisionRequest,
} from '@nante/model';
import type { EngineContext } from '../context';
import { check, customSize } from '../policy/policy';
import { readHosts } from '../store/hosts';
import type { CheckResult } from '../types';
import { checkRequest, checksError, shapeChecks } from './checkRequest';

/** A request as it was asked for, and the same whole. */
export interface CompletedRequest {
  /** What was said; what a host that exists is compared with. */
  input: ProvisionInput;
  /** With what the host has, or what a new one gets, for what was left out. */
  request: ProvisionRequest;
}

/**
 * Completes a request: an input left out keeps what is there.
 *
 * @throws NanteError `invalid-input` with every wrong field, or with everything that a new host lacks
 */
export async function completeRequest(
  context: EngineContext,
  given: ProvisionInput,
  options?: CallOptions,
): Promise<CompletedRequest> {
  const input = parseInput(given);
  const { kind, owner, size, sshKeys, target } = input;
  const whole =
    kind && owner && size && size !== customSize && sshKeys
      ? { ...input, kind, owner, size, sshKeys }
      : undefined;
  if (whole && target) return { input, request: whole };
  const host = await hostAsItIs(context, input, options).catch(
    (error: unknown) => {
      // The checks say it of a bucket that does not answer, beside everything else.
      if (whole && NanteError.is(error) && error.code !== 'cancelled')
        return undefined;
      throw error;
    },
  );
  if (host) return { input, request: asItIs(input, host) };
  const { target: wanted, ...fresh } =
    whole ?? (await asNew(context, input, options));
  // A host that is not there yet has no target that could end.
  return { input, request: wanted ? { ...fresh, target: wanted } : fresh };
}

async function hostAsItIs(
  context: EngineContext,
  { app, environment, name }: ProvisionInput,
  options?: CallOptions,
): Promise<DesiredHost | undefined> {
  const { hosts } = await readHosts(
    await context.store(),
    workspaceName(app, environment),
    app,
    environment,
    options,
  );
  return hosts[name];
}

/** All checks of a request as it was asked for: one that cannot be completed is a failed check as well. */
export async function checkInput(
  context: EngineContext,
  given: ProvisionInput,
  options?: CallOptions,
): Promise<CheckResult[]> {
  let completed: CompletedRequest;
  try {
    completed = await completeRequest(context, given, options);
  } catch (error) {
    if (!NanteError.is(error) || error.code === 'cancelled') throw error;
    const { message, hint, details } = error;
    const problems = details?.problems as CheckResult[] | undefined;
    const text = [message, hint].filter(Boolean).join(' ');
    return (
      problems ?? [
        check('request', 'The request can be put together', undefined, text),
      ]
    );
  }
  return (await checkRequest(context, completed, options)).checks;
}

function parseInput(given: ProvisionInput): ProvisionInput {
  const result = provisionInputSchema.safeParse(given);
  if (result.success) return result.data;
  throw checksError(shapeChecks(result.error.issues));
}

function asItIs(input: ProvisionInput, host: DesiredHost): ProvisionRequest {
  const isNamed = input.size !== undefined && input.size !== customSize;
  return {
    ...input,
    kind: input.kind ?? host.kind,
    owner: input.owner ?? host.owner,
    sshKeys: input.sshKeys ?? host.ssh_keys,
    ...(input.target === undefined && host.target
      ? { target: host.target }
      : {}),
    ...(isNamed
      ? { size: input.size! }
      : {
          size: customSize,
          cores: input.cores ?? host.cores,
          memoryMb: input.memoryMb ?? host.memory_mb,
          diskGb: input.diskGb ?? host.disk_gb,
        }),
  };
}

async function asNew(
  context: EngineContext,
  input: ProvisionInput,
  options?: CallOptions,
): Promise<ProvisionRequest> {
  const { name, app, environment, owner, cores, memoryMb, diskGb } = input;
  const figures = [cores, memoryMb, diskGb].some(value => value !== undefined);
  const size = input.size ?? (figures ? customSize : undefined);
  const sshKeys = input.sshKeys ?? (await automationKeys(context, options));
  const missing = [
    ...(owner === undefined ? ['an owner'] : []),
    ...(size === undefined ? ['a size'] : []),
    ...(sshKeys.length === 0
      ? [
          'an SSH key (neither the request nor the secret ANS_SSH_PUBLIC_KEY has one)',
        ]
      : []),
  ];
  if (owner === undefined || size === undefined || missing.length > 0)
    throw new NanteError(
      'invalid-input',
      `There is no host ${name} of ${app} in ${environment}, and a new one needs ${missing.join(', ')}.`,
      {
        hint: 'Nothing was changed. Say what is missing; or, where a host was meant that exists, look at its name, app and environment.',
      },
    );
  return { ...input, kind: input.kind ?? 'vm', owner, size, sshKeys };
}

async function automationKeys(
  context: EngineContext,
  options?: CallOptions,
): Promise<string[]> {
  const { ANS_SSH_PUBLIC_KEY: key } =
    await context.options.secrets.readOptional(['ANS_SSH_PUBLIC_KEY'], options);
  return key ? [key.trim()] : [];
}
