import { createReadStream } from 'node:fs';
import { NanteError } from '@nante/model';
import type { Machine, ProcessAction } from '../documents';
import type { AcquiredPackages } from './acquire';
import { runRemote, type RemoteOrder } from './remoteAgent';
import { ScriptOutput } from './serviceMessages';
import { isTrue, property, type DeploymentSubject } from './subject';
import { reach, withUser } from './targets';
import type { LogNode } from './taskLog';
import { substitute, variablesOf } from './variables';
import { pretendTime, TaskFailure, type WorkContext } from './work';

/** One action on one target, or on the server. */
export interface ActionRun {
  context: WorkContext;
  subject: DeploymentSubject;
  packages: AcquiredPackages;
  action: ProcessAction;
  /** Absent: on the server. */
  machine?: Machine;
  node: LogNode;
  /** Output variables of earlier steps. */
  outputs: Record<string, string>;
  signal: AbortSignal;
}

/**
 * Runs an action.
 *
 * @returns what its scripts set
 * @throws TaskFailure or NanteError, in words for a person
 */
export async function runAction(
  run: ActionRun,
): Promise<Record<string, string>> {
  const { action, machine, node, context } = run;
  if (!machine) return pretend(run, 'the sandbox runs nothing on its server');
  const isUnable = ['Octopus.TentaclePackage', 'Octopus.Script'].every(
    known => known !== action.ActionType,
  );
  if (isUnable)
    return pretend(run, `the sandbox has nothing for ${action.ActionType}`);
  const at = await reach(context.parts, machine);
  if (at.by === 'pretence') return pretend(run, at.why);
  if (at.sudo)
    node.verbose(
      'In the sandbox the server reaches machines with a Tentacle over SSH.',
    );
  return withUser(at, async (login, sudo) => {
    const remote: Remote = (order, options = {}) =>
      runRemote(
        context.parts.ssh,
        login,
        { root: at.root, ...order },
        { signal: run.signal, sudo, ...options },
      );
    return action.ActionType === 'Octopus.Script'
      ? runScript(run, remote)
      : runPackage(run, remote);
  });
}

type Remote = (
  order: RemoteOrder,
  options?: Omit<Parameters<typeof runRemote>[3], 'signal' | 'sudo'>,
) => Promise<Record<string, unknown>>;

async function pretend(
  { context, node, machine, action }: ActionRun,
  why: string,
): Promise<Record<string, string>> {
  if (machine?.HealthStatus === 'Unavailable')
    throw new TaskFailure(
      `${machine.Name} is not available: ${machine.StatusSummary} (pretended)`,
    );
  if (machine?.HealthStatus === 'Unhealthy')
    node.warn(`${machine.Name} is not healthy: ${machine.StatusSummary}`);
  node.info(`(pretended) "${action.Name}" was not really run: ${why}.`);
  await pretendTime(context);
  return {};
}

async function runScript(
  run: ActionRun,
  remote: Remote,
): Promise<Record<string, string>> {
  const { action, subject, machine, node } = run;
  const syntax = property(action, 'Octopus.Action.Script.Syntax') || 'Bash';
  const source =
    property(action, 'Octopus.Action.Script.ScriptSource') || 'Inline';
  if (syntax !== 'Bash' || source !== 'Inline')
    throw new TaskFailure(
      `The sandbox runs inline scripts in Bash only; this one is ${source}, ${syntax}.`,
    );
  const variables = variablesOf(subject, action, machine, run.outputs);
  const script = substitute(
    property(action, 'Octopus.Action.Script.ScriptBody'),
    variables,
  );
  const output = new ScriptOutput(node);
  const { code } = await remote(
    { op: 'script', script, variables },
    { onLine: output.line },
  );
  checkCode(code, 'The script', output);
  return output.outputs;
}

async function runPackage(
  run: ActionRun,
  remote: Remote,
): Promise<Record<string, string>> {
  const { action, subject, machine, node } = run;
  const { packageId, version, fetched } = run.packages.of(action);
  const variables = {
    ...variablesOf(subject, action, machine, run.outputs),
    'Octopus.Action.Package.PackageId': packageId,
    'Octopus.Action.Package.PackageVersion': version,
  };
  const setting = (name: string) =>
    substitute(property(action, `Octopus.Action.${name}`), variables);
  const custom = setting('Package.CustomInstallationDirectory') || null;
  const order = {
    environment: subject.environment.Name,
    package: packageId,
    version,
    custom,
  };
  if (!subject.deployment.ForcePackageRedeployment) {
    const { last } = (await remote({ op: 'journal', ...order })) as {
      last: { version: string; directory: string; success: boolean } | null;
    };
    if (last?.success && last.version === version) {
      node.info(
        `${packageId} ${version} is there already, in ${last.directory}: nothing to do. Redeploying packages can be forced.`,
      );
      return {};
    }
  }
  node.verbose(`Sending ${fetched.size} bytes, SHA-1 ${fetched.sha1}`);
  const output = new ScriptOutput(node);
  const { code, script, directory } = await remote(
    {
      ...{ op: 'package', ...order, variables },
      extension: fetched.extension,
      size: fetched.size,
      sha1: fetched.sha1,
      purge: isTrue(
        setting(
          'Package.CustomInstallationDirectoryShouldBePurgedBeforeDeployment',
        ),
      ),
      scripts: Object.fromEntries(
        ['PreDeploy.sh', 'Deploy.sh', 'PostDeploy.sh', 'DeployFailed.sh'].map(
          name => [name, setting(`CustomScripts.${name}`)],
        ),
      ),
    },
    { onLine: output.line, payload: createReadStream(fetched.file) },
  );
  checkCode(code, `${script}`, output);
  node.info(`${packageId} ${version} is deployed in ${directory}`);
  return output.outputs;
}

function checkCode(
  code: unknown,
  what: string,
  { message }: ScriptOutput,
): void {
  if (code === 0) return;
  const said = message ? `: ${message}` : '.';
  throw new NanteError('failed', `${what} ended with exit code ${code}${said}`);
}
