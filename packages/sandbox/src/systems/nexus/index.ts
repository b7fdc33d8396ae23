import { join } from 'node:path';
import type { StandIn, StandInContext } from '../../standIn';
import { BlobStore } from './blobStore';
import { answerContent } from './content/router';
import { answerControl } from './control';
import { answerDocker } from './docker/router';
import { dropUploads } from './docker/uploads';
import { NexusFaults } from './faults';
import { createRestApi } from './rest/api';
import { SearchIndex } from './search/searchIndex';
import { seedCompany } from './seed/company';
import type { Nexus } from './server';
import { NexusState } from './state';
import { Users } from './users';

/** Of the server that is stood in for. */
const version = '3.96.0-09';

/**
 * A stand-in for Nexus Repository 3.96: hosted repositories of raw files, Maven artifacts, npm packages, charts and images,
 * with the REST API of components, assets, searches and repositories.
 *
 * @returns a stand-in whose credentials are `username` and `password` (may read and write all, and manage repositories),
 *   `readOnly` (may only look), `admin` (may do anything), and `dockerRepository`, whose images are called
 *   `host:port/<dockerRepository>/<image>`
 */
export async function createNexus(context: StandInContext): Promise<StandIn> {
  const { dataDir, seed, log } = context;
  const state = new NexusState(join(dataDir, 'state.json'), seed);
  const blobs = new BlobStore(join(dataDir, 'blobs'));
  const users = new Users(join(dataDir, 'users.json'));
  const faults = new NexusFaults();
  const index = new SearchIndex(state, () => faults.indexLagMs);
  const nexus: Nexus = { state, blobs, users, faults, index, log };
  state.onChange = id => index.changed(id);
  state.onUnused = sha256 => blobs.remove(sha256);
  if (state.isEmpty) await seedCompany(nexus);
  const api = createRestApi(nexus);

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (
      /^\/v2(\/|$)|^\/repository\/[^/]+\/v2(\/|$)/.test(pathname) &&
      isDocker(pathname)
    )
      return answerDocker(nexus, request);
    if (pathname.startsWith('/repository/'))
      return answerContent(nexus, request);
    return api.fetch(request);
  }
  /** A raw repository may have a folder `v2` too. */
  function isDocker(pathname: string) {
    const name = /^\/repository\/([^/]+)\//.exec(pathname)?.[1];
    return name === undefined || state.repository(name)?.format === 'docker';
  }

  const { id: username, password } = users.get('nante');
  const viewer = users.get('viewer');
  const admin = users.get('admin');
  return {
    name: 'nexus',
    credentials: {
      username,
      password,
      readOnly: { username: viewer.id, password: viewer.password },
      admin: { username: admin.id, password: admin.password },
      dockerRepository: 'docker-hosted',
    },
    async fetch(request) {
      const response = await answer(request);
      response.headers.set('server', `Nexus/${version} (COMMUNITY)`);
      return response;
    },
    setFault: (kind, parameters) => faults.set(kind, parameters),
    clearFaults: () => faults.clear(),
    control: (request, path) => answerControl(nexus, request, path),
    async reset() {
      await dropUploads(nexus);
      faults.clear();
      faults.tokenGeneration += 1;
      state.clear();
      blobs.clear();
      await seedCompany(nexus);
      index.rebuild();
    },
    async stop() {
      await dropUploads(nexus);
      state.close();
    },
  };
}
