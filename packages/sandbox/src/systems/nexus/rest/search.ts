import { assetDocument, componentDocument, downloadUrl } from '../documents';
import { NexusError } from '../errors';
import { pageOf } from '../search/paging';
import { search } from '../search/search';
import { demand } from '../users';
import type { RestCall, RestRoute } from './call';

function results({ nexus, url, user }: RestCall) {
  demand(user, 'nexus:search:read');
  return search(nexus, url.searchParams, user);
}

function assetsFound(call: RestCall) {
  return results(call).flatMap(({ component, assets }) =>
    assets.map(asset => ({ asset, format: component.format })),
  );
}

/** Searches: of components, of assets, and of the one asset to download. */
export const searchRoutes: RestRoute[] = [
  [
    'GET',
    '/v1/search',
    call => {
      const { url, nexus } = call;
      const page = pageOf(results(call), url, nexus.faults.tokenGeneration);
      return Response.json({
        ...page,
        items: page.items.map(({ component, allAssets }) =>
          componentDocument(component, allAssets, url.origin),
        ),
      });
    },
  ],
  [
    'GET',
    '/v1/search/assets',
    call => {
      const { url, nexus } = call;
      const page = pageOf(assetsFound(call), url, nexus.faults.tokenGeneration);
      return Response.json({
        ...page,
        items: page.items.map(({ asset, format }) =>
          assetDocument(asset, format, url.origin),
        ),
      });
    },
  ],
  [
    'GET',
    '/v1/search/assets/download',
    call => {
      const found = assetsFound(call);
      if (found.length === 0)
        throw new NexusError(404, 'Asset search returned no results');
      if (found.length > 1 && !call.url.searchParams.get('sort'))
        throw new NexusError(
          400,
          'Search returned multiple assets, please refine search criteria to find a single asset or use the sort query parameter to retrieve the first result.',
        );
      const location = downloadUrl(call.url.origin, found[0].asset);
      return new Response(null, { status: 302, headers: { location } });
    },
  ],
];
