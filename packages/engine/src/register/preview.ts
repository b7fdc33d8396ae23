import type { OctopusApi } from '@nante/clients';
import type { Run } from '../operation/executeRun';
import { targetChanges } from './difference';
import { reachOf, sshEndpoint } from './endpoint';
import { wishOf, type HostTarget } from './registerHost';
import {
  ourMachine,
  registrationOf,
  wantedMachine,
  type WantedTarget,
} from './registerTarget';
import { assertResolved, resolveTarget } from './resolveTarget';
import { targetName } from './targetEntries';

interface Step {
  detail(text: string): void;
}

/** Says what registering a host would do, and changes nothing. A Tentacle is not looked for: it may not be there yet. */
export async function previewTarget(
  run: Run,
  target: HostTarget,
  step: Step,
): Promise<void> {
  const { context, config, signal } = run;
  const wish = wishOf(run, target);
  const api = await context.octopus(wish.octopus.name);
  const { target: resolved, problems } = await resolveTarget(
    api,
    config,
    wish,
    { signal },
  );
  assertResolved(problems);
  if (wish.choice.style !== 'ssh') {
    step.detail(
      `Would install a Tentacle (${wish.choice.style}) on ${wish.host.name} and register it as ${targetName(wish.host)}.`,
    );
    return;
  }
  const reach = await reachOf(run, target.host);
  const endpoint = await sshEndpoint(run, api, reach, resolved.accountId!);
  await preview(run, api, step, {
    ...{ wish, resolved, ...endpoint, adopt: target.adopt ?? false },
    requestId: target.host.entry.requestId,
  });
}

/** Compares what is wanted with what Octopus has. */
export async function preview(
  run: Run,
  api: OctopusApi,
  step: Step,
  wanted: WantedTarget,
): Promise<void> {
  const found = await ourMachine(run, api, wanted);
  const machine = wantedMachine(wanted);
  if (!found) {
    step.detail(
      `Would register ${machine.name} in ${wanted.resolved.environments.map(({ name }) => name).join(', ')} with the tags ${machine.roles.join(', ')}.`,
    );
    return;
  }
  const { texts } = targetChanges(found.machine, machine);
  const url = await api.pageUrl('targets', found.machine.id);
  await run.recorder.update({
    registration: registrationOf(wanted, found.machine, url),
  });
  step.detail(
    texts.length === 0
      ? `${found.machine.name} (${found.machine.id}) is as it is asked for.`
      : `Would change ${found.machine.name} (${found.machine.id}): ${texts.join('; ')}.`,
  );
}
