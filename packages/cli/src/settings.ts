import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import {
  createDopplerSource,
  createEnvironmentSource,
  type SecretSource,
} from '@nante/clients';
import {
  chooseProvider,
  findAnsible,
  hasAnsible,
  sandboxEndpointsSchema,
  type EngineOptions,
  type SandboxEndpoints,
} from '@nante/engine';
import { NanteError } from '@nante/model';
import { readGivenFile, type Inputs } from './inputs';
import { isWorkflow } from './world';

/** How the engine is made, without the configuration, which the bucket has. */
export interface Settings {
  options: EngineOptions;
  /** Of a sandbox, where one was named. */
  endpoints?: SandboxEndpoints;
}

/**
 * Engine options out of inputs and environment.
 *
 * @param program - folder that this program lies in
 * @throws NanteError `invalid-input` that says what to set
 */
export function readSettings(
  inputs: Inputs,
  env: NodeJS.ProcessEnv,
  program: string,
): Settings {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0')
    throw new NanteError(
      'invalid-input',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 switches the verification of every TLS certificate off.',
      {
        hint: 'Unset it; a private CA goes into --state-ca-file, and into caFile of a connection.',
      },
    );
  const root = findRoot([program, process.cwd()]);
  const endpoints = readEndpoints(inputs.text('endpoints'));
  const binary = inputs.text('terraform') ?? 'terraform';
  return {
    endpoints,
    options: {
      secrets: secretSource(inputs, env, endpoints),
      workDirectory: resolve(inputs.text('work-directory') ?? stateFolder(env)),
      terraformRoot: resolve(
        inputs.text('terraform-root') ??
          join(rootFor(inputs, root), 'terraform'),
      ),
      terraform: {
        binary: binary.includes('/') ? resolve(binary) : binary,
        tool: basename(binary).startsWith('tofu') ? 'tofu' : 'terraform',
        provider: chooseProvider(
          inputs.has('provider-mirror')
            ? resolve(inputs.required('provider-mirror'))
            : undefined,
          endpoints,
        ),
      },
      ansible: ansible(inputs, env, root),
      stateCaFile:
        endpoints?.s3.ca ??
        (inputs.has('state-ca-file')
          ? resolve(inputs.required('state-ca-file'))
          : undefined),
      sandboxGuests: endpoints && (endpoints.guests?.driver ?? 'record'),
    },
  };
}

/**
 * Where state lies that has to outlive this process: a Terraform that goes on after a cancel, a state that could not be
 * uploaded. Not below RUNNER_TEMP, which a runner empties after each job.
 */
function stateFolder(env: NodeJS.ProcessEnv): string {
  return join(
    env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state'),
    'nante',
  );
}

/** Repository with `terraform/` and `ansible/`, above one of the folders. */
function findRoot(from: readonly string[]): string | undefined {
  for (const start of from) {
    let folder = resolve(start);
    for (;;) {
      if (existsSync(join(folder, 'terraform', 'versions.tf'))) return folder;
      const above = dirname(folder);
      if (above === folder) break;
      folder = above;
    }
  }
  return undefined;
}

function rootFor({ command }: Inputs, root: string | undefined): string {
  // Never looked into by a verb that needs no Terraform.
  if (root || command.withoutTerraform) return root ?? '.';
  throw new NanteError(
    'invalid-input',
    'The folders terraform/ and ansible/ are neither above this program nor above the current folder.',
    { hint: `Name them by --terraform-root and --ansible-project.` },
  );
}

function ansible(
  inputs: Inputs,
  env: NodeJS.ProcessEnv,
  root: string | undefined,
): EngineOptions['ansible'] {
  const given = inputs.text('ansible-bin');
  const bin =
    given === undefined ? findAnsible(root ?? '', env) : resolve(given);
  if (given !== undefined && !hasAnsible(resolve(given)))
    throw new NanteError(
      'invalid-input',
      `--ansible-bin: there is no ansible-playbook in ${given}.`,
    );
  const project = inputs.text('ansible-project');
  if (!bin || !(project ?? root)) return undefined;
  return { bin, project: resolve(project ?? join(root!, 'ansible')) };
}

function secretSource(
  inputs: Inputs,
  env: NodeJS.ProcessEnv,
  endpoints: SandboxEndpoints | undefined,
): SecretSource {
  const token = env.DOPPLER_TOKEN ?? '';
  const target = {
    project: env.DOPPLER_TARGET_PROJECT || undefined,
    config: env.DOPPLER_TARGET_CONFIG || undefined,
  };
  if (endpoints) {
    const { url, ca } = endpoints.doppler;
    const place = { apiHost: url, caFile: ca };
    // A workflow's own secret counts there too; on a terminal it may be that of a real Doppler.
    const isOwn = token !== '' || inputs.text('secrets') === 'doppler';
    return isWorkflow(env) && isOwn
      ? createDopplerSource({ ...place, ...target, token })
      : createDopplerSource({ ...place, token: endpoints.doppler.token });
  }
  const source =
    inputs.text('secrets') ?? (token === '' ? 'environment' : 'doppler');
  return source === 'environment'
    ? createEnvironmentSource(env)
    : createDopplerSource({ ...target, token });
}

function readEndpoints(file: string | undefined): SandboxEndpoints | undefined {
  if (file === undefined) return undefined;
  const wrong = (problem: string) =>
    new NanteError('invalid-input', `--endpoints: ${file} ${problem}`, {
      hint: 'Start the sandbox (npm run sandbox); it writes .sandbox/endpoints.json.',
    });
  let content: unknown;
  try {
    content = JSON.parse(readGivenFile(file, '--endpoints'));
  } catch (error) {
    if (NanteError.is(error)) throw wrong('cannot be read.');
    throw wrong('is no JSON.');
  }
  const read = sandboxEndpointsSchema.safeParse(content);
  if (read.success) return read.data;
  throw wrong(
    `is not what a sandbox of this version writes (${read.error.issues.map(({ path }) => path.join('.')).join(', ')}).`,
  );
}
