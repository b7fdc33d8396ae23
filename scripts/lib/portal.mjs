// Brings up the sandbox and the portal; used by `npm start` and by the scenarios of `npm run verify`.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './command.mjs';
import { hashOf, whenChanged } from './hash.mjs';
import { root } from './paths.mjs';
import { requireFreePort, Services, waitFor } from './services.mjs';
import { StepError } from './steps.mjs';

/** Sources that the pages are built from. */
const pageSources = [
  'packages/app',
  'packages/model/src',
  'plugins/infrastructure',
  'plugins/infrastructure-common',
  'yarn.lock',
  'app-config.yaml',
];

/**
 * Builds the pages when their sources changed.
 *
 * @param {{ node: string, yarn: string, env: NodeJS.ProcessEnv }} tools
 * @param {(line: string) => void} progress
 */
export async function buildPages(tools, progress) {
  const built = await whenChanged(
    path.join(root, 'packages/app/dist/.nante-stamp'),
    hashOf(pageSources),
    async () => {
      const { code, output } = await run(
        tools.node,
        [tools.yarn, 'workspace', 'app', 'build'],
        {
          cwd: root,
          env: { ...tools.env, NODE_OPTIONS: '--max-old-space-size=4096' },
          onLine: progress,
        },
      );
      if (code !== 0)
        throw new StepError(
          `The pages could not be built:\n${output}`,
          'correct the error above',
        );
    },
  );
  return built ? 'built' : 'unchanged';
}

/**
 * Starts the sandbox.
 *
 * @param {Services} services
 * @param {{ node: string, env: NodeJS.ProcessEnv }} tools
 * @param {{ data: string, guests: string, seed: string, fresh: boolean, portBase?: string }} options
 * @param {(line: string) => void} progress
 */
export async function startSandbox(services, tools, options, progress) {
  fs.mkdirSync(options.data, { recursive: true });
  const logFile = path.join(options.data, 'sandbox.log');
  let ready = false;
  const args = [
    '--import',
    'tsx',
    'packages/sandbox/src/main.ts',
    '--data',
    options.data,
  ];
  args.push(
    '--guests',
    options.guests,
    '--seed',
    options.seed,
    '--exit-with-parent',
  );
  if (options.fresh) args.push('--fresh');
  if (options.portBase) args.push('--port-base', options.portBase);
  const service = services.start('sandbox', tools.node, args, {
    cwd: root,
    env: tools.env,
    logFile,
    onLine: line => {
      if (line.trim() === 'ready') ready = true;
      else progress(line);
    },
  });
  // The first start of the lab builds the base image of its guests.
  await waitFor(async () => ready, { timeoutMs: 900_000, service, logFile });
  return JSON.parse(
    fs.readFileSync(path.join(options.data, 'endpoints.json'), 'utf8'),
  );
}

/**
 * Starts the portal against the sandbox.
 *
 * @param {Services} services
 * @param {{ node: string, env: NodeJS.ProcessEnv }} tools
 * @param {{ data: string, port: number, mirror?: string }} options
 * @returns {Promise<string>} its address
 */
export async function startPortal(services, tools, options) {
  await requireFreePort(options.port, '--port N');
  const url = `http://localhost:${options.port}`;
  const logFile = path.join(options.data, 'portal.log');
  fs.mkdirSync(path.join(options.data, 'portal'), { recursive: true });
  const setting = value => JSON.stringify(value);
  const configs = [
    'app-config.yaml',
    'app-config.sandbox.yaml',
    'app-config.local.yaml',
  ]
    .map(name => path.join(root, name))
    .filter(file => fs.existsSync(file));
  const service = services.start(
    'portal',
    tools.node,
    [
      '--enable-source-maps',
      '--require',
      path.join(root, 'scripts/lib/exitWithParent.cjs'),
      '--require',
      '@backstage/cli-node/config/nodeTransform.cjs',
      'src/index',
      ...configs.flatMap(file => ['--config', file]),
    ],
    {
      cwd: path.join(root, 'packages/backend'),
      env: {
        ...tools.env,
        NODE_ENV: 'development',
        ESBK_TSCONFIG_PATH: path.join(root, 'tsconfig.json'),
        NANTE_SANDBOX_DIRECTORY: options.data,
        APP_CONFIG_app_baseUrl: setting(url),
        APP_CONFIG_backend_baseUrl: setting(url),
        APP_CONFIG_backend_cors_origin: setting(url),
        APP_CONFIG_backend_listen_port: setting(options.port),
        ...githubSettings(options.data, url),
        ...(options.mirror
          ? {
              APP_CONFIG_infrastructure_terraform_provider_mirror: setting(
                path.resolve(options.mirror),
              ),
            }
          : {}),
      },
      logFile,
    },
  );
  await waitFor(
    async () => {
      const [health, page] = await Promise.all([
        fetch(`${url}/.backstage/health/v1/readiness`),
        fetch(url, { redirect: 'follow' }),
      ]);
      return health.ok && page.ok && (await canRequest(url));
    },
    { timeoutMs: 120_000, service, logFile },
  );
  writePortalEndpoint(options.data, url);
  return url;
}

/**
 * Settings for the sandbox's GitHub, whose address and secrets are only known once it runs.
 *
 * @param {string} data folder of the sandbox
 * @param {string} url of the portal
 * @returns {Record<string, string>}
 */
export function githubSettings(data, url) {
  const file = path.join(data, 'endpoints.json');
  const { github } = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (!github) return {};
  const integration = {
    host: new URL(github.url).host,
    apiBaseUrl: github.apiUrl,
    token: github.token,
  };
  return {
    APP_CONFIG_integrations_github: JSON.stringify([integration]),
    APP_CONFIG_events_modules_github_webhookSecret: JSON.stringify(
      github.webhookSecret,
    ),
    APP_CONFIG_infrastructure_connections_github_webhookUrl: JSON.stringify(
      `${url}/api/events/http/github`,
    ),
  };
}

/** Whether somebody can sign in and finds a template: the catalog reads its files some seconds after the start. */
async function canRequest(url) {
  const signIn = await fetch(`${url}/api/auth/sandbox/refresh?person=ada`, {
    headers: { 'X-Requested-With': 'XMLHttpRequest' },
  });
  if (!signIn.ok) return false;
  const { backstageIdentity } = await signIn.json();
  const template = await fetch(
    `${url}/api/catalog/entities/by-name/template/default/new-virtual-machine`,
    {
      headers: { Authorization: `Bearer ${backstageIdentity.token}` },
    },
  );
  return template.ok;
}

/** Adds the portal to the sandbox's list of endpoints. */
function writePortalEndpoint(data, url) {
  const file = path.join(data, 'endpoints.json');
  const endpoints = JSON.parse(fs.readFileSync(file, 'utf8'));
  endpoints.portal = { url, backendUrl: url };
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(endpoints, null, 2)}\n`, {
    mode: 0o600,
  });
  fs.renameSync(`${file}.new`, file);
}
