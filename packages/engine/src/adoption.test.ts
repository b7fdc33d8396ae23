import type { HostKind, ProvisionRequest } from '@nante/model';
import {
  destroyRequest,
  provisionRequest,
  startLab,
  type Lab,
} from './__testUtils__/lab';
import {
  cli,
  failure,
  guestsOf,
  leftovers,
  nothing,
} from './__testUtils__/outcome';

jest.setTimeout(180_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

const kinds: HostKind[] = ['vm', 'lxc'];

async function change(key: string, edit: (text: string) => string) {
  const found = await lab.store.get(key);
  await lab.store.put(key, edit(String(found?.body)), { always: true });
}

/** What a process leaves that died between Proxmox's answer and the upload of the state. */
async function loseState({ app, environment, requestId }: ProvisionRequest) {
  const workspace = `${app}-${environment}`;
  await lab.store.delete(`env:/${workspace}/terraform.tfstate`);
  await change(`nante/${workspace}/runs/${requestId}.json`, text =>
    JSON.stringify({ ...JSON.parse(text), state: 'failed' }),
  );
  await change(`nante/${workspace}/ledger.json`, text =>
    text.replace('"created"', '"intended"'),
  );
}

describe('an environment with DHCP', () => {
  it.each(kinds)(
    'gives a %s whose address the guest itself reports',
    async kind => {
      const app = `dhcp-${kind}`;
      const request = provisionRequest({ app, kind, environment: 'staging' });
      const { result, plan } = await lab.engine.provision(request, cli);
      expect(plan).toMatchObject({ add: 1, change: 0, destroy: 0 });
      expect(result.address).toMatch(/^10\.40\.0\.\d+$/);
      expect(result.ssh).toBe(`ssh ${result.user}@${result.address}`);
      const again = await lab.engine.provision(
        { ...request, requestId: `${request.requestId}-again` },
        cli,
      );
      expect(again.result).toEqual(result);
      expect(again.steps.find(({ id }) => id === 'create')?.state).toBe(
        'skipped',
      );
      await lab.engine.destroy(
        destroyRequest({ app, environment: 'staging' }),
        cli,
      );
      expect(await leftovers(lab, app, 'staging')).toEqual(nothing);
    },
  );

  it('says so when the guest never reports one, and keeps the machine', async () => {
    await lab.fault('proxmox', { kind: 'agent-silent' });
    const log: string[] = [];
    const request = provisionRequest({ app: 'silent', environment: 'staging' });
    const run = await lab
      .engineWith({
        timing: { ...lab.setting.timing, agentTimeoutMs: 1_000 },
      })
      .provision(request, { door: 'cli', onLog: ({ text }) => log.push(text) });
    expect(run.result.address).toBeNull();
    expect(log.join('\n')).toContain('The guest agent does not answer');
    await lab.clearFaults();
    await lab.engine.destroy(
      destroyRequest({ app: 'silent', environment: 'staging' }),
      cli,
    );
    expect(await leftovers(lab, 'silent', 'staging')).toEqual(nothing);
  });
});

describe('a guest of ours that the state does not know', () => {
  it.each(kinds)(
    'is adopted by the repeat: the %s stays the same',
    async kind => {
      const app = `adopt-${kind}`;
      const request = provisionRequest({ app, kind });
      const { result } = await lab.engine.provision(request, cli);
      await loseState(request);
      const log: string[] = [];
      const again = await lab.engine.provision(request, {
        door: 'cli',
        onLog: ({ text }) => log.push(text),
      });
      expect(log.join('\n')).toContain(
        'is ours and not in the state: adopting it',
      );
      expect(again.result).toEqual(result);
      expect(again.plan).toMatchObject({ add: 0, destroy: 0 });
      expect(await guestsOf(lab, app)).toBe(1);
      const [host] = (await lab.engine.managedHosts()).filter(
        managed => managed.app === app,
      );
      expect(host.ledger?.state).toBe('adopted');
      await lab.engine.destroy(destroyRequest({ app }), cli);
      expect(await leftovers(lab, app)).toEqual(nothing);
    },
  );

  it('is refused when ledger and stamp disagree, which is said, and is left alone', async () => {
    const app = 'disagree';
    const request = provisionRequest({ app });
    const { result } = await lab.engine.provision(request, cli);
    await loseState(request);
    const ledger = `nante/${app}-dev/ledger.json`;
    const hosts = `nante/${app}-dev/hosts.json`;
    const truth = String((await lab.store.get(ledger))?.body);
    await change(ledger, text => text.replaceAll(`"${result.vmId}"`, '"4711"'));
    expect(await failure(lab.engine.provision(request, cli))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('the ledger says id 4711'),
    });
    await change(ledger, () =>
      truth.replaceAll(request.requestId, 'foreign-id'),
    );
    await change(hosts, text =>
      text.replaceAll(request.requestId, 'foreign-id'),
    );
    const other = { ...request, requestId: 'another-request-1' };
    expect(await failure(lab.engine.provision(other, cli))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('its stamp says requestId'),
    });
    expect(await guestsOf(lab, app)).toBe(1);
    await change(hosts, text =>
      text.replaceAll('foreign-id', request.requestId),
    );
    await change(ledger, () => truth);
    await lab.engine.destroy(destroyRequest({ app }), cli);
    expect(await guestsOf(lab, app)).toBe(0);
  });

  it('is finished by the repeat when its creation failed half way', async () => {
    const request = provisionRequest({ app: 'half' });
    await lab.fault('proxmox', { kind: 'half-done', type: 'qmclone' });
    await failure(lab.engine.provision(request, cli));
    const run = await lab.engine.getRun(request.requestId);
    expect(run?.leftovers).toHaveLength(await guestsOf(lab, 'half'));
    await lab.clearFaults();
    await lab.engine.provision(request, cli);
    expect(await guestsOf(lab, 'half')).toBe(1);
    await lab.engine.destroy(destroyRequest({ app: 'half' }), cli);
    expect(await leftovers(lab, 'half')).toEqual(nothing);
  });
});
