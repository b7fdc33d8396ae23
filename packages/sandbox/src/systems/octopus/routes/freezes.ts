import { z } from 'zod';
import { invalid, notFound } from '../errors';
import { byNames } from '../find';
import { freezesOf, isActive } from '../freezes';
import { parseBody } from '../input';
import type { Call, Route } from '../router';

const freezeSchema = z.object({
  Name: z.string().trim().min(1, 'A name is needed.'),
  Description: z.string().default(''),
  Start: z.iso.datetime({ offset: true }),
  End: z.iso.datetime({ offset: true }),
  ProjectEnvironmentScope: z
    .record(z.string(), z.array(z.string()))
    .default({}),
});

/** Deployment freezes, which belong to the server and to no space. */
export const freezeRoutes: Route[] = [
  {
    call: 'GET /deploymentfreezes',
    permission: 'ProjectView',
    answer: list,
  },
  {
    call: 'GET /deploymentfreezes/{id}',
    permission: 'ProjectView',
    answer: find,
  },
  {
    call: 'POST /deploymentfreezes',
    permission: 'DeploymentFreezeAdminister',
    status: 201,
    answer: call =>
      call.server.state.insert(
        'deploymentfreezes',
        'DeploymentFreezes',
        readFreeze(call),
      ),
  },
  {
    call: 'PUT /deploymentfreezes/{id}',
    permission: 'DeploymentFreezeAdminister',
    answer: call =>
      call.server.state.update(
        'deploymentfreezes',
        kept(call).Id,
        readFreeze(call),
      ),
  },
  {
    call: 'DELETE /deploymentfreezes/{id}',
    permission: 'DeploymentFreezeAdminister',
    answer: call => {
      call.server.state.remove('deploymentfreezes', kept(call).Id);
    },
  },
];

/** Those that are over only when asked for. This list has no envelope of pages, only a count. */
function list(call: Call) {
  const { query } = call;
  const projects = query.list('projectIds');
  const environments = query.list('environmentIds');
  const status = query.text('status')?.toLowerCase();
  const complete = query.flag('includeComplete') ?? false;
  const found = freezesOf(call.server)
    .filter(byNames(query))
    .filter(freeze => {
      const scope = Object.entries(freeze.ProjectEnvironmentScope);
      return (
        (complete || Date.parse(freeze.End) > Date.now()) &&
        (status !== 'active' || isActive(freeze)) &&
        (!projects || scope.some(([id]) => projects.includes(id))) &&
        (!environments ||
          scope.some(([, ids]) => ids.some(id => environments.includes(id))))
      );
    });
  const skip = query.number('skip') ?? 0;
  const take = query.number('take') ?? 30;
  return {
    DeploymentFreezes: found.slice(skip, skip + take),
    Count: found.length,
  };
}

function find(call: Call) {
  const freeze = freezesOf(call.server).find(({ Id }) => Id === call.params.id);
  if (!freeze) throw notFound(call.params.id);
  return freeze;
}

/** One that is kept; the freeze of a fault is none of them. */
function kept(call: Call) {
  const freeze = call.server.state.get('deploymentfreezes', call.params.id);
  if (!freeze) throw notFound(call.params.id);
  return freeze;
}

function readFreeze(call: Call) {
  const freeze = parseBody(call.body, freezeSchema);
  if (Date.parse(freeze.End) <= Date.parse(freeze.Start))
    throw invalid('A freeze ends after it starts.');
  return freeze;
}
