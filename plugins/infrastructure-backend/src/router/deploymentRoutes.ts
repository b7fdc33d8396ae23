import type { AuditorService } from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import {
  type DeploymentDetailResponse,
  type DeploymentMatrixResponse,
  type HostTargetsResponse,
  type StartDeploymentResponse,
  deploymentReadPermission,
  hostEntityRef,
  releaseCreatePermission,
} from '@nante/plugin-infrastructure-common';
import {
  audited,
  type DeploymentRegistry,
  type HostRegistry,
  type InfrastructureSettings,
  type JoinedTarget,
  namePackages,
  type OctopusApi,
} from '@nante/plugin-infrastructure-node';
import type { Router } from 'express';
import type { ComponentLinks } from '../deployments/ComponentLinks';
import {
  type DeploymentStarter,
  findRunOf,
} from '../deployments/DeploymentStarter';
import { detailOf } from '../deployments/detail';
import { hostTarget } from '../deployments/hostTargets';
import { matrixOf } from '../deployments/matrix';
import { SpaceReader } from '../deployments/SpaceReader';
import type { RunIndex } from '../runs/RunIndex';
import type { Access, Person } from './access';
import {
  answerInterruptionSchema,
  hostPathSchema,
  parse,
  startDeploymentSchema,
} from './schemas';

