import {
  NanteError,
  type ProvisionRequest,
  type RunDocument,
} from '@nante/model';
import type { RunOptions } from '../types';
import { destroyRequest, type Lab } from './lab';

export const cli: RunOptions = { door: 'cli' };

/** The error of ours that a promise ends with. */
export async function failure(promise: Promise<unknown>): Promise<NanteError> {
  const error = await promise.then(
    () => undefined,
    problem => problem,
  );
  if (!NanteError.is(error))
    throw new Error(`expected one of our errors, got ${error}`);
  return error;
}

/** Does something once, as soon as a step runs. */
export function whenRunning(
  step: string,
  act: () => Promise<void> | void,
): RunOptions {
  let done = false;
  return {
    door: 'cli',
    onRun: run => {
      const runs = run.steps.some(
        ({ id, state }) => id === step && state === 'running',
      );
      if (!runs || done) return;
      done = true;
      void act();
    },
  };
}

/** Ends a run in a certain step. */
export function cancelIn(step: string): RunOptions {
  const controller = new AbortController();
  return {
    ...whenRunning(step, () => controller.abort()),
    signal: controller.signal,
  };
}

/** Guests in Proxmox that bear the stamp of an app. */
export async function guestsOf(lab: Lab, app: string): Promise<number> {
  const { guests } = await lab.proxmox.resources();
  const configs = await Promise.all(
    guests
      .filter(({ template }) => !template)
      .map(({ node, kind, vmId }) => lab.proxmox.guestConfig(node, kind, vmId)),
  );
  return configs.filter(({ description }) =>
    description.includes(`app=${app} `),
  ).length;
}

/** What is left of an app anywhere. */
export async function leftovers(lab: Lab, app: string, environment = 'dev') {
  const workspace = `${app}-${environment}`;
  const terraform = await lab.store.list(`env:/${workspace}/`);
  const hosts = await lab.engine.managedHosts();
  const claims = await lab.store.list('nante/reservations/');
  const claimed = await Promise.all(
    claims.map(({ key }) => lab.store.get(key)),
  );
  return {
    guests: await guestsOf(lab, app),
    terraform: terraform.map(({ key }) => key),
    hosts: hosts.filter(host => host.app === app).map(({ name }) => name),
    claims: claimed.filter(
      object =>
        object?.body.includes(`"${workspace}"`) &&
        object.body.includes('"claimed"'),
    ).length,
  };
}

export const nothing = { guests: 0, terraform: [], hosts: [], claims: 0 };

/** The repeat makes exactly one machine, and destroy leaves none. */
export async function expectConverges(lab: Lab, request: ProvisionRequest) {
  const { app, name, environment } = request;
  const run = await lab.engine.provision(request, cli);
  expect(run.state).toBe('succeeded');
  expect(await guestsOf(lab, app)).toBe(1);
  await lab.engine.destroy(destroyRequest({ app, name, environment }), cli);
  expect(await leftovers(lab, app, environment)).toEqual(nothing);
}

/** How many calls of an act may have changed something in Proxmox. */
export async function mutatingCalls(
  lab: Lab,
  act: () => Promise<unknown>,
): Promise<number> {
  const url = `${lab.setting.endpoints.proxmox?.control}/requests`;
  await fetch(url, { method: 'DELETE' });
  await act();
  const counts = await (await fetch(url)).json();
  return (counts as { mutating: number }).mutating;
}

/** Details of the steps of a run, by step. */
export function detailsOf(run: RunDocument): Record<string, string> {
  return Object.fromEntries(
    run.steps.map(({ id, state, detail }) => [id, `${state}: ${detail ?? ''}`]),
  );
}
