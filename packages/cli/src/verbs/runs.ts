import {
  NanteError,
  type PowerRequest,
  type Remedy,
  type RunDocument,
  type SnapshotRequest,
} from '@nante/model';
import { table } from '../output/text';
import type { Verb } from '../session';
import { begin } from './begin';
import {
  hostOf,
  onboardRequest,
  provisionRequest,
  rolesOf,
  sizeOf,
} from './requests';
import { planLines } from './plan';

export const provision: Verb = async session => {
  const { engine, actor, options } = await begin(session, 'provision');
  const request = provisionRequest(session, actor);
  return { run: await engine.provision(request, options) };
};

export const destroy: Verb = async session => {
  const confirm = session.inputs.required('confirm');
  const host = hostOf(session);
  // Before anything is asked of any system.
  if (confirm !== host.name)
    throw new NanteError(
      'invalid-input',
      `To destroy ${host.name}, repeat its name: --confirm ${host.name}`,
      { hint: 'Nothing was changed.' },
    );
  const { engine, actor, options } = await begin(session, 'destroy');
  return { run: await engine.destroy({ ...actor, ...host, confirm }, options) };
};

export const configure: Verb = async session => {
  const { inputs } = session;
  const { name, app, environment } = hostOf(session);
  const names = name.split(',').map(item => item.trim());
  const dryRun = inputs.flag('dry-run');
  const { engine, actor, options } = await begin(
    session,
    'configure',
    String(dryRun),
  );
  const run = await engine.configure(
    { ...actor, app, environment, names, roles: rolesOf(inputs), dryRun },
    options,
  );
  return { run, lines: changesOf(run) };
};

export const onboard: Verb = async session => {
  const isCheck = !session.inputs.has('checked-run-id');
  const { engine, actor, options } = await begin(
    session,
    'onboard',
    String(isCheck),
  );
  const run = await engine.onboard(onboardRequest(session, actor), options);
  return {
    run,
    lines: isCheck
      ? [
          ...(run.hostKeys ?? []).map(key => `Host key: ${key}`),
          ...changesOf(run),
          `Nothing was changed. To do it, repeat this with: --checked-run-id ${run.id}`,
        ]
      : undefined,
  };
};

export const power: Verb = async session => {
  const action = session.inputs.required('action') as PowerRequest['action'];
  const { engine, actor, options } = await begin(session, 'power', action);
  return {
    run: await engine.power({ ...actor, ...hostOf(session), action }, options),
  };
};

export const resize: Verb = async session => {
  const { inputs } = session;
  const size = sizeOf(inputs);
  const { engine, actor, options } = await begin(session, 'resize');
  const request = {
    ...actor,
    ...hostOf(session),
    ...size,
    allowReboot: inputs.flag('allow-reboot'),
  };
  if (!inputs.flag('dry-run'))
    return { run: await engine.resize(request, options) };
  const data = await engine.planResize(request, { signal: session.signal });
  return {
    data,
    lines: [
      ...planLines(data.plan),
      `What it means for the host: ${data.impact}`,
      ...data.reasons,
    ],
  };
};

export const snapshot: Verb = async session => {
  const { inputs } = session;
  const action = inputs.required('action') as SnapshotRequest['action'];
  const name = inputs.required('snapshot');
  const what = `${action} ${name}`;
  const { engine, actor, options } = await begin(session, 'snapshot', what);
  const run = await engine.snapshot(
    {
      ...actor,
      ...hostOf(session),
      action,
      snapshot: name,
      description: inputs.text('description'),
      confirm: inputs.text('confirm'),
    },
    options,
  );
  return { run };
};

export const template: Verb = async session => {
  const { inputs } = session;
  const { engine, actor, options } = await begin(session, 'template');
  const run = await engine.template(
    {
      ...actor,
      kind: inputs.text('kind') === 'lxc' ? 'lxc' : 'vm',
      name: inputs.required('name'),
      environment: inputs.required('environment'),
      node: inputs.text('node'),
      storage: inputs.text('storage'),
      image: inputs.text('image'),
      imageUrl: inputs.text('image-url'),
      imageChecksum: inputs.text('image-checksum'),
      imageStorage: inputs.text('image-storage'),
      vmId: inputs.number('vm-id'),
      diskGb: inputs.number('disk-gb'),
      address: inputs.text('address'),
    },
    options,
  );
  return { run };
};

export const repair: Verb = async session => {
  const { inputs, signal } = session;
  const runId = inputs.required('run-id');
  const remedy = inputs.text('remedy') as Remedy | undefined;
  const { engine, actor, options } = await begin(session, 'repair', runId);
  if (remedy)
    return {
      run: await engine.repair({ ...actor, runId, remedy }, options),
    };
  const run = await engine.getRun(runId, { signal });
  const data = await engine.inspect(runId, { signal });
  return {
    run,
    data,
    lines: [
      ...(data.interrupted ? ['Whoever executed the run is gone.'] : []),
      ...table(
        ['THING', 'STATE', 'DETAIL'],
        data.things.map(({ title, state, detail }) => [
          title,
          state,
          detail ?? '',
        ]),
      ),
      ...data.remedies.map(({ remedy: name, allowed, effects, reason }) =>
        allowed
          ? `${name}: ${effects.join(' ')}`
          : `${name}: not possible: ${reason}`,
      ),
    ],
  };
};

/** What a play changed or would change, a line each; undefined where the facts of the run say enough. */
function changesOf({ configuration }: RunDocument): string[] {
  if (!configuration) return [];
  const { changes, recap, dryRun, unseen } = configuration;
  return [
    ...recap.map(
      ({ host, ok, changed, failed, unreachable }) =>
        `${host}: ok ${ok}, ${dryRun ? 'would change' : 'changed'} ${changed}, failed ${failed}, unreachable ${unreachable}`,
    ),
    ...changes.map(({ host, task }) => `  ${host}: ${task}`),
    ...unseen.map(text => `Not seen: ${text}`),
  ];
}
