import type { PlanSummary } from '@nante/model';
import type { Verb } from '../session';
import { provisionRequest } from './requests';

export const plan: Verb = async session => {
  const engine = await session.engine();
  const actor = await session.actor(['plan']);
  const request = provisionRequest(session, actor);
  const data = await engine.plan(request, { signal: session.signal });
  return { data, lines: planLines(data.plan) };
};

/** A plan as Terraform would say it, shorter. */
export function planLines({
  add,
  change,
  destroy,
  changes,
  drift,
}: PlanSummary): string[] {
  return [
    ...changes
      .filter(({ action }) => !['no-op', 'read'].includes(action))
      .flatMap(({ address, action, attributes }) => [
        `${action} ${address}`,
        ...attributes.map(
          ({ name, before, after }) =>
            `  ${name}: ${before ?? '(none)'} -> ${after ?? '(none)'}`,
        ),
      ]),
    ...drift.map(({ address, summary }) => `drift ${address}: ${summary}`),
    `${add} to add, ${change} to change, ${destroy} to destroy.`,
  ];
}
