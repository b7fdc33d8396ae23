import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { runCommand } from './command';
import type { WorkflowWorld } from './workflowWorld';

/**
 * `setup-tools` as a workflow uses it: Ansible into an empty cache, then out of it, and a Terraform from a mirror, which is
 * used with its checksum and with no other.
 *
 * @returns seconds of whole workflows
 */
export async function tools(
  world: WorkflowWorld,
): Promise<Record<string, number>> {
  const seconds = async () => {
    const run = await world.run({ workflow: 'tools.yml' });
    assert.ok(run.succeeded, run.log);
    assert.match(run.text, /ansible-core [\d.]+, pinned/);
    assert.match(run.text, /ansible-playbook \[core /);
    return Math.round(run.seconds * 10) / 10;
  };
  const [emptyCache, fullCache] = [await seconds(), await seconds()];

  const archive = await archiveOf(world.place.home);
  const server = http.createServer((request, response) => {
    const isThere = /^\/1\.99\.0\/terraform_1\.99\.0_\w+\.zip$/.test(
      request.url ?? '',
    );
    response.writeHead(isThere ? 200 : 404).end(isThere ? archive : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const get = (sha256: string) =>
      world.run({ workflow: 'mirror.yml', inputs: { mirror, sha256 } });
    const wrong = await get('0'.repeat(64));
    assert.equal(wrong.succeeded, false);
    assert.match(wrong.annotations[0].text, /not 0{64}: it was not used/);
    const right = await get(createHash('sha256').update(archive).digest('hex'));
    assert.ok(right.succeeded, right.log);
    assert.match(right.text, /Terraform v1\.99\.0 of a mirror/);
  } finally {
    server.close();
  }
  return { emptyCache, fullCache };
}

/** An archive as HashiCorp has them, with a program in it that only says its version. */
async function archiveOf(folder: string): Promise<Buffer> {
  const program = path.join(folder, 'terraform');
  fs.writeFileSync(program, '#!/bin/sh\necho Terraform v1.99.0 of a mirror\n');
  const { code } = await runCommand(
    'python3',
    ['-m', 'zipfile', '-c', 'terraform.zip', 'terraform'],
    { cwd: folder },
  );
  assert.equal(code, 0, 'Python makes the archive');
  fs.rmSync(program);
  return fs.readFileSync(path.join(folder, 'terraform.zip'));
}
