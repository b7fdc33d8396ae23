import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeBase, sandbox } from './__testUtils__/cli';
import { removeTestSandboxes, temporaryFolder } from './__testUtils__/sandbox';

afterEach(removeTestSandboxes);

it('starts everything, says ready last, and leaves nothing behind', async () => {
  const data = join(await temporaryFolder(), 'data');
  const base = await freeBase();
  const common = ['--data', data, '--guests', 'record', '--port-base', base];
  const first = sandbox(...common, '--break', 'doppler');
  const output = await first.ready();
  expect(output).toMatch(/^s3 +http:\/\/127\.0\.0\.1:\d+ +http/m);
  const endpoints = JSON.parse(
    readFileSync(join(data, 'endpoints.json'), 'utf8'),
  );
  await expect(fetch(endpoints.doppler.url)).rejects.toThrow();

  const samePorts = await sandbox(...common, '--data', `${data}2`).ended;
  expect(samePorts.code).toBe(3);
  expect(samePorts.output).toContain(`Port ${base} (control) is in use.`);
  expect(samePorts.output).toContain('--port-base');
  const sameData = await sandbox(...common, '--port-base', await freeBase())
    .ended;
  expect(sameData.code).toBe(3);
  expect(sameData.output).toContain('A sandbox already runs on');

  first.child.kill('SIGINT');
  expect((await first.ended).code).toBe(0);
  await expect(fetch(endpoints.s3.url)).rejects.toThrow();
  expect(existsSync(join(data, 'endpoints.json'))).toBe(false);

  const second = sandbox(...common, '--exit-with-parent');
  await second.ready();
  const again = JSON.parse(readFileSync(join(data, 'endpoints.json'), 'utf8'));
  expect(again.s3).toEqual(endpoints.s3);
  // The end of its standard input is how it learns that its parent has died.
  second.child.stdin.end();
  expect((await second.ended).code).toBe(0);

  expect((await sandbox(...common, '--clean').ended).code).toBe(0);
  expect(existsSync(data)).toBe(false);
}, 60_000);

it.each([
  [['--seed', 'x'], '--seed takes a whole number up to 2147483648, not "x".'],
  [['--guests', 'qemu'], '--guests takes one of auto, record'],
  [['--break', 'jira'], ', doppler, not "jira".'],
  [['--port-base', '80'], '--port-base is below 1024.'],
  [['--colour'], "Unknown option '--colour'"],
])('refuses %j and says why', async (args, message) => {
  const { code, output } = await sandbox(...args).ended;
  expect(output).toContain(message);
  expect(code).toBe(2);
});
