import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  accountAnswer,
  feedAnswer,
  machineAnswer,
  machinePolicyAnswer,
} from '../answers';
import { listingRoutes } from '../collection';
import type { Certificate } from '../documents';
import { demandFreeName, findIn, freeSlug, inSpace } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { defaultPolicySettings } from '../policies';
import type { Call, Route } from '../router';
import { keepSecrets } from '../secrets';

const nameSchema = z.string().trim().min(1, 'A name is needed.').max(200);
const policySchema = z.looseObject({
  Name: nameSchema,
  Description: z.string().default(''),
});
const sensitive = z
  .object({
    HasValue: z.boolean().default(false),
    NewValue: z.string().nullable().optional(),
  })
  .optional();
const accountSchema = z.object({
  AccountType: z.string().min(1),
  Name: nameSchema,
  Description: z.string().default(''),
  EnvironmentIds: z.array(z.string()).default([]),
  Username: z.string().optional(),
  Password: sensitive,
  PrivateKeyFile: sensitive,
  PrivateKeyPassphrase: sensitive,
  Token: sensitive,
});
const certificateSchema = z.object({
  Name: nameSchema,
  Notes: z.string().default(''),
  CertificateData: sensitive,
  Password: sensitive,
  EnvironmentIds: z.array(z.string()).default([]),
});
const feedSchema = z.object({
  FeedType: z.string().min(1),
  Name: nameSchema,
  FeedUri: z.string().optional(),
  Username: z.string().optional(),
  Password: sensitive,
  ApiVersion: z.string().optional(),
  RegistryPath: z.string().optional(),
  DownloadAttempts: z.number().int().optional(),
  DownloadRetryBackoffSeconds: z.number().int().optional(),
});

/** What targets need beside themselves: policies, accounts, certificates; and feeds. */
export const infrastructureRoutes: Route[] = [
  ...listingRoutes({
    collection: 'machinepolicies',
    path: 'machinepolicies',
    permission: 'MachinePolicyView',
    itemType: 'MachinePolicy',
    answer: machinePolicyAnswer,
  }),
  {
    call: 'POST /{spaceId}/machinepolicies',
    permission: 'MachinePolicyCreate',
    status: 201,
    answer: call => {
      const { Name, Description, ...more } = parseBody(call.body, policySchema);
      demandFreeName(call, 'machinepolicies', 'A machine policy', Name);
      const known = Object.keys(defaultPolicySettings);
      const given = Object.entries(more).filter(([key]) => known.includes(key));
      return machinePolicyAnswer(
        call.server.state.insert('machinepolicies', 'MachinePolicies', {
          SpaceId: call.space.Id,
          Name,
          Description,
          IsDefault: false,
          Settings: { ...defaultPolicySettings, ...Object.fromEntries(given) },
        }),
      );
    },
  },
  {
    call: 'GET /{spaceId}/machinepolicies/{id}/machines',
    permission: 'MachineView',
    answer: call => {
      const { Id } = findIn(call, 'machinepolicies', call.params.id);
      const machines = inSpace(call, 'machines').filter(
        ({ MachinePolicyId }) => MachinePolicyId === Id,
      );
      return page(call, 'Machine', machines, machineAnswer);
    },
  },
  ...listingRoutes({
    collection: 'accounts',
    path: 'accounts',
    permission: 'AccountView',
    itemType: 'Account',
    answer: accountAnswer,
    filter: call => {
      const types = call.query.list('accountType');
      return ({ AccountType }) => !types || types.includes(AccountType);
    },
  }),
  {
    call: 'POST /{spaceId}/accounts',
    permission: 'AccountCreate',
    status: 201,
    answer: call => {
      const asked = parseBody(call.body, accountSchema);
      demandFreeName(call, 'accounts', 'An account', asked.Name);
      const { state } = call.server;
      const Id = state.nextId('Accounts');
      return accountAnswer(
        state.insert('accounts', 'Accounts', {
          ...keepSecrets(state, Id, asked),
          Id,
          SpaceId: call.space.Id,
          Slug: freeSlug(state, 'accounts', call.space.Id, asked.Name),
        }),
      );
    },
  },
  {
    call: 'DELETE /{spaceId}/accounts/{id}',
    permission: 'AccountDelete',
    answer: call => {
      const { Id } = findIn(call, 'accounts', call.params.id);
      call.server.state.remove('accounts', Id);
    },
  },
  ...listingRoutes({
    collection: 'certificates',
    path: 'certificates',
    permission: 'CertificateView',
    itemType: 'Certificate',
    answer: certificateAnswer,
  }),
  {
    call: 'POST /{spaceId}/certificates',
    permission: 'CertificateCreate',
    status: 201,
    answer: createCertificate,
  },
  ...listingRoutes({
    collection: 'feeds',
    path: 'feeds',
    permission: 'FeedView',
    itemType: 'Feed',
    answer: feedAnswer,
    filter: call => {
      const types = call.query.list('feedType');
      return ({ FeedType }) => !types || types.includes(FeedType);
    },
  }),
  {
    call: 'POST /{spaceId}/feeds',
    permission: 'FeedEdit',
    status: 201,
    answer: call => {
      const asked = parseBody(call.body, feedSchema);
      demandFreeName(call, 'feeds', 'A feed', asked.Name);
      const { state } = call.server;
      const Id = state.nextId('Feeds');
      return feedAnswer(
        state.insert('feeds', 'Feeds', {
          ...keepSecrets(state, Id, asked),
          Id,
          SpaceId: call.space.Id,
          Slug: freeSlug(state, 'feeds', call.space.Id, asked.Name),
        }),
      );
    },
  },
  {
    call: 'PUT /{spaceId}/feeds/{id}',
    permission: 'FeedEdit',
    answer: call => {
      const { Id } = findIn(call, 'feeds', call.params.id);
      const asked = parseBody(call.body, feedSchema);
      demandFreeName(call, 'feeds', 'A feed', asked.Name, Id);
      const { state } = call.server;
      return feedAnswer(
        state.update('feeds', Id, keepSecrets(state, Id, asked)),
      );
    },
  },
  {
    call: 'DELETE /{spaceId}/feeds/{id}',
    permission: 'FeedEdit',
    answer: call => {
      const { Id } = findIn(call, 'feeds', call.params.id);
      call.server.state.remove('feeds', Id);
    },
  },
  {
    call: 'GET /{spaceId}/feeds/{id}/packages/versions',
    permission: 'FeedView',
    answer: packageVersions,
  },
  {
    call: 'GET /{spaceId}/feeds/{id}/packages/search',
    permission: 'FeedView',
    answer: async call => {
      const feed = findIn(call, 'feeds', call.params.id);
      const term = call.query.text('term') ?? '';
      const found = await call.server.feeds.search(feed, term);
      return page(call, 'PackageDescription', found, ({ id, latest }) => ({
        Id: id,
        Name: id,
        Description: null,
        LatestVersion: latest ?? null,
        Links: {},
      }));
    },
  },
];

