import type { AuditorService } from '@backstage/backend-plugin-api';
import {
  type PipelineActionResponse,
  type PipelineResponse,
  type RaiseWorkflowsResponse,
  type WorkflowFleetResponse,
  pipelineReadPermission,
  pipelineRunPermission,
} from '@nante/plugin-infrastructure-common';
import { audited } from '@nante/plugin-infrastructure-node';
import type { Request, Router } from 'express';
import type { PipelineActions } from '../pipelines/PipelineActions';
import type { PipelinePages } from '../pipelines/PipelinePages';
import type { PipelinePerson } from '../pipelines/Repositories';
import type { WorkflowFleet } from '../pipelines/WorkflowFleet';
import type { Access } from './access';
import {
  entityQuerySchema,
  parse,
  pipelineActionSchema,
  pipelinePathSchema,
  raiseWorkflowsSchema,
} from './schemas';

/** Routes about workflows of GitHub: pipelines, runs, logs, and the fleet of callers. */
export function addPipelineRoutes(
  router: Router,
  deps: {
    access: Access;
    auditor: AuditorService;
    pipelines: PipelinePages;
    pipelineActions: PipelineActions;
    fleet: WorkflowFleet;
  },
): void {
  const { access, auditor, pipelines, pipelineActions, fleet } = deps;

  const readerOf = async (
    req: Request,
  ): Promise<PipelinePerson & { ref: string }> => {
    const person = await access.require(req, pipelineReadPermission);
    const { ref, claims, operator } = person;
    const mayRun = await access.may(person, pipelineRunPermission);
    return { ref, claims, operator, mayRun };
  };

  router.get('/pipelines', async (req, res) => {
    const person = await readerOf(req);
    const { entityRef } = parse(entityQuerySchema, req.query);
    const answer: PipelineResponse = await pipelines.pipeline(
      entityRef,
      person,
    );
    res.json(answer);
  });

  router.get(
    '/pipelines/runs/:connection/:owner/:repository/:id',
    async (req, res) => {
      const person = await readerOf(req);
      const { id, ...of } = parse(pipelinePathSchema, req.params);
      res.json(await pipelines.run(of, id, person));
    },
  );

  router.get(
    '/pipelines/jobs/:connection/:owner/:repository/:id/log',
    async (req, res) => {
      await access.require(req, pipelineReadPermission);
      const { id, ...of } = parse(pipelinePathSchema, req.params);
      res.json(await pipelines.log(of, id));
    },
  );

  router.post('/pipelines/actions', async (req, res) => {
    const person = await readerOf(req);
    const request = parse(pipelineActionSchema, req.body);
    const answer: PipelineActionResponse = await audited(
      auditor,
      {
        eventId: `pipeline-${request.action}`,
        severityLevel: 'medium',
        request: req,
        // Inputs are a person's words: their names are enough.
        meta:
          request.action === 'dispatch'
            ? { ...request, inputs: Object.keys(request.inputs) }
            : { ...request },
      },
      () => pipelineActions.act(request, person),
    );
    res.status(202).json(answer);
  });

  router.get('/workflow-fleet', async (req, res) => {
    const person = await readerOf(req);
    const answer: WorkflowFleetResponse = await fleet.read(person);
    res.json(answer);
  });

  router.post('/workflow-fleet/raise', async (req, res) => {
    const person = await readerOf(req);
    const request = parse(raiseWorkflowsSchema, req.body);
    const answer: RaiseWorkflowsResponse = await audited(
      auditor,
      {
        eventId: 'workflow-fleet-raise',
        severityLevel: 'medium',
        request: req,
        meta: { ...request },
      },
      () => fleet.raise(request, person),
    );
    res.status(202).json(answer);
  });
}
