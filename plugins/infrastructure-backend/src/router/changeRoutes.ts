import type { AuditorService } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import {
  type ListRolesResponse,
  type ResizePlanResponse,
  hostReadPermission,
} from '@nante/plugin-infrastructure-common';
import {
  audited,
  type Engine,
  type InfrastructureSettings,
  findRecords,
} from '@nante/plugin-infrastructure-node';
import type { Router } from 'express';
import type { Access } from './access';
import { abortOnClose } from './hostRoutes';
import { parse, resizePlanBodySchema } from './schemas';

/** Routes about changes of hosts that are there, before they are made. */
export function addChangeRoutes(
  router: Router,
  deps: {
    access: Access;
    auditor: AuditorService;
    engine: Engine;
    settings: InfrastructureSettings;
  },
): void {
  const { access, auditor, engine, settings } = deps;

  router.get('/roles', async (req, res) => {
    await access.require(req, hostReadPermission);
    const answer: ListRolesResponse = {
      available: settings.ansible !== undefined,
      roles: await engine.roles(),
    };
    res.json(answer);
  });

  router.post('/resize-plan', async (req, res) => {
    const person = await access.require(req, hostReadPermission);
    const request = {
      ...parse(resizePlanBodySchema, req.body).request,
      requestedBy: person.ref,
      operator: person.operator,
    };
    const signal = abortOnClose(res);
    const { name, app, environment } = request;
    const answer: ResizePlanResponse = await audited(
      auditor,
      {
        eventId: 'host-resize-plan',
        request: req,
        meta: { host: name, app, environment },
      },
      async () => {
        const [record] = await findRecords(engine, [request], { signal });
        const { update } = await access.ofHost(person, record.entityRef);
        if (!update && !person.operator) {
          throw new NotAllowedError(
            `Only ${record.owner} and operators may change this host.`,
          );
        }
        return engine.planResize(request, { signal });
      },
    );
    res.json(answer);
  });
}
