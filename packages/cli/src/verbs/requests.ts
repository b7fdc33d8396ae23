import {
  NanteError,
  type OnboardRequest,
  type ProvisionInput,
  type RoleChoice,
} from '@nante/model';
import { readGivenFile, type Inputs } from '../inputs';
import type { Session } from '../session';
import { targetOf } from './target';

type Actor = Awaited<ReturnType<Session['actor']>>;

/** Name, app and environment of a host. */
export function hostOf({ inputs }: Session) {
  return {
    name: inputs.required('name'),
    app: inputs.required('app'),
    environment: inputs.required('environment'),
  };
}

/** The size as it was asked for. */
function figuresOf(inputs: Inputs) {
  return {
    size: inputs.text('size'),
    cores: inputs.number('cores'),
    memoryMb: inputs.number('memory-mb'),
    diskGb: inputs.number('disk-gb'),
  };
}

/** The size where one has to be said; `custom` where only its figures were given. */
export function sizeOf(inputs: Inputs) {
  const { size: given, ...figures } = figuresOf(inputs);
  const isCustom = Object.values(figures).some(value => value !== undefined);
  const size = given ?? (isCustom ? 'custom' : undefined);
  if (size === undefined)
    throw new NanteError(
      'invalid-input',
      'missing: --size, or --cores, --memory-mb and --disk-gb',
    );
  return { size, ...figures };
}

/**
 * Roles out of names or JSON.
 *
 * @throws NanteError `invalid-input` for JSON that is none
 */
export function rolesOf(inputs: Inputs): RoleChoice[] | undefined {
  const text = inputs.text('roles')?.trim();
  if (!text) return undefined;
  if (!text.startsWith('['))
    return text
      .split(',')
      .map(name => name.trim())
      .filter(Boolean)
      .map(name => ({ name, arguments: {} }));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new NanteError(
      'invalid-input',
      `--roles is neither names nor JSON: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** The request of `provision`, `plan` and `doctor`; what it leaves out, the engine knows. */
export function provisionRequest(
  session: Session,
  actor: Actor,
): ProvisionInput {
  const { inputs } = session;
  const script = inputs.text('init-script-file');
  return {
    ...actor,
    ...hostOf(session),
    ...figuresOf(inputs),
    kind: inputs.text('kind') as ProvisionInput['kind'],
    owner: inputs.text('owner'),
    node: inputs.text('node'),
    storage: inputs.text('storage'),
    image: inputs.text('image'),
    vlan: inputs.number('vlan'),
    sshKeys: sshKeys(inputs),
    roles: rolesOf(inputs),
    target: targetOf(inputs),
    initScript: script && readGivenFile(script, '--init-script-file'),
    purpose: inputs.text('purpose'),
    allowChange: inputs.flag('allow-change'),
  };
}

function sshKeys(inputs: Inputs): string[] | undefined {
  const given = [
    ...inputs.list('ssh-key'),
    ...inputs
      .list('ssh-key-file')
      .flatMap(file => readGivenFile(file, '--ssh-key-file').split('\n'))
      .map(line => line.trim())
      .filter(line => line !== '' && !line.startsWith('#')),
  ];
  return given.length > 0 ? given : undefined;
}

/** The request of `onboard` and `bootstrap`. */
export function onboardRequest(session: Session, actor: Actor): OnboardRequest {
  const { inputs } = session;
  const [connection, vmId] = [
    inputs.text('guest-connection'),
    inputs.number('guest-vm-id'),
  ];
  if ((connection === undefined) !== (vmId === undefined))
    throw new NanteError(
      'invalid-input',
      '--guest-connection and --guest-vm-id go together.',
    );
  return {
    ...actor,
    ...hostOf(session),
    owner: inputs.required('owner'),
    address: inputs.required('address'),
    port: inputs.number('port') ?? 22,
    loginUser: inputs.text('login-user') ?? 'root',
    adminUser: inputs.text('admin-user'),
    adminSshKeys: inputs.list('admin-ssh-key'),
    roles: rolesOf(inputs) ?? [],
    target: targetOf(inputs) ?? undefined,
    guest:
      connection !== undefined && vmId !== undefined
        ? { connection, vmId }
        : undefined,
    checkedRunId: inputs.text('checked-run-id'),
  };
}
