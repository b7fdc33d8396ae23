import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HostKind } from '@nante/model';
import { provisionRequest, startLab, type Lab } from './__testUtils__/lab';
import { inLab, labSkipped, labTitle } from './__testUtils__/labGuest';
import { cli } from './__testUtils__/outcome';
import { kinds, nameOf } from './__testUtils__/pair';
import { makeSshKey, sshWhenUp, type SshKey } from './__testUtils__/sshKey';

jest.setTimeout(240_000);

const folder = mkdtempSync(join(tmpdir(), 'day-two-'));
let key: SshKey;
const logins: Partial<Record<HostKind, string>> = {};
let lab: Lab;

beforeAll(async () => {
  if (labSkipped) return;
  key = makeSshKey(folder);
  lab = await startLab({
    ...{ guests: 'nspawn', vlan: 1192, agentTimeoutMs: 60_000 },
  });
  for (const kind of kinds) {
    const { result } = await lab.engine.provision(
      provisionRequest({
        ...{ kind, app: kind, name: nameOf(kind), size: 'custom' },
        ...{ cores: 1, memoryMb: 256, diskGb: 4 },
        sshKeys: [key.publicKey],
      }),
      cli,
    );
    logins[kind] = `${result.user}@${result.address}`;
  }
}, 600_000);

afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Runs a command on a host; sshd may be a moment later than the address. */
const ssh = (kind: HostKind, command: string) =>
  sshWhenUp(key, String(logins[kind]), command, 20);

const bootId = (kind: HostKind) =>
  ssh(kind, 'cat /proc/sys/kernel/random/boot_id');
/** Whether so much memory can be had; whoever takes too much is ended. */
const eat = (kind: HostKind, megabytes: number) =>
  ssh(
    kind,
    `python3 -c "print(len(b'x' * ${megabytes << 20}))" >/dev/null && echo had || echo ended`,
  );
const diskMb = async (kind: HostKind) =>
  Number(await ssh(kind, 'df -BM --output=size / | tail -1 | tr -dc 0-9'));

let count = 0;
function wish(app: HostKind) {
  count += 1;
  return {
    ...{ requestId: `day-two-${count}`, requestedBy: 'user:default/mia' },
    ...{ operator: false, name: nameOf(app), app, environment: 'dev' },
  };
}

inLab(labTitle('A booted host'), () => {
  it.each(kinds)(
    '(%s) restarts, and answers when the run says so',
    async kind => {
      const before = await bootId(kind);
      const request = wish(kind);
      await lab.engine.power({ ...request, action: 'reboot' }, cli);
      const after = await bootId(kind);
      expect(after).not.toBe(before);
      await lab.engine.power({ ...request, action: 'reboot' }, cli);
      expect(await bootId(kind)).toBe(after);

      await lab.engine.power({ ...wish(kind), action: 'shutdown' }, cli);
      await expect(
        promisify(execFile)('ping', [
          '-c1',
          '-W1',
          logins[kind]!.split('@')[1],
        ]),
      ).rejects.toThrow();
      await lab.engine.power({ ...wish(kind), action: 'start' }, cli);
      expect(await bootId(kind)).not.toBe(after);
    },
  );

  it.each(kinds)(
    '(%s) has the memory and the disk of its new size',
    async kind => {
      expect(await eat(kind, 350)).toBe('ended');
      expect(await diskMb(kind)).toBeLessThan(4_200);
      const before = await bootId(kind);
      const run = await lab.engine.resize(
        {
          ...{ ...wish(kind), size: 'custom', memoryMb: 600, diskGb: 5 },
          allowReboot: kind === 'vm',
        },
        cli,
      );
      const impact = kind === 'vm' ? 'reboot' : 'hot-plug';
      expect((await bootId(kind)) !== before).toBe(impact === 'reboot');
      expect([run.impact, await eat(kind, 350)]).toEqual([impact, 'had']);
      // A container's grows at once where the kernel lets it, which takes a right that not every root has.
      await lab.engine.power({ ...wish(kind), action: 'reboot' }, cli);
      expect(await diskMb(kind)).toBeGreaterThan(4_500);
      expect(['restarted', await eat(kind, 350)]).toEqual(['restarted', 'had']);
    },
  );

  it.each(kinds)(
    '(%s) has its file back after the return to a snapshot',
    async kind => {
      await ssh(kind, 'echo one > note && sync');
      const snapshot = { ...wish(kind), snapshot: 'before', confirm: 'before' };
      await lab.engine.snapshot({ ...snapshot, action: 'create' }, cli);
      await ssh(kind, 'echo two > note && touch later && sync');
      const before = await bootId(kind);
      const back = { ...snapshot, ...wish(kind) };
      await lab.engine.snapshot({ ...back, action: 'rollback' }, cli);
      expect(await bootId(kind)).not.toBe(before);
      expect(await ssh(kind, 'cat note; ls later 2>/dev/null || true')).toBe(
        'one',
      );
      const gone = { ...snapshot, ...wish(kind) };
      await lab.engine.snapshot({ ...gone, action: 'delete' }, cli);
      expect(await ssh(kind, 'cat note')).toBe('one');
    },
  );
});
