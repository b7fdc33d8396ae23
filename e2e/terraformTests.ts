// `terraform validate` and `terraform test` of the root, with the provider's schema from the sandbox's stand-in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startSandbox } from '@nante/sandbox';

async function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'nante-tftest-'));
  const sandbox = await startSandbox({
    dataDir: path.join(directory, 'sandbox'),
    guests: 'record',
    systems: ['proxmox'],
  });
  try {
    const { proxmox, terraformProvider } = sandbox.endpoints as Record<
      string,
      any
    >;
    const answer = await fetch(terraformProvider.control, {
      method: 'POST',
      body: JSON.stringify({
        endpoint: proxmox.url,
        apiToken: proxmox.tokens.provision,
      }),
    });
    const { reattach } = (await answer.json()) as { reattach: unknown };
    for (const args of [
      ['init', '-backend=false', '-input=false'],
      ['validate'],
      ['test'],
    ]) {
      const child = spawn('terraform', args, {
        cwd: path.resolve(__dirname, '../terraform'),
        stdio: 'inherit',
        env: {
          ...process.env,
          TF_DATA_DIR: path.join(directory, 'data'),
          TF_REATTACH_PROVIDERS: JSON.stringify(reattach),
        },
      });
      const [code] = await once(child, 'exit');
      if (code !== 0) {
        process.exitCode = code ?? 1;
        return;
      }
    }
  } finally {
    await sandbox.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main();
