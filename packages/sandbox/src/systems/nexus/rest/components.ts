import { assetDocument, componentDocument, innerId } from '../documents';
import { NexusError } from '../errors';
import { removeUntagged } from '../docker/manifests';
import type { Asset, Component, Repository } from '../model';
import { pageOf } from '../search/paging';
import { demandUse, repositoryOf, type Nexus } from '../server';
import { noContent, type RestCall, type RestRoute } from './call';
import { uploadComponent } from './upload';

function repositoryAsked({ nexus, url }: RestCall): Repository {
  const name = url.searchParams.get('repository');
  if (!name) throw new NexusError(422, "Parameter 'repository' is required");
  return repositoryOf(nexus, name);
}

function componentAsked({ nexus, param }: RestCall): Component {
  const { repository, id } = innerId(param('id'));
  const component = nexus.state.component(id);
  if (component?.repository !== repository) throw new NexusError(404, '');
  return component;
}

function assetAsked({ nexus, param }: RestCall): Asset {
  const { repository, id } = innerId(param('id'));
  const asset = nexus.state.asset(id);
  if (asset?.repository !== repository) throw new NexusError(404, '');
  return asset;
}

function remove(nexus: Nexus, assets: Asset[]) {
  nexus.faults.checkWritable();
  for (const asset of assets) {
    const isImage =
      nexus.state.repository(asset.repository)?.format === 'docker';
    if (isImage) removeUntagged(nexus, asset);
    nexus.state.removeAsset(asset.id);
  }
}

/** Components and assets as they are stored: nothing of this waits for the index. */
export const componentRoutes: RestRoute[] = [
  [
    'GET',
    '/v1/components',
    call => {
      const { nexus, url, user } = call;
      const repository = repositoryAsked(call);
      demandUse(user, repository, 'browse');
      const components = nexus.state.components(repository.name);
      const page = pageOf(components, url, nexus.faults.tokenGeneration);
      return Response.json({
        ...page,
        items: page.items.map(component =>
          componentDocument(
            component,
            nexus.state.assetsOf(component.id),
            url.origin,
          ),
        ),
      });
    },
  ],
  [
    'POST',
    '/v1/components',
    call => uploadComponent(call, repositoryAsked(call)),
  ],
  [
    'GET',
    '/v1/components/{id}',
    call => {
      const { nexus, url, user } = call;
      const component = componentAsked(call);
      demandUse(user, repositoryOf(nexus, component.repository), 'read');
      const assets = nexus.state.assetsOf(component.id);
      return Response.json(componentDocument(component, assets, url.origin));
    },
  ],
  [
    'DELETE',
    '/v1/components/{id}',
    call => {
      const component = componentAsked(call);
      demandUse(
        call.user,
        repositoryOf(call.nexus, component.repository),
        'delete',
      );
      remove(call.nexus, call.nexus.state.assetsOf(component.id));
      return noContent();
    },
  ],
  [
    'GET',
    '/v1/assets',
    call => {
      const { nexus, url, user } = call;
      const repository = repositoryAsked(call);
      demandUse(user, repository, 'browse');
      const assets = nexus.state.assets(repository.name);
      const page = pageOf(assets, url, nexus.faults.tokenGeneration);
      return Response.json({
        ...page,
        items: page.items.map(asset =>
          assetDocument(asset, repository.format, url.origin),
        ),
      });
    },
  ],
  [
    'GET',
    '/v1/assets/{id}',
    call => {
      const asset = assetAsked(call);
      const repository = repositoryOf(call.nexus, asset.repository);
      demandUse(call.user, repository, 'read');
      return Response.json(
        assetDocument(asset, repository.format, call.url.origin),
      );
    },
  ],
  [
    'DELETE',
    '/v1/assets/{id}',
    call => {
      const asset = assetAsked(call);
      demandUse(
        call.user,
        repositoryOf(call.nexus, asset.repository),
        'delete',
      );
      remove(call.nexus, [asset]);
      return noContent();
    },
  ],
];
