import { type GithubApi, type RepositoryName } from '@nante/clients';
import {
  NanteError,
  type BranchProtection,
  type GithubConnection,
  type SetUpRepositoryRequest,
} from '@nante/model';
import type { Lease } from '../lock/lease';
import type { Run } from '../operation/executeRun';

/** Name of the one secret that repositories get. */
const sealedName = 'DOPPLER_TOKEN';

/** Events that pages and followed runs live on; pushes let the catalog read what has changed. */
const events = ['workflow_run', 'workflow_job', 'push'];

/** A repository whose settings are made. */
export interface Place {
  run: Run;
  api: GithubApi;
  repository: RepositoryName;
  request: SetUpRepositoryRequest;
  connection: GithubConnection;
  lease: Lease;
}

interface Step {
  detail(text: string): void;
  skip(text: string): void;
}

/** Environments that are missing, and variables that are missing or differ. */
export async function makeSettings(
  { run: { signal }, api, repository, request, lease }: Place,
  step: Step,
): Promise<void> {
  const { environments, variables } = request;
  // GitHub keeps no empty ones, and `vars.NAME` of one that is not there is empty.
  const wanted = Object.entries(variables).filter(([, value]) => value !== '');
  if (environments.length === 0 && wanted.length === 0)
    return step.skip('None were asked for.');
  const made: string[] = [];
  for (const environment of environments) {
    await lease.assertHeld();
    const { isNew } = await api.ensureEnvironment(repository, environment, {
      signal,
    });
    if (isNew) made.push(`environment ${environment}`);
  }
  const there =
    wanted.length > 0 ? await api.variables(repository, { signal }) : {};
  for (const [name, value] of wanted) {
    if (there[name] === value) continue;
    await lease.assertHeld();
    await api.setVariable(repository, name, value, { signal });
    made.push(`variable ${name}`);
  }
  return made.length > 0
    ? step.detail(`New or changed: ${made.join(', ')}`)
    : step.skip('They are there already.');
}

/** The token of Doppler, sealed; one that is there stays, since nobody can see what it is. */
export async function makeSecret(place: Place, step: Step): Promise<void> {
  const { run, api, repository, request, connection, lease } = place;
  const { signal } = run;
  if (!request.dopplerToken) return step.skip('None was asked for.');
  const there = await api.secretNames(repository, { signal });
  if (there.includes(sealedName))
    return step.skip(
      `${sealedName} is there already; delete it in GitHub to have it set anew.`,
    );
  const { dopplerToken: name } = connection;
  const { [name]: value } = await run.context.options.secrets.read([name]);
  run.redactor.add([value]);
  await lease.assertHeld();
  await api.setSecret(repository, sealedName, value, { signal });
  return step.detail(`${sealedName}, from ${name}, sealed`);
}

/** Where GitHub sends events, where the connection says that. */
export async function makeWebhook(place: Place, step: Step): Promise<void> {
  const { run, api, repository, request, connection, lease } = place;
  const { webhookUrl: url, webhookSecret } = connection;
  if (!request.webhook) return step.skip('None was asked for.');
  if (url === undefined)
    return step.skip(
      'The connection names no webhookUrl; the portal asks for news instead.',
    );
  const { [webhookSecret]: secret } = await run.context.options.secrets.read([
    webhookSecret,
  ]);
  run.redactor.add([secret]);
  await lease.assertHeld();
  const { isNew } = await api.ensureWebhook(
    repository,
    { url, secret, events },
    { signal: run.signal },
  );
  return isNew
    ? step.detail(`Events go to ${url}`)
    : step.skip(`Events go to ${url} already.`);
}

/** What guards the default branch; only after the first push, which it would refuse. */
export async function makeProtection(place: Place, step: Step): Promise<void> {
  const { run, api, repository, request, lease } = place;
  const { protection, defaultBranch: branch } = request;
  const { signal } = run;
  if (!protection) return step.skip('None was asked for.');
  try {
    const there = await api.branchProtection(repository, branch, { signal });
    if (there && isSame(there, protection))
      return step.skip('It is protected already, as asked for.');
    await lease.assertHeld();
    await api.protectBranch(repository, branch, protection, { signal });
  } catch (error) {
    if (!isBeyondPlan(error)) throw error;
    // Everything else works without, and no repetition would help.
    const why = `${branch} is not protected: ${(error as Error).message}`;
    run.recorder.log('warn', why);
    return step.skip(why);
  }
  return step.detail(
    [
      ...protection.requiredChecks.map(check => `required: ${check}`),
      `${protection.approvals} approvals`,
    ].join(', '),
  );
}

function isSame(
  there: { requiredChecks: string[]; approvals: number },
  wanted: BranchProtection,
): boolean {
  const sorted = (checks: string[]) => JSON.stringify(checks.toSorted());
  return (
    there.approvals === wanted.approvals &&
    sorted(there.requiredChecks) === sorted(wanted.requiredChecks)
  );
}

/** GitHub says so where the organization's plan has no protection for private repositories. */
function isBeyondPlan(error: unknown): boolean {
  return (
    NanteError.is(error) &&
    error.code === 'refused' &&
    error.details?.status === 403
  );
}
