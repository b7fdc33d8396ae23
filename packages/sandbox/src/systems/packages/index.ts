import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Hono } from 'hono';
import type { StandIn, StandInContext } from '../../standIn';
import {
  buildVendorPackages,
  type VendorPackage,
} from '../../vendorPackages/build';
import { loadOrCreateSigner, type OpenPgpSigner } from './openPgp';
import { createRepository, type Repository } from './repository';

// eslint-disable-next-line no-restricted-syntax -- it is run from its sources only, where the packages lie beside them
const ownPackages = join(__dirname, '../../vendorPackages');

interface Parts {
  packages: VendorPackage[];
  repository: Repository;
  signer: OpenPgpSigner;
}

/**
 * A stand-in for the apt repositories of vendors whose packages roles install: one signed repository that answers for every
 * suite, at `<url> <suite> main`, with its key at `<url>/key.asc`. What it has only behaves like the vendors' programs, and
 * says so in its versions.
 *
 * @param options - `source` is the folder of the packages, the sandbox's own unless told
 * @returns a stand-in without credentials
 */
export async function createPackages(
  { dataDir }: StandInContext,
  options: { source?: string } = {},
): Promise<StandIn> {
  // Built when somebody asks: most sandboxes never serve a guest.
  let made: Parts | undefined;
  function parts(): Parts {
    if (made) return made;
    const packages = buildVendorPackages(
      join(dataDir, 'pool'),
      options.source ?? ownPackages,
    );
    const signer = loadOrCreateSigner(
      join(dataDir, 'key.json'),
      'Nante sandbox, stand-ins <sandbox@nante.invalid>',
    );
    const repository = createRepository(packages, signer);
    made = { packages, repository, signer };
    return made;
  }
  const app = createApp(parts);
  return {
    name: 'packages',
    credentials: {},
    fetch: request => app.fetch(request),
    async reset() {
      made = undefined;
    },
    async stop() {},
  };
}

function createApp(parts: () => Parts): Hono {
  const app = new Hono();
  app.get('/', c => {
    const lines = parts().packages.map(
      ({ name, version }) => `${name} ${version}`,
    );
    return c.text(
      `Stand-ins for vendors' packages:\n${lines.join('\n')}\n\ndeb [signed-by=key.asc] ${new URL(c.req.url).origin} SUITE main\n`,
    );
  });
  app.get('/key.asc', c => c.text(parts().signer.publicKey));
  app.get('/dists/:suite{[A-Za-z0-9._-]+}/:path{.+}', c => {
    const { suite, path } = c.req.param();
    const found = parts().repository.index(suite, path);
    return found ? bytes(found) : c.notFound();
  });
  app.get('/pool/:file', async c => {
    const found = parts().packages.find(
      ({ file }) => basename(file) === c.req.param('file'),
    );
    return found ? bytes(await readFile(found.file)) : c.notFound();
  });
  return app;
}

function bytes(content: Buffer): Response {
  return new Response(new Uint8Array(content), {
    headers: { 'content-type': 'application/octet-stream' },
  });
}
