import { NanteError, type RoleChoice } from '@nante/model';
import { checkRoles, type AnsibleInstallation } from '../ansible';
import type { EngineContext } from '../context';

/** What a play needs that this engine may not have. */
export interface SoftwareTools {
  ansible: AnsibleInstallation;
  /** Secret. */
  privateKey: string;
}

/**
 * What a play needs.
 *
 * @throws NanteError `refused` where this engine has no Ansible, `invalid-input` where the secret is missing
 */
export async function softwareTools(
  context: Pick<EngineContext, 'options'>,
): Promise<SoftwareTools> {
  const { ansible, secrets } = context.options;
  if (!ansible)
    throw new NanteError(
      'refused',
      'There is no Ansible here, so no host can be configured.',
      {
        hint: 'Install it (node scripts/python.mjs does, into .tools/python), or name its folder by infrastructure.ansible.bin.',
      },
    );
  const { SSH_PRIVATE_KEY } = await secrets.readOptional(['SSH_PRIVATE_KEY']);
  if (!SSH_PRIVATE_KEY)
    throw new NanteError(
      'invalid-input',
      `The secret SSH_PRIVATE_KEY is not set in ${secrets.title}, so no host can be entered.`,
      { hint: 'Set it to the private key that belongs to ANS_SSH_PUBLIC_KEY.' },
    );
  return { ansible, privateKey: SSH_PRIVATE_KEY };
}

/**
 * Why a choice of roles, or a script for the first boot, cannot be had; undefined when it can. Nothing is touched.
 */
export async function softwareProblem(
  context: Pick<EngineContext, 'options'>,
  roles: readonly RoleChoice[],
  needsTools: boolean,
): Promise<string | undefined> {
  try {
    if (roles.length === 0 && !needsTools) return undefined;
    const { ansible } = await softwareTools(context);
    await checkRoles(ansible.project, roles);
    return undefined;
  } catch (error) {
    if (!NanteError.is(error)) throw error;
    return [error.message, error.hint].filter(Boolean).join(' ');
  }
}
