import type { CallOptions } from '@nante/clients';
import type { InfrastructureConfig, ProvisionRequest } from '@nante/model';
import type { EngineContext } from '../context';
import { check } from '../policy/policy';
import { newTargetProblems } from '../register/targetProblems';
import type { CheckResult } from '../types';
import { loginUser } from './desired';

/** What a deployment target needs of its Octopus: asked only where there shall be one. */
export async function targetChecks(
  context: EngineContext,
  config: InfrastructureConfig,
  request: ProvisionRequest,
  options?: CallOptions,
): Promise<CheckResult[]> {
  const { target, name, app, environment, kind } = request;
  if (!target) return [];
  const { user } = config.policy;
  const problems = await newTargetProblems(
    context,
    config,
    {
      ...{ host: { name, app, environment }, choice: target },
      user: loginUser({ kind, user }),
    },
    options,
  );
  const message = problems.map(problem => problem.message).join(' ');
  return [
    {
      ...check(
        'target',
        'The host can become a deployment target',
        'target',
        message || undefined,
      ),
      code: problems[0]?.code,
    },
  ];
}
