import { NanteError } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import { runProcess } from '../process';
import { terraformError } from './failure';
import type { TerraformSetting } from './setting';

/** Milliseconds; longer than the S3 backend's own repetitions against a bucket that is away. */
const timeoutMs = 300_000;

/** Why Terraform is needed, and how to get it. */
export const missingTerraform = {
  why: 'to make and destroy hosts',
  how: 'Install Terraform 1.11 or newer, or name its path in the configuration.',
};

/**
 * Runs a Terraform command that answers at once and leaves nothing half done when it is cut off.
 *
 * @returns what it prints, without secrets
 * @throws NanteError Terraform's own error in our words; the reason of the signal
 */
export async function askTerraform(
  {
    binary,
    paths,
    redactor,
  }: Pick<TerraformSetting, 'binary' | 'paths' | 'redactor'>,
  args: readonly string[],
  environment: Record<string, string>,
  signal?: AbortSignal,
): Promise<string> {
  throwIfCancelled(signal);
  const errors: string[] = [];
  try {
    const { text } = await runProcess({
      file: binary,
      args,
      cwd: paths.root,
      env: environment,
      timeoutMs,
      signal,
      redactor,
      keepText: true,
      onLine: (stream, line) => {
        if (stream === 'stderr') errors.push(line);
      },
      missing: missingTerraform,
    });
    return text;
  } catch (error) {
    throwIfCancelled(signal);
    const exitCode = NanteError.is(error) ? error.details?.exitCode : undefined;
    if (typeof exitCode !== 'number') throw error;
    throw terraformError(args.slice(0, 2).join(' '), {
      exitCode,
      errorText: errors.join('\n'),
      diagnostics: [],
    });
  }
}
