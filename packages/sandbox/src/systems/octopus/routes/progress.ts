import { z } from 'zod';
import { deploymentAnswer, taskAnswer } from '../answers';
import { invalid } from '../errors';
import { findIn, inSpace } from '../find';
import { parseBody } from '../input';
import { page } from '../page';
import { lifecycleOf, progressOf } from '../progress';
import type { Call, Route } from '../router';

/** How far a release has come, and defects that stop it. */
export const progressRoutes: Route[] = [
  {
    call: 'GET /{spaceId}/releases/{id}/deployments/template',
    permission: 'ReleaseView',
    answer: deploymentTemplate,
  },
  {
    call: 'GET /{spaceId}/releases/{releaseId}/progression',
    permission: 'ReleaseView',
    answer: progression,
  },
  {
    call: 'GET /{spaceId}/releases/{releaseId}/defects',
    permission: 'ReleaseView',
    answer: call => page(call, 'Defect', defectsOf(call), defectAnswer),
  },
  {
    call: 'POST /{spaceId}/releases/{releaseId}/defects',
    permission: 'DefectReport',
    answer: call => {
      const { Id } = findIn(call, 'releases', call.params.releaseId);
      const { Description } = parseBody(
        call.body,
        z.object({ Description: z.string().min(1) }),
      );
      return defectAnswer(
        call.server.state.insert('defects', 'Defects', {
          SpaceId: call.space.Id,
          ReleaseId: Id,
          Description,
          Status: 'Unresolved',
        }),
      );
    },
  },
  {
    call: 'POST /{spaceId}/releases/{releaseId}/defects/resolve',
    permission: 'DefectResolve',
    answer: call => {
      const open = defectsOf(call).find(
        ({ Status }) => Status === 'Unresolved',
      );
      if (!open) throw invalid('The release has no unresolved defect.');
      return defectAnswer(
        call.server.state.update('defects', open.Id, { Status: 'Resolved' }),
      );
    },
  },
];

function progressOfCall(call: Call, id: string) {
  const { state } = call.server;
  const release = findIn(call, 'releases', id);
  const project = findIn(call, 'projects', release.ProjectId);
  const channel = state.get('channels', release.ChannelId);
  return progressOf(state, release, lifecycleOf(state, project, channel));
}

function progression(call: Call) {
  const { phases, next, isBlocked } = progressOfCall(
    call,
    call.params.releaseId,
  );
  return {
    Id: null,
    Phases: phases.map(({ phase, deployments, progress }) => ({
      ...phase,
      IsPriorityPhase: false,
      Progress: progress,
      Blocked: isBlocked,
      Deployments: deployments.map(({ deployment, task }) => ({
        Deployment: deploymentAnswer(deployment),
        Task: taskAnswer(task),
      })),
    })),
    NextDeployments: next,
    NextDeploymentsMinimumRequired: 1,
    Links: { Self: call.path },
  };
}

function deploymentTemplate(call: Call) {
  const { allowed } = progressOfCall(call, call.params.id);
  const { state } = call.server;
  return {
    Id: null,
    PromoteTo: allowed.map(id => ({
      Id: id,
      Name: state.get('environments', id)?.Name ?? null,
      Links: {
        Preview: `/api/${call.space.Id}/releases/${call.params.id}/deployments/preview/${id}`,
      },
    })),
    TenantPromotions: [],
    DeploymentNotes: null,
    IsDeploymentProcessModified: false,
    IsVariableSetModified: false,
    IsLibraryVariableSetModified: false,
    Links: { Self: call.path },
  };
}

function defectsOf(call: Call) {
  const { Id } = findIn(call, 'releases', call.params.releaseId);
  return inSpace(call, 'defects').filter(({ ReleaseId }) => ReleaseId === Id);
}

function defectAnswer(defect: {
  Id: string;
  Description: string;
  Status: string;
}) {
  const { Id, Description, Status } = defect;
  return { Id, Description, Status, Links: {} };
}
