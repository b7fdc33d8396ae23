import { NanteError } from '@nante/model';
import { validate } from 'jsonschema';
import { parse } from 'yaml';
import { result, runAction, situation } from '../__testUtils__/actions';
import { createProvisionAction } from './provision';
import { examples } from './provision.examples';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExample ada@test';
const input = {
  kind: 'vm',
  name: 'web-1',
  app: 'component:default/shop',
  owner: 'group:default/shop',
  placement: { environment: 'dev', size: 'small' },
  sshKeys: [key],
  requestId: 'request-0001',
};

describe('proxmox:provision', () => {
  it('makes what its examples say, and tells where the host is', async () => {
    for (const { example } of examples) {
      const { deps, provision } = situation();
      const action = createProvisionAction(deps);
      const [step] = parse(example).steps;
      expect(step.action).toBe(action.id);
      expect(validate(step.input, action.schema!.input!).errors).toEqual([]);

      const { outputs, logged } = await runAction(action, step.input);

      expect(provision).toHaveBeenCalledTimes(1);
      expect(provision.mock.calls[0][0]).toMatchObject({
        ...(step.input.kind ? { kind: step.input.kind } : {}),
        name: step.input.name,
        app: 'shop',
        owner: 'group:default/shop',
        ...step.input.placement,
        // The form has none, so the task's own id is the request's.
        requestId: 'task-0001',
        requestedBy: 'user:default/ada',
        operator: false,
      });
      expect(outputs).toEqual({
        runId: 'task-0001',
        entityRef: result.entityRef,
        address: result.address,
        ssh: result.ssh,
        vmId: 101,
        node: 'pve1',
      });
      expect(logged).toContain(
        'The run has a page of its own: /runs/task-0001',
      );
    }
  });

  it('asks nobody and makes nothing in a dry run, and still says what is wrong', async () => {
    const { deps, provision, permissions, auditor, world } = situation();
    const action = createProvisionAction(deps);
    const { outputs } = await runAction(action, input, { isDryRun: true });
    expect(outputs).toMatchObject({ runId: 'dry-run', vmId: 0 });
    await expect(
      runAction(action, { ...input, name: 'Web_1' }, { isDryRun: true }),
    ).rejects.toThrow('name: use lower case letters');
    expect(provision).not.toHaveBeenCalled();
    expect(permissions.authorize).not.toHaveBeenCalled();
    expect(auditor.createEvent).not.toHaveBeenCalled();
    expect(world.calls).toEqual({});
  });

  it('hands on what makes the host a deployment target, or ends that, and puts out where it is', async () => {
    const url = 'https://octopus.example.test/app#/Spaces-1';
    const registration = { url };
    const { deps, provision } = situation({
      runner: { provision: async () => ({ result, registration }) as never },
    });
    const action = createProvisionAction(deps);
    const target = { environments: ['Staging'] };
    const { outputs } = await runAction(action, { ...input, target });
    expect(outputs.targetUrl).toBe(url);
    await runAction(action, { ...input, target: null, requestId: '' });
    await runAction(action, input);
    expect(provision.mock.calls.map(([request]) => request.target)).toEqual([
      { environments: ['Staging'], style: 'ssh' },
      null,
      undefined,
    ]);
    const wrong = { ...input, target: { style: 'rdp' } };
    expect(validate(wrong, action.schema!.input!).errors).not.toEqual([]);
    expect(
      validate({ ...input, target: null }, action.schema!.input!).errors,
    ).toEqual([]);
  });

  it('serves own groups only, unless an operator asks', async () => {
    const stranger = situation({ groups: ['group:default/billing'] });
    await expect(
      runAction(createProvisionAction(stranger.deps), input),
    ).rejects.toThrow(
      'You may request hosts for your own groups, and group:default/shop is none of them. Choose one of group:default/billing, or ask an operator.',
    );
    const viewer = situation({ may: [] });
    await expect(
      runAction(createProvisionAction(viewer.deps), input),
    ).rejects.toThrow('You may look at hosts and not request them');
    expect(stranger.provision).not.toHaveBeenCalled();
    expect(viewer.provision).not.toHaveBeenCalled();

    const operator = situation({
      groups: ['group:default/platform'],
      may: ['infrastructure.host.create', 'infrastructure.operate'],
    });
    await runAction(createProvisionAction(operator.deps), input);
    expect(operator.provision.mock.calls[0][0]).toMatchObject({
      operator: true,
      owner: 'group:default/shop',
    });
  });

  it('keeps of a host that exists what is left out, for its owner alone', async () => {
    const { deps, provision } = situation();
    const action = createProvisionAction(deps);
    const left = {
      name: 'web-1',
      app: 'shop',
      placement: { environment: 'dev', size: '', cores: 2 },
      owner: '',
    };
    expect(validate(left, action.schema!.input!).errors).toEqual([]);
    const checkpoints: Record<string, unknown> = {};
    await runAction(action, left, { checkpoints });
    const [request] = provision.mock.calls[0];
    expect(request).toMatchObject({ owner: 'group:default/shop', cores: 2 });
    for (const name of ['kind', 'size', 'sshKeys'] as const)
      expect(request[name]).toBeUndefined();

    // Its record says whose it is, and that was decided when the task began.
    const stranger = situation({ groups: ['group:default/billing'] });
    await expect(
      runAction(createProvisionAction(stranger.deps), left),
    ).rejects.toThrow('group:default/shop is none of them');
    const later = situation({
      groups: [],
      engine: { managedHosts: async () => [] },
    });
    await runAction(createProvisionAction(later.deps), left, { checkpoints });
    expect(later.provision).not.toHaveBeenCalled();

    await expect(runAction(action, { ...left, name: 'web-9' })).rejects.toThrow(
      'There is no host web-9 of shop in dev, and a new one needs an owner, a size.',
    );
    expect(stranger.provision).not.toHaveBeenCalled();
    expect(provision).toHaveBeenCalledTimes(1);

    const dry = situation();
    await runAction(createProvisionAction(dry.deps), left, { isDryRun: true });
    expect(dry.world.calls).toEqual({});
  });

  it('takes who asks, for whom and for which app from nowhere else', async () => {
    const { deps, provision } = situation();
    const action = createProvisionAction(deps);
    const placement = {
      ...input.placement,
      owner: 'group:default/billing',
      requestedBy: 'user:default/olga',
      operator: true,
      name: 'other',
    };
    expect(validate({ ...input, placement }, action.schema!.input!).valid).toBe(
      false,
    );
    await runAction(action, { ...input, placement });
    expect(provision.mock.calls[0][0]).toMatchObject({
      owner: 'group:default/shop',
      requestedBy: 'user:default/ada',
      operator: false,
      name: 'web-1',
    });

    await runAction(action, { ...input, app: 'shop', owner: 'shop' });
    expect(provision.mock.calls[1][0]).toMatchObject({
      app: 'shop',
      owner: 'group:default/shop',
    });
    for (const [field, value, message] of [
      ['owner', 'user:default/ada', 'is no group'],
      ['owner', 'group:', 'is no entity ref'],
      ['app', 'group:default/shop', 'is no app'],
      ['app', 'component:elsewhere/shop', 'is no app'],
      ['app', '', 'is no entity ref'],
    ]) {
      await expect(
        runAction(action, { ...input, [field]: value }),
      ).rejects.toThrow(message);
    }
    expect(provision).toHaveBeenCalledTimes(2);
  });

  it('keeps text as text, and refuses what is no name', async () => {
    const { deps, provision } = situation();
    const action = createProvisionAction(deps);
    for (const text of ['$(id)', '{{ x }}', '-oProxyCommand=x', '`id`; rm']) {
      await runAction(action, { ...input, purpose: text });
      expect(provision).toHaveBeenLastCalledWith(
        expect.objectContaining({ purpose: text }),
        expect.anything(),
      );
      await expect(runAction(action, { ...input, name: text })).rejects.toThrow(
        'name: use lower case letters',
      );
      await expect(
        runAction(action, { ...input, sshKeys: [text] }),
      ).rejects.toThrow('sshKeys.0: paste one line of an OpenSSH public key');
    }
    await runAction(action, { ...input, purpose: '' });
    expect(provision.mock.lastCall![0].purpose).toBeUndefined();
  });

  it('hands software and first-boot script on, and none where none was chosen', async () => {
    const { deps, provision } = situation();
    const action = createProvisionAction(deps);
    const roles = [{ name: 'nginx', arguments: { nginx_sites: [] } }];
    const initScript = '#!/bin/sh\necho "$HOME" {{ x }}\n';
    const full = { ...input, kind: 'lxc', roles, initScript };
    expect(validate(full, action.schema!.input!).errors).toEqual([]);
    await runAction(action, full);
    expect(provision.mock.lastCall![0]).toMatchObject({ roles, initScript });
    await runAction(action, { ...input, initScript: '' });
    expect(provision.mock.lastCall![0].initScript).toBeUndefined();
    expect(provision.mock.lastCall![0].roles).toBeUndefined();
  });

  it('refuses an expression that the template could not work out', async () => {
    const { deps, provision, permissions } = situation();
    const action = createProvisionAction(deps);
    await expect(
      runAction(action, {
        ...input,
        purpose: 'For ${{ parameters.nope | x }}',
      }),
    ).rejects.toThrow(
      'The input purpose still holds the expression ${{ parameters.nope | x }}',
    );
    await expect(
      runAction(action, {
        ...input,
        placement: { ...input.placement, node: '${{ steps.pick.output }}' },
      }),
    ).rejects.toThrow('The input placement.node still holds');
    expect(provision).not.toHaveBeenCalled();
    expect(permissions.authorize).not.toHaveBeenCalled();
  });

  it('goes on after a restart with what was decided, and makes nothing twice', async () => {
    const first = situation();
    const checkpoints: Record<string, unknown> = {};
    await runAction(createProvisionAction(first.deps), input, { checkpoints });
    const { requestId } = first.provision.mock.calls[0][0];
    // Bound to the person: a stranger's request id is another request.
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(checkpoints)).toEqual([
      'proxmox.provision.authorize.group:default/shop.shop.dev.web-1',
      `proxmox.provision.${requestId}`,
    ]);

    // The person has lost the group in the meantime, and the machine is there.
    const later = situation({ groups: [], may: [] });
    const { outputs } = await runAction(
      createProvisionAction(later.deps),
      input,
      { checkpoints },
    );
    expect(later.provision).not.toHaveBeenCalled();
    expect(outputs).toMatchObject({ runId: requestId, vmId: 101 });
  });

  it('hands cancelling, the log and errors through', async () => {
    const cancel = new AbortController();
    const { deps, provision } = situation({
      runner: {
        provision: async (_request, options) => {
          const line = { n: 0, time: '', text: 'Plan the change' };
          options?.onLog?.({ ...line, level: 'info' });
          throw new NanteError('conflict', 'There is a host web-1 already', {
            hint: 'Choose another name.',
          });
        },
      },
    });
    const refused = runAction(createProvisionAction(deps), input, {
      signal: cancel.signal,
    });
    await expect(refused).rejects.toMatchObject({
      name: 'ConflictError',
      message: 'There is a host web-1 already. Choose another name.',
    });
    expect(provision.mock.calls[0][1]).toMatchObject({
      link: '/create/tasks/task-0001',
      signal: cancel.signal,
    });
  });
});
