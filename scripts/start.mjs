// npm start: everything up, on a fresh clone or for the hundredth time.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './lib/paths.mjs';
import { ensureAct, ensurePython } from './lib/python.mjs';
import { buildPages, startPortal, startSandbox } from './lib/portal.mjs';
import { requireFreePort, Services } from './lib/services.mjs';
import { runMain, step, StepError } from './lib/steps.mjs';
import {
  checkPrerequisites,
  ensureNode,
  ensurePackages,
  ensureTerraform,
} from './lib/tools.mjs';

const help = `npm start -- [options]

Starts the sandbox (stand-ins for Proxmox, GitHub, Octopus and every other system outside) and the portal beside it.

  --port N           port of the portal (7007)
  --sandbox-port N   first port of the sandbox's stand-ins (17800)
  --guests DRIVER    auto, nspawn (real Linux; needs root and systemd-nspawn), docker or record (auto)
  --seed N           seed of the company that the sandbox starts with (1)
  --fresh            forget everything that was made, and start from the seed
  --data DIR         folder of the sandbox's data (.sandbox)
  --mirror DIR       filesystem mirror with the bpg/proxmox provider; without it the sandbox's stand-in is used
  --help             this text

Ctrl-C stops everything. What was made stays for the next start.
`;

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '7007' },
      'sandbox-port': { type: 'string', default: '17800' },
      guests: { type: 'string', default: 'auto' },
      seed: { type: 'string', default: '1' },
      fresh: { type: 'boolean', default: false },
      data: { type: 'string', default: '.sandbox' },
      mirror: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StepError(
      `--port ${values.port} is no port.`,
      'use a number from 1 to 65535',
    );
  }
  await requireFreePort(port, '--port N');

  const services = new Services();
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    process.stdout.write('\nStopping …\n');
    await services.stop();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  try {
    await step('Prerequisites', checkPrerequisites);
    const tools = await step('Node and Yarn', ensureNode);
    await step('Packages', progress => ensurePackages(tools, progress));
    await step('Terraform', async progress => {
      const { tool, version } = await ensureTerraform(tools.env, progress);
      return `${tool} ${version}`;
    });
    await step('Ansible', async progress => {
      const { version } = await ensurePython(progress);
      return `ansible-core ${version}`;
    });
    await step('act, which runs workflows', ensureAct);
    await step('Pages', progress => buildPages(tools, progress));
    const data = path.resolve(root, values.data);
    const endpoints = await step('Sandbox', progress =>
      startSandbox(
        services,
        tools,
        {
          data,
          guests: values.guests,
          seed: values.seed,
          fresh: values.fresh,
          portBase: values['sandbox-port'],
        },
        progress,
      ),
    );
    const url = await step('Portal', () =>
      startPortal(services, tools, { data, port, mirror: values.mirror }),
    );
    const guests = endpoints.guests?.real
      ? `real Linux (${endpoints.guests.driver}): log in to what you make`
      : `records only (${endpoints.guests?.driver}): nothing boots, so nobody can log in`;
    const { github } = endpoints;
    process.stdout.write(
      [
        '',
        `  Proxmox stand-in   ${endpoints.proxmox.url}`,
        `  GitHub stand-in    ${github.url} (${github.runner.problem ?? 'its runner is online'})`,
        `  Guests             ${guests}`,
        `  Data               ${path.relative(process.cwd(), data) || data}`,
        '  Try first          sign in as Ada, then Create > New virtual machine',
        '',
        `  Nante is ready:    ${url}`,
        '',
      ].join('\n'),
    );
    const ended = await services.firstToEnd();
    throw new StepError(
      `The ${ended.name} ended: ${ended.exited}.`,
      `read ${ended.name}.log in ${data}, then start again`,
    );
  } catch (error) {
    if (!stopped) await services.stop();
    throw error;
  }
}

await runMain(main);
