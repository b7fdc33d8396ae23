import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NanteError, type RunDocument } from '@nante/model';
import { z } from 'zod';
import { ansibleVersion } from '../ansible/environment';
import { createRedactor, runProcess } from '../process';
import type { EngineOptions } from '../types';
import { missingTerraform } from './ask';

const versionSchema = z.looseObject({ terraform_version: z.string() });

/**
 * What a run works with: which Terraform or OpenTofu, and which provider.
 *
 * @throws NanteError `failed` when the program is missing or does not say its version
 */
export async function readTools(
  options: EngineOptions,
): Promise<RunDocument['tools']> {
  const { binary, tool, provider } = options.terraform;
  const [{ text }, ansible] = await Promise.all([
    runProcess({
      file: binary,
      args: ['version', '-json'],
      env: { CHECKPOINT_DISABLE: 'true' },
      timeoutMs: 30_000,
      redactor: createRedactor(),
      keepText: true,
      missing: missingTerraform,
    }),
    options.ansible && ansibleVersion(options.ansible),
  ]);
  return {
    ansible,
    terraform: `${tool} ${versionOf(binary, text)}`,
    provider:
      provider.type === 'stand-in'
        ? 'stand-in'
        : `bpg/proxmox ${await pinnedProvider(options.terraformRoot)}`.trim(),
    guests: options.sandboxGuests,
  };
}

function versionOf(binary: string, text: string): string {
  try {
    return versionSchema.parse(JSON.parse(text)).terraform_version;
  } catch (cause) {
    throw new NanteError('failed', `${binary} does not say its version.`, {
      hint: missingTerraform.how,
      cause,
    });
  }
}

/** The exact version that the root asks for: no other can be the one at work. */
async function pinnedProvider(root: string): Promise<string> {
  const file = join(root, 'versions.tf');
  const text = existsSync(file) ? await readFile(file, 'utf8') : '';
  const [, version] =
    /source\s*=\s*"bpg\/proxmox"[^}]*?version\s*=\s*"(?:=\s*)?([^"]+)"/.exec(
      text,
    ) ?? [];
  return version ?? '';
}
