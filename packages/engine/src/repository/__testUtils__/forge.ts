import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GithubApi } from '@nante/clients';
import {
  connectionNamed,
  type ProposeChangeRequest,
  type SetUpRepositoryRequest,
} from '@nante/model';
import { startLab, type Lab } from '../../__testUtils__/lab';

/** A sandbox with a GitHub, and folders for what is pushed there. */
export interface Forge {
  lab: Lab;
  api: GithubApi;
  /** Of the organization. */
  repository(name: string): { owner: string; name: string };
  /** Makes a folder with these files; those that end with `.sh` are executable. */
  folder(files?: Record<string, string | Buffer>): string;
  /** Calls of an act that may have changed something in GitHub, by method and route. */
  changes(act: () => Promise<unknown>): Promise<string[]>;
  stop(): Promise<void>;
}

/** Where the portal would listen; nobody does. */
export const webhookUrl = 'http://127.0.0.1:9/api/events/http/github';

/** The callers' part of a repository as templates write it; it starts by hand alone. */
export const callerWorkflow = (commit: string) =>
  [
    'on: workflow_dispatch',
    'jobs:',
    '  ci:',
    `    uses: nante/nante/.github/workflows/reusable-ci.yml@${commit} # v0.1.0`,
    '',
  ].join('\n');

export const content = {
  'README.md': '# Shop\n',
  '.gitignore': 'node_modules\n',
  'deploy/Deploy.sh': '#!/bin/sh\necho shop\n',
  'logo.png': Buffer.from([0x89, 0x50, 0, 255]),
  '.github/workflows/ci.yml': callerWorkflow('a'.repeat(40)),
};

export async function startForge(): Promise<Forge> {
  const lab = await startLab({ github: true });
  const { config } = lab.setting;
  const github = connectionNamed(config, 'github', 'github')!;
  lab.setting.config = {
    ...config,
    connections: { ...config.connections, github: { ...github, webhookUrl } },
  };
  lab.engine = lab.engineWith({});
  const endpoint = lab.setting.endpoints.github!;
  const folders: string[] = [];
  return {
    lab,
    api: await lab.engine.github('github'),
    repository: name => ({ owner: 'acme', name }),
    folder(files = content) {
      const folder = mkdtempSync(join(tmpdir(), 'nante-repository-'));
      folders.push(folder);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
        if (path.endsWith('.sh')) chmodSync(join(folder, path), 0o755);
      }
      return folder;
    },
    async changes(act) {
      const counts = `${endpoint.control}/requests`;
      await fetch(counts, { method: 'DELETE' });
      await act();
      const { byRoute } = (await (await fetch(counts)).json()) as {
        byRoute: Record<string, number>;
      };
      return Object.entries(byRoute).flatMap(([route, count]) =>
        route.startsWith('GET') ? [] : Array<string>(count).fill(route),
      );
    },
    async stop() {
      await lab.stop();
      for (const folder of folders)
        rmSync(folder, { recursive: true, force: true });
    },
  };
}

const asker = () => ({
  requestId: `request-${randomBytes(8).toString('hex')}`,
  requestedBy: 'user:default/mia',
  operator: false,
  dryRun: false,
});

export const setUpRequest = (
  change: Partial<SetUpRepositoryRequest> & { folder: string },
): SetUpRepositoryRequest => ({
  ...asker(),
  ...{ app: 'shop', name: change.app ?? 'shop', owner: 'group:default/shop' },
  ...{ description: 'Orders', visibility: 'private', defaultBranch: 'main' },
  ...{ commitMessage: 'First commit', environments: ['dev'] },
  variables: { TEAM: 'shop' },
  ...{ dopplerToken: true, webhook: true },
  protection: { requiredChecks: ['ci / Build'], approvals: 0 },
  ...change,
});

export const changeRequest = (
  change: Partial<ProposeChangeRequest> = {},
): ProposeChangeRequest => ({
  ...asker(),
  ...{ app: 'site', repository: 'acme/site', branch: 'nante/pipeline' },
  ...{ title: 'Add a pipeline', body: 'Builds it.', overwrite: false },
  files: { 'docs/pipeline.md': '# Pipeline\n' },
  ...change,
});
