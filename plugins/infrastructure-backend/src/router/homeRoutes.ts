import {
  type HomeResponse,
  type TemplateDurationsResponse,
  deploymentReadPermission,
  hostReadPermission,
  pipelineReadPermission,
  runReadPermission,
} from '@nante/plugin-infrastructure-common';
import type { Router } from 'express';
import type { HomePage } from '../home/HomePage';
import type { TemplateDurations } from '../home/TemplateDurations';
import type { Access } from './access';

/** Routes of Home and of the Create page. */
export function addHomeRoutes(
  router: Router,
  deps: { access: Access; home: HomePage; durations: TemplateDurations },
): void {
  const { access, home, durations } = deps;

  router.get('/home', async (req, res) => {
    // Whoever is signed in has a Home; what of it they see is asked part by part.
    const person = await access.require(req, runReadPermission);
    const [hosts, deployments, pipelines] = await Promise.all(
      [
        hostReadPermission,
        deploymentReadPermission,
        pipelineReadPermission,
      ].map(permission => access.may(person, permission)),
    );
    const { ref, claims, operator } = person;
    const answer: HomeResponse = await home.read({
      ...{ ref, claims, operator },
      sees: { hosts, deployments, pipelines, runs: true },
    });
    res.json(answer);
  });

  router.get('/templates/durations', async (req, res) => {
    await access.require(req, runReadPermission);
    const answer: TemplateDurationsResponse = await durations.read();
    res.json(answer);
  });
}
