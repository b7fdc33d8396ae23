import { users } from '../access';
import { spaceAnswer } from '../answers';
import { notFound } from '../errors';
import { byNames, sameName } from '../find';
import { page } from '../page';
import type { Call, Route } from '../router';
import { serverVersion } from '../server';

const serverWide: string[] = [
  'AdministerSystem',
  'ConfigureServer',
  'UserView',
];

/** API root, spaces, the certificate, and who one is. */
export const serverRoutes: Route[] = [
  { call: 'GET /', open: true, answer: root },
  {
    call: 'GET /{spaceId}',
    answer: ({ space }) => ({
      Links: spaceLinks(space.Id),
    }),
  },
  {
    call: 'GET /spaces',
    answer: call =>
      page(
        call,
        'Space',
        call.server.state.all('spaces').filter(byNames(call.query)),
        spaceAnswer,
      ),
  },
  {
    call: 'GET /spaces/all',
    answer: ({ server }) => server.state.all('spaces').map(spaceAnswer),
  },
  { call: 'GET /spaces/{id}', answer: oneSpace },
  {
    call: 'GET /configuration/certificates/{id}',
    permission: 'ConfigureServer',
    answer: certificate,
  },
  { call: 'GET /users/me', answer: ({ by }) => userAnswer(by) },
  { call: 'GET /{spaceId}/users/{id}/permissions', answer: permissionSet },
  { call: 'GET /octopusservernodes/ping', open: true, answer: () => ({}) },
];

function root() {
  return {
    Application: 'Octopus Deploy',
    Version: serverVersion,
    ApiVersion: '3.0.0',
    InstallationId: '6a8f3c52-1f7e-4c0b-9d7b-5a2d90c1e4f7',
    IsEarlyAccessProgram: false,
    HasLongTermSupport: true,
    Links: {
      Self: '/api',
      SpaceHome: '/api/{spaceId}',
      Spaces: '/api/spaces{/id}{?skip,ids,take,partialName}',
      CurrentUser: '/api/users/me',
      CertificateConfiguration:
        '/api/configuration/certificates{/id}{?skip,take}',
      Tasks:
        '/api/tasks{/id}{?skip,take,ids,states,name,project,environment,active}',
      Events:
        '/api/events{/id}{?skip,take,regarding,regardingAny,from,to,eventCategories}',
      DeploymentFreezes:
        '/api/deploymentfreezes{/id}{?skip,take,ids,partialName}',
      Web: '/app',
    },
  };
}

function spaceLinks(id: string): Record<string, string> {
  const base = `/api/${id}`;
  const lists = {
    Accounts: 'accounts{/id}{?skip,take,partialName,accountType}',
    BuildInformation:
      'build-information{/id}{?packageId,filter,latest,skip,take}',
    Certificates: 'certificates{/id}{?skip,take,partialName}',
    Channels: 'channels{/id}{?skip,take,ids,partialName}',
    Dashboard: 'dashboard{?projectId,releaseId,showAll}',
    DashboardDynamic:
      'dashboard/dynamic{?projects,environments,includePrevious}',
    DeploymentProcesses: 'deploymentprocesses{/id}',
    Deployments:
      'deployments{/id}{?skip,take,ids,projects,environments,channels,taskState,partialName}',
    DiscoverMachine: 'machines/discover{?host,port,type,proxyId}',
    Environments: 'environments{/id}{?name,skip,ids,take,partialName}',
    Feeds: 'feeds{/id}{?skip,take,ids,partialName,feedType}',
    Interruptions: 'interruptions{/id}{?skip,take,regarding,pendingOnly,ids}',
    Lifecycles: 'lifecycles{/id}{?skip,take,ids,partialName}',
    MachinePolicies: 'machinepolicies{/id}{?skip,take,ids,partialName}',
    MachineRoles: 'machineroles/all',
    Machines:
      'machines{/id}{?skip,take,name,ids,partialName,roles,isDisabled,healthStatuses,commStyles,environmentIds}',
    ProjectGroups: 'projectgroups{/id}{?skip,take,ids,partialName}',
    Projects: 'projects{/id}{?name,skip,ids,take,partialName}',
    Releases: 'releases{/id}{?skip,take}',
    Tasks: 'tasks{/id}{?skip,take,ids,states,name,project,environment,active}',
  };
  return {
    Self: base,
    Web: `/app#/${id}`,
    ...Object.fromEntries(
      Object.entries(lists).map(([name, path]) => [name, `${base}/${path}`]),
    ),
  };
}

function oneSpace({ server, params }: Call) {
  const space = server.state
    .all('spaces')
    .find(({ Id, Slug }) => sameName(Id, params.id) || Slug === params.id);
  if (!space) throw notFound(params.id);
  return spaceAnswer(space);
}

function certificate({ params, server }: Call) {
  if (!sameName(params.id, 'certificate-global')) throw notFound(params.id);
  return {
    Id: 'certificate-global',
    Name: 'certificate-global',
    Thumbprint: server.thumbprint,
    SignatureAlgorithm: 'sha256RSA',
    Links: { Self: '/api/configuration/certificates/certificate-global' },
  };
}

/** A user as Octopus answers it. */
export function userAnswer(user: {
  id: string;
  username: string;
  displayName: string;
  isService: boolean;
}) {
  return {
    Id: user.id,
    Username: user.username,
    DisplayName: user.displayName,
    IsActive: true,
    IsService: user.isService,
    EmailAddress: null,
    CanPasswordBeEdited: false,
    IsRequestor: true,
    Identities: [],
    Links: {
      Self: `/api/users/${user.id}`,
      Permissions: `/api/users/${user.id}/permissions{?spaces,includeSystem}`,
    },
  };
}

/** Own permissions always; those of others only with `UserView`. */
function permissionSet({ by, params, space }: Call) {
  const isOwn = params.id === 'me' || sameName(params.id, by.id);
  const user = isOwn
    ? by
    : Object.values(users).find(({ id }) => sameName(id, params.id));
  if (!user || !(isOwn || by.permissions.includes('UserView')))
    throw notFound(params.id);
  const restriction = {
    SpaceId: space.Id,
    RestrictedToProjectIds: [],
    RestrictedToEnvironmentIds: [],
    RestrictedToTenantIds: [],
    RestrictedToProjectGroupIds: [],
  };
  return {
    Id: `permissions-${user.id}`,
    SpacePermissions: Object.fromEntries(
      user.permissions
        .filter(name => !serverWide.includes(name))
        .map(name => [name, [restriction]]),
    ),
    SystemPermissions: user.permissions.filter(name =>
      serverWide.includes(name),
    ),
    Teams: [],
    IsPermissionsComplete: true,
    IsTeamsComplete: true,
    Links: { Self: `/api/${space.Id}/users/${user.id}/permissions` },
  };
}
