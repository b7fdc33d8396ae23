import type { AuditorService } from '@backstage/backend-plugin-api';
import { NotFoundError } from '@backstage/errors';
import type { EventsService } from '@backstage/plugin-events-node';
import {
  type AcceptConnectionResponse,
  type CheckResponse,
  type GetHostResponse,
  type GetPlacementResponse,
  HOSTS_CHANGED_TOPIC,
  type HostsChangedEvent,
  type ListEnvironmentsResponse,
  type ListHostsResponse,
  type NameResponse,
  type PlanResponse,
  type StatusResponse,
  hostCreatePermission,
  hostReadPermission,
  operatePermission,
} from '@nante/plugin-infrastructure-common';
import {
  audited,
  type DeploymentRegistry,
  type Engine,
  type HostFacts,
  type HostRegistry,
  type InfrastructureSettings,
} from '@nante/plugin-infrastructure-node';
import { connectionNamed } from '@nante/model';
import type { Router } from 'express';
import { targetHealths } from '../deployments/hostTargets';
import { mayChangeAnswer, mayDestroyAnswer } from './mayAct';
import type { RunIndex } from '../runs/RunIndex';
import type { Access, Person } from './access';
import {
  hostPathSchema,
  kindQuerySchema,
  namesQuerySchema,
  parse,
  placementQuerySchema,
  requestBodySchema,
} from './schemas';

