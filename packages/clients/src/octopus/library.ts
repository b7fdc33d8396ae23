import { z } from 'zod';
import {
  count,
  flag,
  listOf,
  optionalText,
  present,
  text,
  texts,
} from './reading';
import type { OctopusSpace } from './space';
import type { OctopusApi } from './types';
import { byVendor } from './vendorClient';

const environmentSchema = z
  .object({ Id: z.string(), Name: z.string(), Slug: text, SortOrder: count })
  .transform(environment => ({
    id: environment.Id,
    name: environment.Name,
    slug: environment.Slug,
    sortOrder: environment.SortOrder,
  }));

const lifecycleSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Phases: listOf(
      z.object({
        Name: text,
        AutomaticDeploymentTargets: texts,
        OptionalDeploymentTargets: texts,
        MinimumEnvironmentsBeforePromotion: count,
        IsOptionalPhase: flag,
      }),
    ),
  })
  .transform(lifecycle => ({
    id: lifecycle.Id,
    name: lifecycle.Name,
    phases: lifecycle.Phases.map(phase => ({
      name: phase.Name,
      automatic: phase.AutomaticDeploymentTargets,
      optional: phase.OptionalDeploymentTargets,
      minimum: phase.MinimumEnvironmentsBeforePromotion,
      isOptional: phase.IsOptionalPhase,
    })),
  }));

const policySchema = z
  .object({ Id: z.string(), Name: z.string(), IsDefault: flag })
  .transform(policy => ({
    id: policy.Id,
    name: policy.Name,
    isDefault: policy.IsDefault,
  }));

const accountSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    AccountType: text,
    Username: optionalText,
  })
  .transform(account =>
    present({
      id: account.Id,
      name: account.Name,
      type: account.AccountType,
      username: account.Username,
    }),
  );

const certificateSchema = z
  .object({ Id: z.string(), Name: z.string(), Thumbprint: text })
  .transform(certificate => ({
    id: certificate.Id,
    name: certificate.Name,
    thumbprint: certificate.Thumbprint,
  }));

const feedSchema = z
  .object({
    Id: z.string(),
    Name: z.string(),
    FeedType: text,
    FeedUri: optionalText,
  })
  .transform(feed =>
    present({
      id: feed.Id,
      name: feed.Name,
      type: feed.FeedType,
      url: feed.FeedUri,
    }),
  );

/** What targets and projects are made of; by the vendor's library where it has the call. */
export function libraryCalls(
  space: OctopusSpace,
): Pick<
  OctopusApi,
  | 'environments'
  | 'lifecycles'
  | 'machinePolicies'
  | 'accounts'
  | 'certificates'
  | 'feeds'
  | 'serverThumbprint'
> {
  const { connection } = space;
  const own =
    <Item extends z.ZodType>(item: Item, path: string, what: string) =>
    (options?: Parameters<OctopusApi['accounts']>[0]) =>
      space.all(item, `list of ${what}`, page =>
        space.send(
          { method: 'GET', path, query: page, what: `list ${what}` },
          options,
        ),
      );
  return {
    async environments(options) {
      const { id } = await space.find(options);
      const all = await space.all(
        environmentSchema,
        'list of environments',
        page =>
          byVendor(connection, id, {
            what: 'list environments',
            options,
            ask: ({ EnvironmentRepository }, client, name) =>
              new EnvironmentRepository(client, name).list(page),
          }),
      );
      return all.sort((a, b) => a.sortOrder - b.sortOrder);
    },

    async lifecycles(options) {
      const { id } = await space.find(options);
      return space.all(lifecycleSchema, 'list of lifecycles', page =>
        byVendor(connection, id, {
          what: 'list lifecycles',
          options,
          ask: ({ LifecycleRepository }, client, name) =>
            new LifecycleRepository(client, name).list(page),
        }),
      );
    },

    // The library has none of these, and does not give out the one for feeds.
    feeds: own(feedSchema, '/feeds', 'feeds'),
    machinePolicies: own(policySchema, '/machinepolicies', 'machine policies'),
    accounts: own(accountSchema, '/accounts', 'accounts'),
    certificates: own(certificateSchema, '/certificates', 'certificates'),

    async serverThumbprint(options) {
      const { Thumbprint } = await connection.read(
        z.object({ Thumbprint: z.string().min(1) }),
        'certificate',
        {
          method: 'GET',
          path: '/api/configuration/certificates/certificate-global',
          what: 'read the thumbprint of the server',
        },
        options,
      );
      return Thumbprint;
    },
  };
}
