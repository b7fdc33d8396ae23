import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  removeTestSandboxes,
  startTestSandbox,
  temporaryFolder,
} from '../../__testUtils__/sandbox';
import type { SystemEndpoint } from '../../endpoints';
import { s3Client, type Store } from './__testUtils__/calls';

const hasTerraform = spawnSync('terraform', ['version']).status === 0;
if (!hasTerraform)
  process.stdout.write(
    'Skipped: Terraform on the state bucket; no terraform on PATH.\n',
  );

const root = `
terraform {
  required_version = ">= 1.11"
  backend "s3" {
    key                         = "terraform.tfstate"
    region                      = "us-east-1"
    use_path_style              = true
    use_lockfile                = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
  }
}
resource "terraform_data" "host" {
  input = terraform.workspace
  provisioner "local-exec" {
    interpreter = ["node", "-e"]
    command     = "setTimeout(() => {}, 6000)"
  }
}
`;

afterEach(removeTestSandboxes);

const describeIfTerraform = hasTerraform ? describe : describe.skip;
describeIfTerraform('Terraform', () => {
  it('holds Terraform state with workspaces, and locks it while an apply runs', async () => {
    const sandbox = await startTestSandbox({ systems: ['s3'] });
    const s3 = sandbox.endpoints.s3 as SystemEndpoint;
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'main.tf'), root);
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ACCESS_KEY_ID: String(s3.accessKeyId),
      AWS_SECRET_ACCESS_KEY: String(s3.secretAccessKey),
    };
    const start = (...args: string[]) =>
      watch(spawn('terraform', [...args, '-no-color'], { cwd, env }));
    const run = (...args: string[]) => start(...args).ended;
    const ok = { code: 0 };

    expect(
      await run('init', '-input=false', `-backend-config=bucket=${s3.bucket}`),
    ).toMatchObject(ok);
    expect(
      await run('workspace', 'select', '-or-create', 'shop-prod'),
    ).toMatchObject(ok);

    const apply = start('apply', '-auto-approve', '-input=false');
    await apply.says('Provisioning with');
    const second = await run('apply', '-auto-approve', '-input=false');
    expect(second.code).toBe(1);
    expect(second.output).toContain('Error acquiring the state lock');
    expect(second.output).toContain('PreconditionFailed');
    expect(await apply.ended).toMatchObject(ok);

    const client = s3Client(s3 as unknown as Store);
    const list = async () => {
      const Bucket = String(s3.bucket);
      const answer = await client.send(new ListObjectsV2Command({ Bucket }));
      return answer.Contents?.map(item => item.Key) ?? [];
    };
    await expect(list()).resolves.toEqual(['env:/shop-prod/terraform.tfstate']);

    expect(await run('destroy', '-auto-approve', '-input=false')).toMatchObject(
      ok,
    );
    expect(await run('workspace', 'select', 'default')).toMatchObject(ok);
    expect(await run('workspace', 'delete', 'shop-prod')).toMatchObject(ok);
    await expect(list()).resolves.toEqual([]);
    client.destroy();
  }, 120_000);
});

/** Follows what a process says. */
function watch(child: ChildProcess) {
  let output = '';
  child.stdout?.on('data', chunk => (output += chunk));
  child.stderr?.on('data', chunk => (output += chunk));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number,
    output,
  }));
  async function says(text: string) {
    while (!output.includes(text)) {
      if (child.exitCode !== null) throw new Error(output);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
  return { ended, says };
}
