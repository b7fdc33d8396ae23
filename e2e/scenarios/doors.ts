// The three doors make the same host: made by one (portal, workflow, command line), applied again by the other two, in all
// six orders. Applied again nothing is changed, and the run's document says the same whichever door it was.
//   --guests record|nspawn   what the guests are; booted ones where the machine can
//   --orders 1,4             some of the six; all unless given
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { RunDocument } from '@nante/model';
import { KillablePortal } from '../lib/killablePortal';
import { bestGuests } from '../lib/lab';
import { PortalApi } from '../lib/portalApi';
import { part, runScenario, say } from '../lib/report';
import { followTask, submitDestroy, submitHost } from '../lib/requests';
import { SandboxView, temporaryFolder } from '../lib/sandbox';
import { createKeyPair } from '../lib/ssh';
import { disagreements, readRun } from '../lib/truth';
import { workflowPlace } from '../lib/workflowPlace';
import { toolCallers } from '../lib/workflowWorld';

type Door = 'portal' | 'workflow' | 'cli';
const doors: Door[] = ['portal', 'workflow', 'cli'];
const orders = doors.flatMap(first =>
  doors
    .filter(door => door !== first)
    .map(second => [
      first,
      second,
      doors.find(door => door !== first && door !== second)!,
    ]),
);

const environment = 'dev';
const workspace = 'shop-dev';
/** What looks like a template of Ansible's is the same text at each door. */
const roles = [
  {
    name: 'nginx',
    arguments: {
      nginx_default_page: "Hello from {{ lookup('pipe', 'id') }}\n",
    },
  },
];

/** Fields that belong to the one run, not to the host: who, when, from where. */
const own = [
  ...['id', 'door', 'link', 'requestedBy', 'process'],
  ...['createdAt', 'startedAt', 'finishedAt'],
] as const;

/** What two runs of the same request have to agree on. */
function agreed(run: RunDocument): Record<string, unknown> {
  const { inputs, steps, configuration, ...rest } = run;
  const { requestId, requestedBy, operator, ...asked } = inputs;
  return {
    ...Object.fromEntries(
      Object.entries(rest).filter(([name]) => !own.some(key => key === name)),
    ),
    inputs: asked,
    steps: steps.map(({ id, title, state }) => ({ id, title, state })),
    configuration: configuration && {
      ...configuration,
      // Some tasks look first whether there is anything to do: how many, the clock of the host decides.
      recap: configuration.recap.map(({ ok, skipped, ...counts }) => counts),
    },
  };
}

/** What the first run, which made the host, has in common with those that found it. */
function ofTheHost(run: RunDocument): Record<string, unknown> {
  const { app, environment: place, host, hostKind, owner, result } = run;
  const { leftovers, state, tools } = run;
  return {
    ...{ app, place, host, hostKind, owner, result, leftovers, state, tools },
    inputs: agreed(run).inputs,
    roles: run.configuration?.roles,
  };
}

const { values: options } = parseArgs({
  options: { guests: { type: 'string' }, orders: { type: 'string' } },
});
/** Numbers of the orders to try. */
const chosen =
  options.orders?.split(',').map(Number) ?? orders.map((_, index) => index + 1);

void runScenario('doors', async undo => {
  const folder = temporaryFolder(undo);
  const data = path.join(folder, 'sandbox');
  const guests = options.guests ?? (await bestGuests(folder));
  say(`  guests: ${guests === 'nspawn' ? 'booted' : 'records'}`);
  const portal = await part('Sandbox and portal', () =>
    KillablePortal.start(data, undo, { guests }),
  );
  const { endpoints } = portal;
  const sandbox = new SandboxView(endpoints);
  const api = new PortalApi(portal.url, 'ada');
  const key = createKeyPair(folder);
  const place = await workflowPlace(undo, data, endpoints, {
    keys: key.publicKey,
    callers: toolCallers,
    ansible: 'on the PATH',
  });
  const host = {
    ...{ app: 'shop', environment, owner: 'group:default/shop' },
    ...{ size: 'small', kind: 'lxc' },
  };
  const rolesText = JSON.stringify(roles);

  /** Sends the same request through a door. @returns id of the run */
  const through: Record<Door, (name: string) => Promise<string | undefined>> = {
    async portal(name) {
      const task = await followTask(
        api,
        await submitHost(api, {
          ...{ kind: 'lxc', name, environment, requestId: randomUUID() },
          ...{ sshKey: key.publicKey, software: roles },
        }),
      );
      assert.equal(task.status, 'completed', task.error);
      return task.runId;
    },
    async workflow(name) {
      const run = await place.run({
        workflow: 'inputs.yml',
        inputs: {
          ...{ app_name: host.app, host_name: name, environment },
          ...{ owner: host.owner, size: host.size, purpose: '' },
          roles: rolesText,
        },
      });
      assert.ok(run.succeeded, run.log);
      return run.outputs['run-id'];
    },
    async cli(name) {
      const { code, output, log } = await place.terminal([
        ...['provision', '--json', '--name', name],
        ...Object.entries(host).flatMap(([option, value]) => [
          `--${option}`,
          value,
        ]),
        ...['--ssh-key', key.publicKey, '--roles', rolesText],
      ]);
      assert.equal(code, 0, log);
      return (JSON.parse(output) as { run: RunDocument }).run.id;
    },
  };

  const apply = async (door: Door, name: string) => {
    await sandbox.forgetRequests();
    const id = await through[door](name);
    const run = await readRun(sandbox, workspace, String(id));
    assert.ok(run, `the run ${id} of ${door}`);
    assert.equal(run.door, door);
    return { run, mutating: (await sandbox.requests()).mutating };
  };

  const rows = [];
  for (const number of chosen) {
    const order = orders[number - 1];
    const name = `door-${number}`;
    const [first, second, third] = await part(
      `${name}: ${order.join(', then ')}`,
      async () => [
        await apply(order[0], name),
        await apply(order[1], name),
        await apply(order[2], name),
      ],
    );
    assert.ok(first.mutating > 0, `${order[0]} made it`);
    for (const { run, mutating } of [second, third]) {
      assert.equal(mutating, 0, `${run.door}: changes in Proxmox`);
      assert.deepEqual(
        [run.plan?.add, run.plan?.change, run.plan?.destroy],
        [0, 0, 0],
        `${run.door}: plan`,
      );
      for (const { host: played, changed, failed } of run.configuration!.recap)
        assert.deepEqual([changed, failed], [0, 0], `${run.door}: ${played}`);
      assert.deepEqual(ofTheHost(run), ofTheHost(first.run), run.door);
    }
    assert.deepEqual(
      agreed(second.run),
      agreed(third.run),
      `${order[1]} and ${order[2]}`,
    );
    rows.push({
      order: order.join(' → '),
      mutatingCalls: [first, second, third].map(({ mutating }) => mutating),
    });
    await part(`${name}: destroyed by the portal`, async () => {
      const requestId = randomUUID();
      const task = await followTask(
        api,
        await submitDestroy(api, { name, environment, requestId }),
      );
      assert.equal(task.status, 'completed', task.error);
    });
  }
  assert.deepEqual(await sandbox.guestsMade(), []);
  assert.deepEqual(await disagreements(sandbox, workspace), []);
  const mayDiffer = [
    ...own,
    'times and details of the steps',
    'how many tasks of Ansible were skipped',
  ];
  say(`Agree: everything but ${mayDiffer.join(', ')}`);
  return { guests, orders: rows, mayDiffer };
});
