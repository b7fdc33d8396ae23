import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import type { Endpoints } from '@nante/sandbox';
import { root } from '../../scripts/lib/paths.mjs';
import { runCommand, type CommandResult } from './command';
import { say } from './report';

const systemCertificates = '/etc/ssl/certs/ca-certificates.crt';

/** Terraform at work on a copy of the product's own root, pointed at a sandbox. */
export class TerraformRoot {
  /** Copy that Terraform works in. */
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #standIn?: { control: string; target: object };

  /**
   * @param folder - empty folder for the copy
   * @param mirror - filesystem mirror with the real provider; without it the sandbox's stand-in serves
   * @param source - root to copy, below the product's folder
   */
  constructor(
    folder: string,
    endpoints: Endpoints,
    mirror?: string,
    source = 'terraform',
  ) {
    this.#folder = path.join(folder, 'root');
    const { proxmox, s3, terraformProvider } = endpoints;
    const { provision } = proxmox!.tokens as { provision: string };
    cpSync(path.join(root, source), this.#folder, {
      recursive: true,
      filter: file => !file.includes('.terraform'),
    });
    const certificates = path.join(folder, 'certificates.pem');
    writeFileSync(
      certificates,
      [
        // The variable replaces the system's authorities, so they have to be in the file too.
        existsSync(systemCertificates)
          ? readFileSync(systemCertificates, 'utf8')
          : rootCertificates.join('\n'),
        readFileSync(String(proxmox!.ca), 'utf8'),
      ].join('\n'),
    );
    const cliConfig = path.join(folder, 'terraform.rc');
    writeFileSync(cliConfig, mirror ? mirrorConfig(path.resolve(mirror)) : '');
    this.#environment = {
      PATH: process.env.PATH,
      HOME: folder,
      TF_CLI_CONFIG_FILE: cliConfig,
      TF_IN_AUTOMATION: 'true',
      TF_INPUT: 'false',
      CHECKPOINT_DISABLE: 'true',
      SSL_CERT_FILE: certificates,
      PROXMOX_VE_ENDPOINT: proxmox!.url,
      PROXMOX_VE_API_TOKEN: provision,
      AWS_ENDPOINT_URL_S3: s3!.url,
      AWS_ACCESS_KEY_ID: String(s3!.accessKeyId),
      AWS_SECRET_ACCESS_KEY: String(s3!.secretAccessKey),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    if (!mirror)
      this.#standIn = {
        control: terraformProvider!.control,
        target: { endpoint: proxmox!.url, apiToken: provision },
      };
  }

  /** Writes the var-file that the next plan reads, a `hosts.json`. */
  setHosts(app: string, environment: string, hosts: object): void {
    this.write('hosts.json', { schema_version: 1, app, environment, hosts });
  }

  /** Writes a JSON file into the copy. */
  write(name: string, content: object): void {
    writeFileSync(
      path.join(this.#folder, name),
      JSON.stringify(content, null, 2),
    );
  }

  /**
   * Runs one command and prints it with its output.
   *
   * @param allowed - exit codes that are no failure
   */
  async run(args: string[], allowed = [0]): Promise<CommandResult> {
    say(`$ terraform ${args.join(' ')}`);
    const server = await this.#startStandIn();
    try {
      const result = await runCommand('terraform', args, {
        cwd: this.#folder,
        env: { ...this.#environment, ...server.environment },
        onLine: line => line.trim() && say(`  ${line}`),
      });
      if (!allowed.includes(result.code))
        throw new Error(
          `terraform ${args[0]} ended with exit code ${result.code}, not ${allowed.join(' or ')}.`,
        );
      return result;
    } finally {
      await server.stop();
    }
  }

  /** Version of the provider that `init` chose; undefined for the stand-in. */
  async providerVersion(): Promise<string | undefined> {
    const { output } = await runCommand('terraform', ['version', '-json'], {
      cwd: this.#folder,
      env: this.#environment,
    });
    const { provider_selections: chosen } = JSON.parse(output) as {
      provider_selections: Record<string, string>;
    };
    return chosen['registry.terraform.io/bpg/proxmox'];
  }

  /** Configuring and stopping are global to a stand-in server, so every command gets its own. */
  async #startStandIn() {
    if (!this.#standIn) return { environment: {}, stop: async () => {} };
    const { control, target } = this.#standIn;
    const response = await fetch(control, {
      method: 'POST',
      body: JSON.stringify(target),
    });
    if (!response.ok) throw new Error(await response.text());
    const { id, reattach } = (await response.json()) as {
      id: string;
      reattach: unknown;
    };
    return {
      environment: {
        TF_REATTACH_PROVIDERS:
          typeof reattach === 'string' ? reattach : JSON.stringify(reattach),
      },
      stop: async () => {
        await fetch(`${control}/${id}`, { method: 'DELETE' });
      },
    };
  }
}

function mirrorConfig(directory: string): string {
  return [
    'provider_installation {',
    '  filesystem_mirror {',
    `    path    = ${JSON.stringify(directory)}`,
    '    include = ["registry.terraform.io/bpg/*"]',
    '  }',
    '}',
    '',
  ].join('\n');
}
