import assert from 'node:assert/strict';
import type { RunDocument } from '@nante/model';
import type { Endpoints } from '@nante/sandbox';
import type { Dispatch, WorkflowRun } from './act';
import { DopplerView } from './leaks/sinks';
import type { SandboxView } from './sandbox';
import { readRun } from './truth';
import { phasesOf } from './watchRun';
import { appPort } from './workflowApp';
import { project, ref, repository } from './workflowRepositories';
import type { WorkflowPlace } from './workflowPlace';

/** App of the example callers. */
export const app = 'shop';
export const workspace = `${app}-dev`;
/** A VLAN that no other sandbox on the machine uses; its low byte is the network's second number, its high byte the third. */
export const vlan = 1172;
export const subnet = `10.${vlan % 256}.${Math.floor(vlan / 256)}`;

/** What the doors share. */
export const configuration = {
  connections: {
    ...{ lab: { type: 'proxmox' }, deploy: { type: 'octopus' } },
    artifacts: { type: 'nexus' },
  },
  environments: {
    dev: {
      ...environment('Development', vlan, false),
      ...{ octopus: 'deploy', octopusEnvironment: 'Development' },
    },
    prod: environment('Production', vlan + 1, true),
  },
  sizes: { small: { title: 'Small', cores: 1, memoryMb: 512, diskGb: 10 } },
};

function environment(title: string, tag: number, restricted: boolean) {
  const net = `10.${tag % 256}.${Math.floor(tag / 256)}`;
  return {
    ...{ title, restricted, vlan: tag, connection: 'lab' },
    ...{ subnet: `${net}.0/24`, gateway: `${net}.1`, sizes: ['small'] },
    addressing: { type: 'pool', from: `${net}.100`, to: `${net}.149` },
  };
}

/** Callers beside the examples. */
export const toolCallers = {
  'tools.yml': `on: workflow_dispatch
jobs:
  tools:
    runs-on: [self-hosted, linux]
    steps:
      - id: tools
        uses: ${repository}/.github/actions/setup-tools@${ref}
        with: { ansible: pinned }
      - run: ansible-playbook --version | head -1
`,
  'mirror.yml': `on:
  workflow_dispatch:
    inputs:
      mirror: { type: string }
      sha256: { type: string }
jobs:
  tools:
    runs-on: [self-hosted, linux]
    steps:
      - uses: ${repository}/.github/actions/setup-tools@${ref}
        with:
          terraform: pinned
          ansible: none
          terraform-version: 1.99.0
          terraform-sha256: \${{ inputs.sha256 }}
          terraform-mirror: \${{ inputs.mirror }}
      - run: terraform version
`,
  // What a person types by hand.
  'inputs.yml': `on:
  workflow_dispatch:
    inputs:
      app_name: { type: string }
      host_name: { type: string }
      environment: { type: string }
      owner: { type: string }
      size: { type: string }
      purpose: { type: string }
      roles: { type: string }
jobs:
  host:
    uses: ${repository}/.github/workflows/reusable-provision-lxc.yml@${ref}
    with:
      app_name: \${{ inputs.app_name }}
      host_name: \${{ inputs.host_name }}
      environment: \${{ inputs.environment }}
      owner: \${{ inputs.owner }}
      size: \${{ inputs.size }}
      purpose: \${{ inputs.purpose }}
      roles: \${{ inputs.roles }}
      ssh_public_keys: \${{ vars.TEAM_SSH_KEYS }}
    secrets:
      DOPPLER_TOKEN: \${{ secrets.DOPPLER_TOKEN }}
`,
};

/** Steps of a run in which others work: Terraform, Ansible, and the guest that boots. */
const others = [
  ...['plan', 'create', 'destroy', 'verify', 'ready'],
  ...['first-boot', 'configure', 'observe', 'register', 'deregister'],
  ...['connect', 'preview', 'bootstrap', 'roles'],
];

/** Seconds of a run that are not ours. */
export function phaseSeconds(run: RunDocument): number {
  return Object.entries(phasesOf(run))
    .filter(([step]) => others.includes(step))
    .reduce((sum, [, seconds]) => sum + seconds, 0);
}

/** A workflow that succeeded, with the run's document as it stands in the bucket. */
export type Success = WorkflowRun & { run: RunDocument };

