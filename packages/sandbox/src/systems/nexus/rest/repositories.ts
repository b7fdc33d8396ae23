import { NexusError } from '../errors';
import type { Format, Repository } from '../model';
import { formats } from '../model';
import {
  pathSegments,
  readRepository,
  repositoryDocument,
  settingsDocument,
} from '../repositories';
import { mayUse, repositoryOf } from '../server';
import { demand } from '../users';
import { jsonBody, noContent, type RestCall, type RestRoute } from './call';

function demandAdmin(
  { user }: RestCall,
  format: string,
  name: string,
  action: string,
) {
  demand(user, `nexus:repository-admin:${format}:${name}:${action}`);
}

/** Connectors of their own are not opened; whoever made the repository should know how to reach it. */
function sayPretended({ nexus }: RestCall, { name, docker }: Repository) {
  const port = docker?.httpPort ?? docker?.httpsPort;
  if (port)
    nexus.log(
      `the connector of ${name} on port ${port} is not opened (pretended): /repository/${name}/v2/ answers in its place`,
    );
}

function routesOf(format: Format): RestRoute[] {
  const base = `/v1/repositories/${pathSegments[format]}/hosted`;
  return [
    ['POST', base, call => create(call, format)],
    [
      'GET',
      `${base}/{repositoryName}`,
      call => {
        const name = call.param('repositoryName');
        demandAdmin(call, format, name, 'read');
        const repository = repositoryOf(call.nexus, name, format);
        return Response.json(settingsDocument(repository, call.url.origin));
      },
    ],
    ['PUT', `${base}/{repositoryName}`, call => update(call, format)],
  ];
}

async function create(call: RestCall, format: Format): Promise<Response> {
  const repository = readRepository(format, await jsonBody(call));
  demandAdmin(call, format, repository.name, 'add');
  call.nexus.faults.checkWritable();
  checkBlobStore(repository);
  const taken = call.nexus.state
    .repositories()
    .some(({ name }) => name.toLowerCase() === repository.name.toLowerCase());
  if (taken)
    throw new NexusError(
      400,
      `A repository with the same name '${repository.name}' already exists`,
      { field: 'name' },
    );
  call.nexus.state.setRepository(repository);
  sayPretended(call, repository);
  return noContent(201);
}

async function update(call: RestCall, format: Format): Promise<Response> {
  const name = call.param('repositoryName');
  demandAdmin(call, format, name, 'edit');
  call.nexus.faults.checkWritable();
  const before = repositoryOf(call.nexus, name, format);
  const repository = readRepository(format, await jsonBody(call));
  if (repository.name !== before.name)
    throw new NexusError(400, 'The name of a repository cannot be changed', {
      field: 'name',
    });
  checkBlobStore(repository);
  call.nexus.state.setRepository(repository);
  sayPretended(call, repository);
  return noContent();
}

function checkBlobStore({ storage }: Repository) {
  if (storage.blobStoreName !== 'default')
    throw new NexusError(
      400,
      `Blob store does not exist: ${storage.blobStoreName}`,
      {
        field: 'storage.blobStoreName',
      },
    );
}

/** Repositories: all of them, one, and those that are made, changed and removed. */
export const repositoryRoutes: RestRoute[] = [
  [
    'GET',
    '/v1/repositories',
    ({ nexus, url, user }) =>
      Response.json(
        nexus.state
          .repositories()
          .filter(repository => mayUse(user, repository, 'browse'))
          .map(repository => repositoryDocument(repository, url.origin)),
      ),
  ],
  [
    'GET',
    '/v1/repositorySettings',
    call => {
      demandAdmin(call, '*', '*', 'read');
      return Response.json(
        call.nexus.state
          .repositories()
          .map(repository => settingsDocument(repository, call.url.origin)),
      );
    },
  ],
  ...formats.flatMap(routesOf),
  [
    'GET',
    '/v1/repositories/{repositoryName}',
    call => {
      const repository = repositoryOf(call.nexus, call.param('repositoryName'));
      if (!mayUse(call.user, repository, 'browse'))
        throw new NexusError(403, '');
      return Response.json(repositoryDocument(repository, call.url.origin));
    },
  ],
  [
    'DELETE',
    '/v1/repositories/{repositoryName}',
    call => {
      const repository = repositoryOf(call.nexus, call.param('repositoryName'));
      demandAdmin(call, repository.format, repository.name, 'delete');
      call.nexus.faults.checkWritable();
      call.nexus.state.removeRepository(repository.name);
      return noContent();
    },
  ],
];
