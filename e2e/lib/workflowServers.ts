import assert from 'node:assert/strict';
import type { RunDocument } from '@nante/model';
import { ProxmoxCalls } from './proxmoxCalls';
import { part, type Figures } from './report';
import { ssh } from './ssh';
import { until } from './until';
import { subnet, vlan, type WorkflowWorld } from './workflowWorld';

const environment = 'dev';

/** Runs a workflow twice, see the scenario. */
type Twice = (
  world: WorkflowWorld,
  title: string,
  dispatch: { workflow: string; inputs: Record<string, string> },
) => Promise<{ first: RunDocument; figures: Figures }>;

/** Two servers that somebody else made: looked at, then taken into care, by the two workflows for it. */
export async function onboardings(
  world: WorkflowWorld,
  { key, twice }: { key: { file: string; publicKey: string }; twice: Twice },
): Promise<Figures> {
  const figures: Figures = {};
  const { ANS_SSH_PUBLIC_KEY } = await world.secrets();
  const servers: {
    workflow: string;
    number: number;
    more: Record<string, string>;
  }[] = [
    { workflow: 'bootstrap.yml', number: 61, more: { admin_user: 'anna' } },
    { workflow: 'onboard.yml', number: 62, more: {} },
  ];
  for (const { workflow, number, more } of servers) {
    const name = workflow.replace('.yml', '-1');
    const address = `${subnet}.${number}`;
    await part(`${name}, made by somebody else`, async () => {
      await new ProxmoxCalls(world.endpoints).make({
        ...{ kind: 'lxc', vmId: 1_900 + number, name, vlan, user: 'root' },
        ...{ address: `${address}/24`, gateway: `${subnet}.1` },
        publicKey: `${ANS_SSH_PUBLIC_KEY.trim()}\n${key.publicKey}`,
      });
      await until(`${name} answers`, async () => {
        const { code } = await ssh(key.file, `root@${address}`, 'true');
        return code === 0;
      });
    });
    const inputs = { host_name: name, environment, address, ...more };
    const check = await part(`${name}: the check`, () =>
      world.succeed({ workflow, inputs }),
    );
    assert.ok(check.run.configuration!.dryRun, 'nothing is changed');
    const { figures: taken } = await twice(world, name, {
      workflow,
      inputs: { ...inputs, checked_run_id: check.outputs['run-id'] },
    });
    figures[workflow.replace('.yml', '')] = taken;
    if (more.admin_user) {
      const { output } = await ssh(
        key.file,
        `anna@${address}`,
        'sudo -n id -un',
      );
      assert.equal(output, 'root', 'the administrator is there');
    }
  }
  return figures;
}
