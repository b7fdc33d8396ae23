import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { NanteError, type HostsDocument } from '@nante/model';
import { throwIfCancelled } from '../cancel';
import { stateKey } from '../store/keys';
import { askTerraform } from './ask';
import { liveChild, runChild, type ChildOutcome } from './child';
import { type Diagnostic } from './events';
import { terraformError } from './failure';
import { planJsonSchema, type PlanJson } from './plan';
import type { TerraformSetting } from './setting';

/** Terraform on one workspace. What changes something runs detached, so that our death cannot kill it half-way. */
export interface Terraform {
  /** Copies the root, initialises it, and selects the workspace. */
  prepare(signal?: AbortSignal): Promise<void>;
  /**
   * Plans and saves the plan.
   *
   * @param target - module address; left out: everything
   */
  plan(
    hosts: HostsDocument,
    target?: string,
    signal?: AbortSignal,
  ): Promise<PlanJson>;
  /** Applies the saved plan. */
  apply(options: { signal?: AbortSignal }): Promise<void>;
  /** Addresses in the state. */
  stateAddresses(signal?: AbortSignal): Promise<string[]>;
  /** Takes addresses out of the state without touching the things. */
  forget(addresses: readonly string[]): Promise<void>;
  /** Adopts an existing guest into the next plan; null takes the wish away. */
  importNext(wish: { address: string; id: string } | null): Promise<void>;
  /**
   * Takes an existing guest into the state, for the configuration of the last plan; the guest itself is not touched, and
   * nothing else is planned or applied.
   */
  importNow(wish: { address: string; id: string }): Promise<void>;
  /** Uploads a state file that an earlier apply could not. */
  pushState(file: string): Promise<void>;
  /** Deletes the empty workspace. */
  deleteWorkspace(): Promise<void>;
}

/** A run touches one host; a second resource of it would only wait for the lock of the first. */
const oneAtATime = '-parallelism=1';

