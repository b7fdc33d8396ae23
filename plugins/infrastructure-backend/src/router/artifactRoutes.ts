import {
  type ArtifactUsageResponse,
  type ArtifactsResponse,
  artifactReadPermission,
  releaseCreatePermission,
} from '@nante/plugin-infrastructure-common';
import type {
  DeploymentRegistry,
  InfrastructureSettings,
} from '@nante/plugin-infrastructure-node';
import type { Router } from 'express';
import { ArtifactPages } from '../artifacts/ArtifactPages';
import { usageOf } from '../artifacts/usage';
import { allowedUnless, whyNotAct } from '../deployments/allowed';
import type { ComponentLinks } from '../deployments/ComponentLinks';
import { mayRelease } from '../deployments/DeploymentStarter';
import { SpaceReader } from '../deployments/SpaceReader';
import type { RunIndex } from '../runs/RunIndex';
import type { Access } from './access';
import { artifactsQuerySchema, parse, usageQuerySchema } from './schemas';

/** Routes about artifacts and what uses them. */
export function addArtifactRoutes(
  router: Router,
  deps: {
    access: Access;
    deployments: DeploymentRegistry;
    links: ComponentLinks;
    runs: RunIndex;
    settings: InfrastructureSettings;
    now?: () => number;
  },
): void {
  const { access, deployments, links } = deps;
  const now = deps.now ?? Date.now;
  const pages = new ArtifactPages({
    ...deps,
    registry: deployments,
    shared: deps.settings.shared,
  });

  router.get('/artifacts', async (req, res) => {
    const person = await access.require(req, artifactReadPermission);
    const query = parse(artifactsQuerySchema, req.query);
    const [{ owner, ...page }, may] = await Promise.all([
      pages.read(query),
      access.may(person, releaseCreatePermission),
    ]);
    const { project } = page;
    const space = deployments
      .known()
      .find(({ name }) => name === project?.connection);
    const answer: ArtifactsResponse = {
      ...page,
      project: project &&
        space && {
          ...project,
          release: allowedUnless(
            whyNotAct({
              space,
              project: { ...project, isDisabled: false, owner },
              environment: { name: '', restricted: false },
              person: {
                operator: person.operator,
                mayDeploy: mayRelease({ ...person, mayRelease: may }, owner),
              },
            }),
          ),
        },
    };
    res.json(answer);
  });

  router.get('/artifacts/usage', async (req, res) => {
    await access.require(req, artifactReadPermission);
    const wanted = parse(usageQuerySchema, req.query);
    const spaces = await deployments.spaces({ history: true });
    const answer: ArtifactUsageResponse = await usageOf({
      registry: deployments,
      link: await links.linker(spaces),
      readers: spaces.map(space => new SpaceReader(space, now())),
      wanted,
    });
    res.json(answer);
  });
}
