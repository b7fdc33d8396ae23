// Who may do what, asked of a running portal by the four people of the sandbox: the member who owns a host, a colleague
// of another group, an operator, and a viewer.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { KillablePortal } from '../lib/killablePortal';
import { PortalApi } from '../lib/portalApi';
import { part, runScenario } from '../lib/report';
import { SandboxView, temporaryFolder } from '../lib/sandbox';

const host = { name: 'guarded-1', app: 'shop', environment: 'dev' };
const request = {
  name: host.name,
  app: 'component:default/shop',
  owner: 'group:default/shop',
  placement: { environment: 'dev', size: 'small' },
  sshKeys: [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHqSy4b2m0X3OiqQb2b2Pb1iSUG0M6f1o0p2zJ8f7sA1 verify@example.test',
  ],
};
const destruction = { host, confirm: host.name };

void runScenario('access', async undo => {
  const portal = await part('Sandbox and portal', () =>
    KillablePortal.start(temporaryFolder(undo), undo),
  );
  const sandbox = new SandboxView(portal.endpoints);
  const [ada, bo, olga, vic] = ['ada', 'bo', 'olga', 'vic'].map(
    name => new PortalApi(portal.url, name),
  );
  let checks = 0;
  const check = (actual: unknown, expected: unknown, what: string) => {
    assert.deepEqual(actual, expected, what);
    checks += 1;
  };

  /** Submits, waits, and answers the task with its end and its log. */
  const submit = async (
    person: PortalApi,
    template: string,
    values: Record<string, unknown>,
  ) => {
    const id = await person.submit(template, {
      ...values,
      requestId: randomUUID(),
    });
    const status = await person.waitForTask(id, 120_000);
    return { id, status, log: (await person.taskLog(id)).join('\n') };
  };
  const refused = async (
    person: PortalApi,
    template: string,
    values: Record<string, unknown>,
    message: RegExp,
  ) => {
    const task = await submit(person, template, values);
    check(task.status, 'failed', task.log);
    assert.match(task.log, message);
  };

  await part('Nobody and strangers', async () => {
    for (const path of ['hosts', 'runs', 'status', 'environments']) {
      const answer = await fetch(`${portal.url}/api/infrastructure/${path}`);
      check(answer.status, 401, path);
    }
    await assert.rejects(
      new PortalApi(portal.url, 'eve').call('/infrastructure/hosts'),
      /cannot sign in/,
    );
  });

  const made = await part('A member makes a host for the own group', () =>
    submit(ada, 'new-virtual-machine', request),
  );
  check(made.status, 'completed', made.log);
  const [guest] = await sandbox.guestsMade();
  const hostPath = `/infrastructure/hosts/lab/${guest.vmid}`;

  await part('A viewer looks and changes nothing', async () => {
    for (const path of ['/infrastructure/hosts', hostPath]) {
      check((await vic.tryCall(path)).status, 200, path);
    }
    const values = { ...request, requestId: randomUUID() };
    for (const [path, body] of [
      [
        '/scaffolder/v2/tasks',
        { templateRef: 'template:default/new-virtual-machine', values },
      ],
      [
        '/scaffolder/v2/tasks',
        { templateRef: 'template:default/destroy-host', values: destruction },
      ],
      ['/infrastructure/check', { request: {} }],
      ['/infrastructure/plan', { request: {} }],
      ['/infrastructure/connections/lab/accept', {}],
      ['/infrastructure/runs/any/cancel', {}],
    ] as const) {
      check((await vic.tryCall(path, body)).status, 403, `viewer: ${path}`);
    }
  });

  await part("A colleague can't touch another group's host", async () => {
    const tab = await bo.call<{ mayDestroy: boolean; mayChange: boolean }>(
      hostPath,
    );
    check(tab.mayDestroy, false, 'the button');
    check(tab.mayChange, false, 'the other buttons');
    const message = /Only group:default\/shop and operators may destroy/;
    await refused(bo, 'destroy-host', destruction, message);
    await refused(
      bo,
      'new-virtual-machine',
      { ...request, name: 'intruder-1' },
      /own groups, and group:default\/shop is none of them/,
    );
    // Naming a host of one's own beside another one's changes nothing.
    await refused(
      bo,
      'destroy-host',
      { ...destruction, host: { ...host, entityRef: 'resource:default/x-1' } },
      message,
    );
    for (const [template, values] of [
      ['power-host', { action: 'reboot' }],
      ['resize-host', { resize: { size: 'medium', allowReboot: true } }],
      ['snapshot-host', { snapshot: { action: 'create', snapshot: 'mine' } }],
      ['configure-host', { dryRun: true }],
    ] as const) {
      await refused(
        bo,
        template,
        { host, ...values },
        /Only group:default\/shop and operators may change/,
      );
    }
    const { runs } = await bo.call<{ runs: { id: string }[] }>(
      `/infrastructure/runs?host=${host.name}`,
    );
    check(runs.length, 1, 'the run that made it, and no other');
    await refused(
      bo,
      'repair-run',
      { repair: { runId: runs[0].id, remedy: 'undo' } },
      /Only user:default\/ada, the owner and operators may repair this run/,
    );
    check((await sandbox.guestsMade()).length, 1, 'the host stays');
  });

  await part('Owner and operator restart the host', async () => {
    for (const person of [ada, olga]) {
      const restart = { host, action: 'reboot' };
      const done = await submit(person, 'power-host', restart);
      check(done.status, 'completed', done.log);
    }
  });

  await part(
    'Tasks are read by who started them, and by operators',
    async () => {
      const path = `/scaffolder/v2/tasks/${made.id}`;
      check((await ada.tryCall(path)).status, 200, 'own');
      check((await bo.tryCall(path)).status, 403, 'colleague');
      check((await vic.tryCall(path)).status, 403, 'viewer');
      check((await olga.tryCall(path)).status, 200, 'operator');
      const { tasks } = await bo.call<{ tasks: { createdBy: string }[] }>(
        '/scaffolder/v2/tasks',
      );
      check(
        tasks.every(({ createdBy }) => createdBy === 'user:default/bo'),
        true,
        'list',
      );
    },
  );

  await part('Production and large sizes are for operators', async () => {
    const production = { environment: 'prod', size: 'medium' };
    await refused(
      ada,
      'new-virtual-machine',
      { ...request, name: 'prod-1', placement: production },
      /Only operators may create hosts in prod/,
    );
    await refused(
      ada,
      'new-virtual-machine',
      {
        ...request,
        name: 'large-1',
        placement: { environment: 'dev', size: 'large' },
      },
      /Only operators may ask for the size large/,
    );
    await refused(
      ada,
      'new-virtual-machine',
      {
        ...request,
        name: 'large-2',
        placement: {
          environment: 'dev',
          size: 'custom',
          cores: 1,
          memoryMb: 1_024,
          diskGb: 50,
        },
      },
      /reaches the size large, which only operators may ask for/,
    );
    const prod = await submit(olga, 'new-virtual-machine', {
      ...request,
      name: 'prod-1',
      placement: production,
    });
    check(prod.status, 'completed', prod.log);
    const inProduction = {
      host: { name: 'prod-1', app: 'shop', environment: 'prod' },
      confirm: 'prod-1',
    };
    await refused(
      ada,
      'destroy-host',
      inProduction,
      /Only operators may destroy hosts in prod/,
    );
    const gone = await submit(olga, 'destroy-host', inProduction);
    check(gone.status, 'completed', gone.log);
  });

  const end = await part('The owner destroys the host', () =>
    submit(ada, 'destroy-host', destruction),
  );
  check(end.status, 'completed', end.log);
  check(await sandbox.guestsMade(), [], 'nothing is left');
  return { checks };
});