/** Routes about hosts, and about requests before they are made. */
export function addHostRoutes(
  router: Router,
  deps: {
    access: Access;
    auditor: AuditorService;
    deployments: DeploymentRegistry;
    engine: Engine;
    events: EventsService;
    registry: HostRegistry;
    runs: RunIndex;
    settings: InfrastructureSettings;
  },
): void {
  const { access, auditor, deployments, engine, events, registry, runs } = deps;
  const { settings } = deps;
  const { shared } = settings;

  router.get('/status', async (req, res) => {
    await access.require(req, hostReadPermission);
    const answer: StatusResponse = {
      sandbox: settings.sandbox,
      connections: [
        ...(await registry.connections()),
        ...deployments.connections(),
      ],
    };
    res.json(answer);
  });

  router.get('/hosts', async (req, res) => {
    await access.require(req, hostReadPermission);
    const [seen, targets] = await Promise.all([
      registry.overview(),
      deployments.targets(),
    ]);
    const healths = targetHealths(targets, deployments.known());
    const answer: ListHostsResponse = {
      ...seen,
      hosts: seen.hosts.map(host => ({
        ...host,
        targetHealth: healths.get(host.entityRef),
      })),
      connections: [...seen.connections, ...deployments.connections()],
    };
    res.json(answer);
  });

  const withRights = async (
    person: Person,
    facts: HostFacts,
  ): Promise<GetHostResponse> => {
    const { update, destroy } = await access.ofHost(person, facts.entityRef);
    const input = { host: facts, operator: person.operator, shared };
    return {
      ...facts,
      configured: await runs.lastConfiguration(facts),
      ...mayDestroyAnswer({ ...input, allowed: destroy }),
      ...mayChangeAnswer({ ...input, allowed: update }),
    };
  };

  router.get('/hosts/:connection/:vmId', async (req, res) => {
    const person = await access.require(req, hostReadPermission);
    const { connection, vmId } = parse(hostPathSchema, req.params);
    const facts = await registry.host(connection, vmId);
    res.json(await withRights(person, facts));
  });

  router.get('/servers/:name', async (req, res) => {
    const person = await access.require(req, hostReadPermission);
    const facts = await registry.server(req.params.name);
    res.json(await withRights(person, facts));
  });

  router.get('/environments', async (req, res) => {
    const person = await access.require(req, hostReadPermission);
    parse(kindQuerySchema, req.query);
    const answer: ListEnvironmentsResponse = {
      environments: Object.entries(shared.environments).map(
        ([name, environment]) => ({
          name,
          title: environment.title,
          vlan: environment.vlan,
          subnet: environment.subnet,
          restricted: environment.restricted,
          allowed:
            (!environment.restricted || person.operator) &&
            !connectionNamed(shared, 'proxmox', environment.connection)
              ?.readOnly,
          octopus: environment.octopus
            ? {
                connection: environment.octopus,
                environment: environment.octopusEnvironment ?? name,
              }
            : undefined,
        }),
      ),
    };
    res.json(answer);
  });

  router.get('/placement', async (req, res) => {
    const person = await access.require(req, hostReadPermission);
    const { environment, kind } = parse(placementQuerySchema, req.query);
    const answer: GetPlacementResponse = await registry.placement(
      environment,
      kind,
      {
        owners: person.claims.filter(ref => ref.startsWith('group:')),
        operator: person.operator,
      },
    );
    res.json(answer);
  });

  router.get('/names', async (req, res) => {
    await access.require(req, hostReadPermission);
    const { name, app, environment } = parse(namesQuerySchema, req.query);
    const connection = shared.environments[environment]?.connection;
    if (!connection) {
      throw new NotFoundError(`There is no environment "${environment}"`);
    }
    const taken = (await registry.hosts()).find(
      host => host.connection === connection && host.name === name,
    );
    const own = taken?.app === app && taken.environment === environment;
    const answer: NameResponse = taken
      ? {
          free: false,
          message: own
            ? `${app} already has a host ${name} in ${environment}; the same request again only brings it up to date.`
            : `There is a host ${name} on ${connection} already (id ${taken.vmId}); choose another name.`,
        }
      : { free: true };
    res.json(answer);
  });

  const readRequest = (person: Person, body: unknown) => ({
    ...parse(requestBodySchema, body).request,
    requestedBy: person.ref,
    operator: person.operator,
  });

  router.post('/check', async (req, res) => {
    const person = await access.require(req, hostCreatePermission);
    const results = await engine.check(readRequest(person, req.body), {
      signal: abortOnClose(res),
    });
    const answer: CheckResponse = {
      problems: results
        .filter(result => !result.ok)
        .map(result => ({
          id: result.id,
          field: result.field,
          message: result.message ?? result.title,
        })),
    };
    res.json(answer);
  });

  router.post('/plan', async (req, res) => {
    const person = await access.require(req, hostCreatePermission);
    const request = readRequest(person, req.body);
    const event = {
      eventId: 'host-plan',
      request: req,
      meta: {
        host: request.name,
        app: request.app,
        environment: request.environment,
      },
    };
    const { plan } = await audited(auditor, event, () =>
      engine.plan(request, { signal: abortOnClose(res) }),
    );
    const answer: PlanResponse = { plan };
    res.json(answer);
  });

  /** Asks once more, and takes what is missing for gone. */
  const acceptedAbsences = async (connection: string): Promise<number[]> => {
    if (deployments.octopusNames.includes(connection)) {
      await deployments.observe(connection, { accept: true });
      return [];
    }
    const known = (await registry.hosts())
      .filter(host => host.connection === connection)
      .map(host => host.vmId);
    const seen = await registry.observe(connection, { accept: true });
    const present = new Set(seen.hosts.map(host => host.vmId));
    return known.filter(vmId => !present.has(vmId));
  };

  router.post('/connections/:connection/accept', async (req, res) => {
    await access.require(req, operatePermission);
    const { connection } = req.params;
    const event = await auditor.createEvent({
      eventId: 'connection-accept',
      severityLevel: 'medium',
      request: req,
      meta: { connection },
    });
    try {
      const change: HostsChangedEvent = {
        connection,
        vmIds: await acceptedAbsences(connection),
        accepted: true,
      };
      await events.publish({
        topic: HOSTS_CHANGED_TOPIC,
        eventPayload: change,
      });
      await event.success({ meta: { gone: change.vmIds } });
      const answer: AcceptConnectionResponse = { gone: change.vmIds };
      res.json(answer);
    } catch (error) {
      await event.fail({ error: error as Error });
      throw error;
    }
  });
}

/** Ends the work when the person has gone away. */
export function abortOnClose(res: {
  on(event: 'close', listener: () => void): unknown;
}): AbortSignal {
  const controller = new AbortController();
  res.on('close', () => controller.abort());
  return controller.signal;
}