/** Workflows against a sandbox, and what is seen past them. */
export class WorkflowWorld {
  readonly #doppler: DopplerView;
  readonly #logs: string[] = [];

  constructor(
    readonly place: WorkflowPlace,
    readonly endpoints: Endpoints,
    readonly sandbox: SandboxView,
  ) {
    this.#doppler = new DopplerView(endpoints);
  }

  /** Runs a workflow to its end, whatever that is. */
  async run(dispatch: Dispatch): Promise<WorkflowRun> {
    const run = await this.place.run(dispatch);
    this.#logs.push(run.log);
    return run;
  }

  /** Runs a workflow that has to succeed, with outputs and a summary. */
  async succeed(dispatch: Dispatch): Promise<Success> {
    const done = await this.run(dispatch);
    const { outputs, summary } = done;
    assert.ok(done.succeeded, `${dispatch.workflow}:\n${done.log}`);
    assert.equal(outputs.state, 'succeeded');
    assert.equal(outputs['exit-code'], '0');
    const id = outputs['run-id'];
    const run = await readRun(this.sandbox, workspace, id);
    assert.ok(run, `the run ${id} stands in the bucket`);
    assert.equal(run.door, 'workflow');
    assert.equal(run.requestedBy, 'octavia');
    assert.match(summary, /^### ✅ nante /);
    for (const { title } of run.steps)
      assert.ok(summary.includes(title), `the summary names "${title}"`);
    if (run.result) {
      assert.equal(outputs.address, run.result.address);
      assert.equal(outputs.ssh, run.result.ssh);
      assert.ok(summary.includes(String(run.result.address)), summary);
    }
    return { ...done, run };
  }

  /** Runs a workflow that has to be refused, and changes nothing in Proxmox. */
  async refused(
    dispatch: Dispatch,
    exitCode: number,
    message: RegExp,
  ): Promise<WorkflowRun> {
    const { mutating, result } = await this.counted(() => this.run(dispatch));
    const shown = `${dispatch.workflow}:\n${result.log}`;
    assert.equal(result.succeeded, false, shown);
    assert.equal(result.outputs['exit-code'], String(exitCode), shown);
    assert.equal(mutating, 0, shown);
    const [problem] = result.annotations;
    assert.equal(problem?.level, 'error', shown);
    assert.match(problem.text, message);
    assert.match(result.summary, /^### ❌ nante /);
    return result;
  }

  /** How many calls of some work may have changed something in Proxmox. */
  async counted<T>(
    work: () => Promise<T>,
  ): Promise<{ result: T; mutating: number }> {
    await this.sandbox.forgetRequests();
    const result = await work();
    return { result, mutating: (await this.sandbox.requests()).mutating };
  }

  /** Makes the project of Octopus that the callers release and deploy; one that is there is success. */
  async project(): Promise<void> {
    const made = await this.place.terminal([
      ...['project', 'create', '--app', app, '--project', project],
      ...['--process', 'package', '--feed', 'Nexus Maven'],
      ...['--package', `com.example:${app}`, '--target-roles', app],
      ...['--health-port', String(appPort), '--health-path', '/healthz'],
    ]);
    assert.equal(made.code, 0, made.log);
  }

  /** Names of the guests that there are, without those that the sandbox came with. */
  async names(): Promise<string[]> {
    return (await this.sandbox.guestsMade()).map(({ name }) => name).sort();
  }

  /** Values of the secrets by name. */
  secrets(): Promise<Record<string, string>> {
    return this.#doppler.read();
  }

  async assertNoSecrets(): Promise<void> {
    const values = Object.entries(await this.secrets()).filter(
      ([name, value]) =>
        /SECRET|PASSWORD|PASS$|KEY$|TOKEN$/.test(name) &&
        !name.includes('PUBLIC') &&
        value.length > 7,
    );
    assert.ok(values.length > 2, 'there are secrets to look for');
    const all = this.#logs.join('\n');
    const found = [...values, ['DOPPLER_TOKEN', this.place.token]].filter(
      ([, value]) => all.includes(value.trim().split('\n').at(-2) ?? value),
    );
    assert.deepEqual(
      found.map(([name]) => name),
      [],
    );
  }
}