/** Routes about projects, deployments and targets. */
export function addDeploymentRoutes(
  router: Router,
  deps: {
    access: Access;
    auditor: AuditorService;
    deployments: DeploymentRegistry;
    links: ComponentLinks;
    registry: HostRegistry;
    runs: RunIndex;
    settings: InfrastructureSettings;
    starter: DeploymentStarter;
    now?: () => number;
  },
): void {
  const { access, auditor, deployments, links, registry, runs } = deps;
  const { shared } = deps.settings;
  const now = deps.now ?? Date.now;

  router.get('/deployments', async (req, res) => {
    const person = await access.require(req, deploymentReadPermission);
    const [spaces, mayDeploy] = await Promise.all([
      deployments.spaces(),
      access.ofProjects(person),
    ]);
    const answer: DeploymentMatrixResponse = matrixOf({
      spaces,
      link: await links.linker(spaces),
      shared,
      viewer: { ...person, mayDeploy },
      now: now(),
    });
    res.json(answer);
  });

  const detail = async (
    person: Person,
    connection: string,
    id: string,
  ): Promise<DeploymentDetailResponse> => {
    const facts = await deployments.deployment(connection, id);
    const { projectId } = facts.deployment;
    const [space, mayDeploy, joined, run, packages, feeds] = await Promise.all([
      deployments.space(connection),
      access.ofProjects(person),
      deployments.targets(),
      findRunOf(runs, connection, id),
      deployments.packagesOf(connection, projectId),
      deployments.feedsOf(connection),
    ]);
    const reader = new SpaceReader(space, now());
    const project = reader.project(projectId);
    const link = project && (await links.linker([space]))(connection, project);
    return detailOf({
      ...{ facts, reader, link, shared, joined, run },
      packagesOf: releaseId =>
        namePackages(
          space.history.release(releaseId)?.packages ?? [],
          packages,
          feeds,
        ),
      person: {
        operator: person.operator,
        mayDeploy: mayDeploy({
          ref: `${connection}/${projectId}`,
          owner: link?.owner,
        }),
      },
      now: now(),
    });
  };

  router.get('/deployments/:connection/:id', async (req, res) => {
    const person = await access.require(req, deploymentReadPermission);
    const { connection, id } = req.params;
    res.json(await detail(person, connection, id));
  });

  router.post('/deployments/runs', async (req, res) => {
    const person = await access.require(req, deploymentReadPermission);
    const request = parse(startDeploymentSchema, req.body);
    const [mayDeploy, mayRelease] = await Promise.all([
      access.ofProjects(person),
      access.may(person, releaseCreatePermission),
    ]);
    const { requestId, action, connection, projectId, environmentId, version } =
      request;
    const answer: StartDeploymentResponse = await audited(
      auditor,
      {
        eventId: `deployment-${action}`,
        severityLevel: 'medium',
        request: req,
        meta: {
          ...{ requestId, connection, project: projectId },
          ...{ environment: environmentId, version },
        },
      },
      () => deps.starter.start(request, { ...person, mayDeploy, mayRelease }),
    );
    res.status(202).json(answer);
  });

  router.post(
    '/deployments/:connection/interruptions/:id',
    async (req, res) => {
      const person = await access.require(req, deploymentReadPermission);
      const { connection, id } = req.params;
      const { deploymentId, result, notes } = parse(
        answerInterruptionSchema,
        req.body,
      );
      const answer = async () => {
        const { interruptions } = await detail(
          person,
          connection,
          deploymentId,
        );
        const found = interruptions.find(item => item.id === id);
        if (!found) {
          throw new NotFoundError(
            'This question is not open any more; look at the deployment again.',
          );
        }
        if (!found.answer.allowed) {
          throw new NotAllowedError(found.answer.reason);
        }
        if (!found.answers.includes(result)) {
          throw new InputError(
            `result: is to be one of ${found.answers.join(', ')}`,
          );
        }
        const api = await deployments.octopus(connection);
        await api.answerInterruption(id, {
          result,
          // Octopus itself sees only the user of our key.
          notes: [notes, `${person.ref}, through the portal`]
            .filter(Boolean)
            .join('\n'),
        });
        deployments.invalidate(connection);
      };
      await audited(
        auditor,
        {
          eventId: 'deployment-interruption',
          severityLevel: 'medium',
          request: req,
          meta: { connection, interruption: id, deploymentId, result },
        },
        answer,
      );
      res.status(202).json({});
    },
  );

  const targetsOf = async (entityRef: string): Promise<HostTargetsResponse> => {
    const { hosts } = await registry.records();
    const host = hosts.find(record => record.entityRef === entityRef);
    const connection = host && shared.environments[host.environment]?.octopus;
    const isOfHost = ({ host: of }: JoinedTarget) =>
      of?.entityRef === entityRef;
    const names = new Set(
      (await deployments.targets())
        .filter(isOfHost)
        .map(({ target }) => target.connection),
    );
    if (connection) names.add(connection);
    const configured = [...names].filter(name =>
      deployments.octopusNames.includes(name),
    );
    const spaces = await Promise.all(
      configured.map(name => deployments.space(name, { history: true })),
    );
    const link = await links.linker(spaces);
    // Once more: now Octopus has been asked.
    const own = (await deployments.targets()).filter(isOfHost);
    const targets = await Promise.all(
      own.flatMap(joined => {
        const space = spaces.find(
          ({ name }) => name === joined.target.connection,
        );
        return space
          ? [
              targetUrl(
                () => deployments.octopus(space.name),
                joined.target.machineId,
              ).then(url => hostTarget(joined, space, url, link)),
            ]
          : [];
      }),
    );
    return { connection, targets, sources: spaces.map(({ age }) => age) };
  };

  router.get('/targets/server/:name', async (req, res) => {
    await access.require(req, deploymentReadPermission);
    res.json(await targetsOf(`resource:default/${req.params.name}`));
  });

  router.get('/targets/:connection/:vmId', async (req, res) => {
    await access.require(req, deploymentReadPermission);
    const { connection, vmId } = parse(hostPathSchema, req.params);
    res.json(await targetsOf(hostEntityRef(connection, vmId)));
  });
}

/** Only a link: the card is shown without it. */
async function targetUrl(
  api: () => Promise<OctopusApi>,
  machineId: string,
): Promise<string> {
  try {
    return await (await api()).pageUrl('targets', machineId);
  } catch {
    return '';
  }
}
