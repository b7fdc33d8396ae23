import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDocument } from '@nante/model';
import type { EngineContext } from '../context';
import { createRedactor } from '../secrets';
import type { Terraform } from '../terraform/terraform';
import { terraformFor } from './terraformFor';

/**
 * Looks at a plan in a folder of its own, which is removed afterwards: no lock is taken, and no workspace is made for it.
 *
 * @param run - id for the log, and whose workspace it is
 */
export async function withScratchTerraform<T>(
  context: EngineContext,
  run: Pick<RunDocument, 'id' | 'workspace' | 'environment'>,
  look: (terraform: Terraform) => Promise<T>,
): Promise<T> {
  const plans = join(context.options.workDirectory, 'plans');
  await mkdir(plans, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(plans, 'plan-'));
  try {
    const terraform = await terraformFor(
      context,
      await context.store(),
      await context.config(),
      run,
      createRedactor(),
      ({ level, text }) => context.log(level, text),
      scratch,
    );
    return await look(terraform);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
