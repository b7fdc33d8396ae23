import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnosis } from '@nante/model';
import { startLab, type Lab } from '../__testUtils__/lab';
import { neededOctopusRights, octopusRights } from './octopusRights';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ deployments: true });
});
afterAll(() => lab?.stop());
afterEach(() => lab.clearFaults());

const octopusOf = () => lab.setting.endpoints.octopus!;
const keyed = (key: string) =>
  lab.engineWith({
    secrets: { OCTOPUS_API_KEY: String(octopusOf()[key]) },
  });
const examined = async (engine = lab.engine) => {
  const found = await engine.doctor({ environment: 'dev' });
  return (id: string): Diagnosis | undefined =>
    found.find(check => check.id === id);
};

describe('the doctor, asked about deployments and artifacts', () => {
  it('finds a whole setting right, and changes nothing', async () => {
    const controls = [octopusOf(), lab.setting.endpoints.nexus!].map(
      ({ control }) => `${control}/requests`,
    );
    for (const url of controls) await fetch(url, { method: 'DELETE' });
    const of = await examined();
    for (const id of [
      ...['secrets-octopus', 'octopus-octopus', 'octopus-rights-octopus'],
      ...['octopus-environments-octopus', 'octopus-account-octopus'],
      ...['octopus-thumbprint-octopus', 'secrets-nexus', 'nexus-nexus'],
      'nexus-repositories-nexus',
    ])
      expect([id, of(id)?.state, of(id)?.message]).toEqual([
        id,
        'ok',
        expect.any(String),
      ]);
    expect(of('octopus-octopus')).toMatchObject({
      group: 'deployments',
      message: expect.stringContaining('space Default (Spaces-1), as nante'),
    });
    expect(of('octopus-account-octopus')?.message).toBe(
      'automation-ops (ops), automation-root (root)',
    );
    expect(of('nexus-repositories-nexus')).toMatchObject({
      group: 'artifacts',
      message: expect.stringContaining('maven-releases'),
    });
    for (const url of controls)
      expect(await (await fetch(url)).json()).toMatchObject({ mutating: 0 });
  });

  it('names the permissions that a key lacks, and a key that is no good', async () => {
    const limited = await examined(keyed('limitedKey'));
    expect(limited('octopus-rights-octopus')).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(
        /lacks DeploymentCreate, MachineCreate in the space Default\./,
      ),
      who: 'whoever administers Octopus',
      how: expect.stringContaining('docs/octopus-nexus.md'),
    });
    const expired = await examined(keyed('expiredKey'));
    expect(expired('octopus-octopus')?.state).toBe('failed');
    expect(expired('octopus-rights-octopus')).toBeUndefined();
    const readOnly = await examined(keyed('readOnlyKey'));
    expect(readOnly('octopus-thumbprint-octopus')?.state).toBe('warning');
    const without = await examined(
      lab.engineWith({ secrets: { OCTOPUS_API_KEY: undefined } }),
    );
    expect(without('secrets-octopus')?.state).toBe('failed');
    expect(without('octopus-octopus')?.state).toBe('unknown');
  });

  it('says which environment, account and repository are not there', async () => {
    const { config } = lab.setting;
    const { connections, environments } = config;
    const of = await examined(
      lab.engineWith({
        config: {
          ...config,
          connections: {
            ...connections,
            nexus: { ...connections.nexus, repositories: ['maven'] } as never,
          },
          environments: {
            ...environments,
            dev: { ...environments.dev, octopusEnvironment: 'Develop' },
          },
          policy: { ...config.policy, user: 'deployer' },
        },
      }),
    );
    expect(of('octopus-environments-octopus')).toMatchObject({
      state: 'failed',
      message: 'It has no "Develop" (for dev).',
    });
    expect(of('octopus-account-octopus')).toMatchObject({
      state: 'warning',
      message: 'There is none whose user is deployer.',
    });
    expect(of('nexus-repositories-nexus')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('no maven,'),
    });
  });

  it('goes on where they do not answer, and where nothing can be uploaded', async () => {
    await lab.fault('octopus', { kind: 'refuse' });
    await lab.fault('nexus', { kind: 'readonly-mode' });
    const of = await examined();
    expect(of('octopus-octopus')).toMatchObject({
      state: 'failed',
      how: expect.any(String),
    });
    expect(of('nexus-nexus')).toMatchObject({
      state: 'failed',
      how: expect.stringContaining('read-only mode'),
    });
    expect(of('proxmox-pve')?.state).toBe('ok');
  });
});

it('the page about rights names every permission that is asked for', () => {
  const page = readFileSync(
    resolve(__dirname, '../../../../docs/octopus-nexus.md'),
    'utf8',
  );
  const rows = page.split('\n').filter(line => line.startsWith('| '));
  const named = rows.flatMap(row =>
    [...row.matchAll(/`([A-Z][A-Za-z]+)`/g)].map(([, name]) => name),
  );
  expect(named.filter(name => name !== 'ConfigureServer').sort()).toEqual(
    neededOctopusRights(false),
  );
  expect(neededOctopusRights(true)).toEqual([...octopusRights.show].sort());
});