async function packageVersions(call: Call) {
  const { query, server } = call;
  const feed = findIn(call, 'feeds', call.params.id);
  const packageId = query.text('packageId') ?? '';
  const part = query.text('filter')?.toLowerCase();
  const preReleases = query.flag('includePreRelease') ?? true;
  const versions = (await server.feeds.versions(feed, packageId)).filter(
    ({ version }) =>
      (!part || version.toLowerCase().includes(part)) &&
      (preReleases || !version.includes('-')),
  );
  return page(call, 'PackageVersion', versions, ({ version, published }) => ({
    Id: `packages-${packageId}.${version}`,
    FeedId: feed.Id,
    PackageId: packageId,
    Title: packageId,
    Version: version,
    Published: published ?? null,
    ReleaseNotes: null,
    SizeBytes: null,
    Links: {},
  }));
}

function createCertificate(call: Call) {
  const asked = parseBody(call.body, certificateSchema);
  demandFreeName(call, 'certificates', 'A certificate', asked.Name);
  const { state } = call.server;
  const Id = state.nextId('Certificates');
  const data = asked.CertificateData?.NewValue ?? '';
  return certificateAnswer(
    state.insert('certificates', 'Certificates', {
      ...keepSecrets(state, Id, asked),
      Id,
      SpaceId: call.space.Id,
      Thumbprint: createHash('sha1').update(data).digest('hex').toUpperCase(),
    }),
  );
}

function certificateAnswer(certificate: Certificate) {
  return {
    TenantedDeploymentParticipation: 'Untenanted',
    TenantIds: [],
    TenantTags: [],
    ...certificate,
    Archived: null,
    ReplacedBy: null,
    Links: {
      Self: `/api/${certificate.SpaceId}/certificates/${certificate.Id}`,
    },
  };
}
