import { createHash } from 'node:crypto';
import { z } from 'zod';
import { accountAnswer, machineAnswer, machinePolicyAnswer } from '../answers';
import { listingRoutes } from '../collection';
import type { Certificate } from '../documents';
import { demandFreeName, findIn, freeSlug, inSpace } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { defaultPolicySettings } from '../policies';
import type { Call, Route } from '../router';
import { keepSecrets, sensitive } from '../secrets';

const nameSchema = z.string().trim().min(1, 'A name is needed.').max(200);
const policySchema = z.looseObject({
  Name: nameSchema,
  Description: z.string().default(''),
});
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
/** What targets need beside themselves: policies, accounts, certificates. */
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
];

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
