import { NanteError, workspaceName, type RunDocument } from '@nante/model';
import type { Engine } from '@nante/engine';
import { duration, runFacts, stepText, table } from '../output/text';
import type { Session, Verb } from '../session';

/** Whether something belongs to the name, app and environment that were asked for. */
function isWanted(
  { inputs }: Session,
  of: { names: readonly string[]; app: string; environment: string },
): boolean {
  const [name, app, environment] = [
    inputs.text('name'),
    inputs.text('app'),
    inputs.text('environment'),
  ];
  return (
    (name === undefined || of.names.includes(name)) &&
    (app === undefined || of.app === app) &&
    (environment === undefined || of.environment === environment)
  );
}

export const status: Verb = async session => {
  const engine = await session.engine();
  const { signal } = session;
  const [hosts, servers] = await Promise.all([
    engine.managedHosts({ signal }),
    engine.managedServers({ signal }),
  ]);
  const powered = await powerStates(
    engine,
    new Set(hosts.map(({ connection }) => connection)),
  );
  const rows = [
    ...hosts.map(({ name, app, environment, connection, desired, ledger }) => ({
      name,
      app,
      environment,
      kind: desired.kind as string,
      state: powered.get(`${connection}/${desired.vm_id}`) ?? 'unknown',
      address:
        desired.network.address === 'dhcp'
          ? (ledger?.address ?? '')
          : desired.network.address.split('/')[0],
      place: `${connection}/${desired.node}/${desired.vm_id}`,
      owner: desired.owner,
    })),
    ...servers.map(({ name, app, environment, server }) => ({
      name,
      app,
      environment,
      kind: 'server',
      state: 'unknown',
      address: server.address,
      place: '',
      owner: server.owner,
    })),
  ].filter(row => isWanted(session, { ...row, names: [row.name] }));
  const locks = new Map<string, Awaited<ReturnType<Engine['lockHolder']>>>();
  for (const { app, environment } of rows) {
    const workspace = workspaceName(app, environment);
    if (!locks.has(workspace))
      locks.set(workspace, await engine.lockHolder(workspace));
  }
  const data = rows.map(row => ({
    ...row,
    lock: locks.get(workspaceName(row.app, row.environment)),
  }));
  return {
    data,
    lines: table(
      ['NAME', 'APP', 'ENV', 'KIND', 'STATE', 'ADDRESS', 'PLACE', 'LOCKED BY'],
      data.map(row => [
        row.name,
        row.app,
        row.environment,
        row.kind,
        row.state,
        row.address,
        row.place,
        row.lock ? `${row.lock.holder} (${row.lock.runId})` : '',
      ]),
    ),
  };
};

/** Whether guests run, by connection and id; one that is not there is gone, and a silent Proxmox leaves them unknown. */
async function powerStates(engine: Engine, connections: ReadonlySet<string>) {
  const states = new Map<string, string>();
  for (const connection of connections) {
    try {
      const proxmox = await engine.proxmox(connection);
      const { guests } = await proxmox.resources();
      for (const { vmId, status: state } of guests)
        states.set(`${connection}/${vmId}`, state);
    } catch {
      // Silence is "unknown".
    }
  }
  return states;
}

export const history: Verb = async session => {
  const engine = await session.engine();
  const { inputs, signal } = session;
  const runId = inputs.text('run-id');
  if (runId !== undefined) return oneRun(session, engine, runId);
  const limit = inputs.number('limit') ?? 20;
  const filters = (['name', 'app', 'environment'] as const).some(name =>
    inputs.has(name),
  );
  const all = await engine.listRuns({
    limit: filters ? undefined : limit,
    signal,
  });
  const runs = all
    .filter(({ hosts, host, app, environment }) =>
      isWanted(session, { names: hosts ?? [host], app, environment }),
    )
    .slice(0, limit);
  return {
    data: runs,
    lines: table(
      ['STARTED', 'VERB', 'HOST', 'APP', 'ENV', 'STATE', 'TOOK', 'BY', 'RUN'],
      runs.map(run => [
        (run.startedAt ?? run.createdAt).slice(0, 19).replace('T', ' '),
        run.kind,
        (run.hosts ?? [run.host]).join(','),
        run.app,
        run.environment,
        stateOf(run),
        duration(run.startedAt, run.finishedAt),
        `${run.requestedBy} (${run.door})`,
        run.id,
      ]),
    ),
  };
};

async function oneRun(session: Session, engine: Engine, runId: string) {
  const { inputs, signal } = session;
  const run = await engine.getRun(runId, { signal });
  if (!run) throw new NanteError('not-found', `There is no run ${runId}.`);
  const log = inputs.flag('log')
    ? await engine.runLog(runId, -1, { signal })
    : undefined;
  return {
    run,
    data: log && { log },
    lines: [
      ...runFacts(run).map(([name, value]) => `${name}: ${value}`),
      `State: ${stateOf(run)}`,
      `By: ${run.requestedBy} (${run.door})`,
      ...run.steps.map(step => `${step.state}: ${stepText(step)}`),
      ...(run.error ? [`Error: ${run.error.message}`] : []),
      ...(run.leftovers ?? []).map(line => `Still there: ${line}`),
      ...(log ?? []).map(({ time, level, text }) =>
        [time, level === 'info' ? '' : level, text].filter(Boolean).join(' '),
      ),
    ],
  };
}

function stateOf({ state, interrupted }: RunDocument): string {
  return interrupted ? 'interrupted' : state;
}