/** Terraform of one workspace with everything it needs to know. */
export function createTerraform(setting: TerraformSetting): Terraform {
  const { paths, workspace } = setting;

  const withProvider = async <T>(
    work: (environment: Record<string, string>) => Promise<T>,
  ): Promise<T> => {
    const server = await setting.startProvider();
    try {
      return await work({ ...setting.environment, ...server.environment });
    } finally {
      // A Terraform that is not waited for any longer still needs it.
      if (!(await liveChild(paths))) await server.stop();
    }
  };

  /** A command that changes something, or takes its time. */
  const run = (
    args: readonly string[],
    options: { signal?: AbortSignal; show?: boolean } = {},
  ): Promise<ChildOutcome> =>
    withProvider(environment => runChild(args, environment, setting, options));

  const must = async (
    args: readonly string[],
    options: { signal?: AbortSignal; show?: boolean } = {},
  ): Promise<void> => {
    const outcome = await run(args, options);
    throwIfCancelled(options.signal);
    if (outcome.exitCode !== 0) throw terraformError(args[0], outcome);
  };

  /** A short question. @returns what it prints */
  const ask = (args: readonly string[], signal?: AbortSignal) =>
    withProvider(environment =>
      askTerraform(setting, args, environment, signal),
    );

  const select = async (signal?: AbortSignal) => {
    // Without a state the empty default workspace plans the same, and nothing is made in the bucket.
    const exists = await setting.store.get(stateKey(workspace), { signal });
    if (setting.readOnly && !exists) return;
    await ask(['workspace', 'select', '-or-create=true', workspace], signal);
    const selected = (await ask(['workspace', 'show'], signal)).trim();
    if (selected !== workspace)
      throw new NanteError(
        'failed',
        `Terraform selected the workspace ${selected} instead of ${workspace}; nothing was changed.`,
      );
  };

  const importFile = `${paths.root}/nante_import.tf`;

  return {
    async prepare(signal) {
      const wanted = await setting.copyRoot();
      await rm(importFile, { force: true });
      const done = existsSync(paths.initialized)
        ? await readFile(paths.initialized, 'utf8')
        : '';
      if (done !== wanted) {
        await rm(paths.initialized, { force: true });
        // A remembered workspace that is gone makes `init -input=false` fail.
        await rm(`${paths.root}/.terraform/environment`, { force: true });
        await must(
          [
            'init',
            '-input=false',
            '-no-color',
            '-reconfigure',
            `-backend-config=bucket=${setting.bucket}`,
          ],
          { signal, show: true },
        );
        await writeFile(paths.initialized, wanted);
      }
      await select(signal);
    },

    async plan(hosts, target, signal) {
      await writeFile(paths.candidate, JSON.stringify(hosts, null, 2));
      await rm(paths.plan, { force: true });
      const args = [
        'plan',
        '-json',
        '-input=false',
        setting.readOnly
          ? '-lock=false'
          : `-lock-timeout=${setting.lockTimeoutSeconds}s`,
        `-out=${paths.plan}`,
        `-var-file=${paths.candidate}`,
        ...(target ? [`-target=${target}`] : []),
      ];
      try {
        await must(args, { signal, show: Boolean(target) });
      } catch (error) {
        // What the last init made may be the reason; the next run makes it anew.
        await rm(paths.initialized, { force: true });
        throw error;
      }
      const shown = await ask(['show', '-json', paths.plan], signal);
      return planJsonSchema.parse(JSON.parse(shown));
    },

    async apply({ signal }) {
      const outcome = await run(
        [
          'apply',
          '-json',
          '-input=false',
          `-lock-timeout=${setting.lockTimeoutSeconds}s`,
          oneAtATime,
          paths.plan,
        ],
        { signal, show: true },
      );
      await rm(importFile, { force: true });
      if (existsSync(paths.erroredState))
        throw strandedError(outcome.diagnostics);
      // A cancel that came too late changes nothing about what was made.
      if (outcome.exitCode === 0) return;
      throwIfCancelled(signal);
      throw terraformError('apply', outcome);
    },

    async stateAddresses(signal) {
      const listed = await ask(['state', 'list'], signal);
      return listed.split('\n').filter(line => line.trim() !== '');
    },

    async forget(addresses) {
      await must(
        [
          'state',
          'rm',
          `-lock-timeout=${setting.lockTimeoutSeconds}s`,
          ...addresses,
        ],
        { show: true },
      );
    },

    async importNext(wish) {
      if (!wish) {
        await rm(importFile, { force: true });
        return;
      }
      await writeFile(
        importFile,
        `import {\n  to = ${wish.address}\n  id = ${JSON.stringify(wish.id)}\n}\n`,
      );
    },

    async importNow({ address, id }) {
      await rm(importFile, { force: true });
      await must(
        [
          'import',
          '-input=false',
          '-no-color',
          `-lock-timeout=${setting.lockTimeoutSeconds}s`,
          `-var-file=${paths.candidate}`,
          address,
          id,
        ],
        { show: true },
      );
    },

    async pushState(file) {
      await must(['state', 'push', file], { show: true });
    },

    async deleteWorkspace() {
      await ask(['workspace', 'select', 'default']);
      const outcome = await run(['workspace', 'delete', workspace], {
        show: true,
      });
      if (outcome.exitCode !== 0 && !/doesn't exist/i.test(outcome.errorText))
        throw terraformError('workspace delete', outcome);
    },
  };
}

/** Code of details by which the run keeps its lock. */
export const strandedStateDetail = 'strandedState';

function strandedError(diagnostics: readonly Diagnostic[]): NanteError {
  const reason = diagnostics.find(({ severity }) => severity === 'error');
  return new NanteError(
    'unreachable',
    `Terraform worked, but could not upload its state: ${reason ? reason.summary : 'the bucket does not answer'}.`,
    {
      hint: 'The state lies safely on this machine. Repeat the request when the bucket answers: the state is uploaded first.',
      details: { [strandedStateDetail]: true },
    },
  );
}
