import { noCommit } from '../git/read';
import { RepositoryWriter } from '../git/write';
import { commitFiles } from './commitFiles';

const workflow = (hello: string) => `name: Build and publish an app
on:
  workflow_call:
    inputs:
      app_name: { type: string, required: true }
      kind: { type: string, default: static }
    secrets:
      DOPPLER_TOKEN: { required: false }
permissions: {}
jobs:
  build:
    name: Build and publish
    runs-on: [self-hosted, linux]
    timeout-minutes: 5
    steps:
      - name: Build
        run: echo "${hello}"
`;

const readme =
  'Stands in the place of our own repository where the sandbox was not started from a clone of it.\n';

/** What stands for our own repository where there is no clone to take it from: one workflow that can be called. */
export async function writeSmallRepository(
  folder: string,
): Promise<{ commit: string; version: string }> {
  const path = '.github/workflows/reusable-ci.yml';
  const [before, commit] = await commitFiles(folder, 'main', [
    {
      message: 'v0.0.9',
      date: '2026-01-14T09:00:00Z',
      files: { [path]: workflow('before'), 'README.md': readme },
    },
    {
      message: 'v0.1.0',
      date: '2026-01-15T09:00:00Z',
      files: { [path]: workflow('hello') },
    },
  ]);
  const writer = new RepositoryWriter(folder);
  await writer.ref('refs/tags/v0.0.9', noCommit, before);
  await writer.ref('refs/tags/v0.1.0', noCommit, commit);
  return { commit, version: 'v0.1.0' };
}
