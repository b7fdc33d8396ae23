import { NanteError, type PlannedChange, type PlanSummary } from '@nante/model';
import { z } from 'zod';

const changeSchema = z.object({
  address: z.string(),
  mode: z.string().optional(),
  action_reason: z.string().optional(),
  change: z.object({
    actions: z.array(z.string()),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    after_unknown: z.unknown().optional(),
    before_sensitive: z.unknown().optional(),
    after_sensitive: z.unknown().optional(),
    importing: z.looseObject({}).optional(),
  }),
});
type ResourceChange = z.infer<typeof changeSchema>;

/** `terraform show -json` of a saved plan, as far as we read it. */
export const planJsonSchema = z.looseObject({
  resource_changes: z.array(changeSchema).default([]),
  resource_drift: z.array(changeSchema).default([]),
});
export type PlanJson = z.infer<typeof planJsonSchema>;

const sensitive = '(sensitive)';
const unknown = '(known after apply)';
/** Longer values are shortened: a plan is a table on a page. */
const longest = 300;

/** A plan as a table: what is added, changed and destroyed, attribute by attribute, without sensitive values. */
export function summarizePlan(plan: PlanJson): PlanSummary {
  const changes = plan.resource_changes
    .filter(change => change.mode !== 'data')
    .map(toPlannedChange)
    .filter(change => change.action !== 'no-op');
  const count = (...actions: PlannedChange['action'][]) =>
    changes.filter(({ action }) => actions.includes(action)).length;
  return {
    add: count('create', 'replace'),
    change: count('update'),
    destroy: count('delete', 'replace'),
    changes,
    drift: [],
  };
}

/**
 * The plan that a run's document shows: a try that is taken up after the change was made plans nothing, and what the run
 * did change is still to be seen.
 */
export function planToShow(
  earlier: PlanSummary | undefined,
  now: PlanSummary,
): PlanSummary {
  return now.changes.length === 0 && earlier ? earlier : now;
}

/** Siblings that differ from the desired document, out of an untargeted plan. */
export function siblingDrift(
  plan: PlanJson,
  ownAddress: string,
): PlanSummary['drift'] {
  return summarizePlan(plan)
    .changes.filter(({ address }) => !isBelow(address, ownAddress))
    .map(({ address, action, attributes }) => ({
      address,
      summary: `${action}${attributes.length ? `: ${attributes.map(({ name }) => name).join(', ')}` : ''}`,
    }));
}

/** What the plan does with our host. */
export type HostAction =
  'create' | 'update' | 'replace' | 'delete' | 'no-op' | 'absent';

/** The plan's action on the resource of one host; `absent` when the address is not in it. */
export function hostAction(plan: PlanJson, address: string): HostAction {
  const own = plan.resource_changes.find(change =>
    isBelow(change.address, address),
  );
  if (!own) return 'absent';
  const { action } = toPlannedChange(own);
  return action === 'read' ? 'no-op' : action;
}

/** What a plan does with the resource of one host, attribute by attribute. */
export interface HostChange {
  action: HostAction;
  /** Names of the attributes that differ. */
  changed: string[];
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** The plan's change of one host's resource; nothing changed where the address is not in it. */
export function hostChange(plan: PlanJson, address: string): HostChange {
  const own = plan.resource_changes.find(
    ({ address: of, mode }) => mode !== 'data' && isBelow(of, address),
  );
  return {
    action: hostAction(plan, address),
    changed: own ? toPlannedChange(own).attributes.map(({ name }) => name) : [],
    before: asObject(own?.change.before),
    after: asObject(own?.change.after),
  };
}

/** True when the plan replaces a resource only because its creation never ended. */
export function isTainted(plan: PlanJson, address: string): boolean {
  return plan.resource_changes.some(
    change =>
      isBelow(change.address, address) &&
      change.action_reason === 'replace_because_tainted',
  );
}

/**
 * Refuses a plan that does anything but what was asked: a wrong target is a silent "no changes", and a plan may want to
 * replace or delete what nobody meant.
 *
 * @throws NanteError `refused` that names the address
 */
export function assertPlan(
  plan: PlanJson,
  address: string,
  allowed: readonly HostAction[],
): HostAction {
  const action = hostAction(plan, address);
  const others = plan.resource_changes
    .filter(change => !isBelow(change.address, address))
    .map(toPlannedChange)
    .filter(change => !['no-op', 'read'].includes(change.action));
  if (others.length > 0)
    throw new NanteError(
      'refused',
      `The plan would also ${others[0].action} ${others[0].address}, which nobody asked for; nothing was changed.`,
      { hint: 'Look at the plan, and correct the other host first.' },
    );
  if (!allowed.includes(action)) {
    const reason =
      action === 'absent'
        ? `${address} is not in the plan`
        : `the plan would ${action} ${address}`;
    const attributes = plan.resource_changes
      .filter(change => isBelow(change.address, address))
      .flatMap(change => toPlannedChange(change).attributes)
      .map(({ name }) => name);
    throw new NanteError(
      'refused',
      `${capitalize(reason)}, which was not asked for; nothing was changed.`,
      {
        hint:
          action === 'replace'
            ? `Destroy the host and make a new one; differing: ${attributes.join(', ')}.`
            : undefined,
      },
    );
  }
  return action;
}

/** True for the resource of a host: `module.vm["web"]` holds `module.vm["web"].x.this`, and not `module.vm["web-1"]`. */
function isBelow(address: string, module: string): boolean {
  return address === module || address.startsWith(`${module}.`);
}

function toPlannedChange(resource: ResourceChange): PlannedChange {
  return {
    address: resource.address,
    action: toAction(resource.change.actions),
    // What is deleted loses everything; a row for each attribute would say nothing more.
    attributes: isDeletion(resource) ? [] : differences(resource.change),
  };
}

function isDeletion({ change }: ResourceChange): boolean {
  return change.actions.length === 1 && change.actions[0] === 'delete';
}

function toAction(actions: readonly string[]): PlannedChange['action'] {
  if (actions.length > 1) return 'replace';
  switch (actions[0]) {
    case 'create':
    case 'update':
    case 'delete':
    case 'read':
      return actions[0];
    default:
      return 'no-op';
  }
}

function differences(
  change: ResourceChange['change'],
): PlannedChange['attributes'] {
  const before = asObject(change.before);
  const after = asObject(change.after);
  const unknowns = asObject(change.after_unknown);
  const names = [
    ...new Set([
      ...Object.keys(before),
      ...Object.keys(after),
      ...Object.keys(unknowns),
    ]),
  ].sort();
  return names.flatMap(name => {
    const old = show(before[name], asObject(change.before_sensitive)[name]);
    const isUnknown = after[name] === undefined && hasTrue(unknowns[name]);
    const next = isUnknown
      ? unknown
      : show(after[name], asObject(change.after_sensitive)[name]);
    if (
      JSON.stringify(before[name]) === JSON.stringify(after[name]) &&
      !isUnknown
    )
      return [];
    if (old === null && next === null) return [];
    return [{ name, before: old, after: next }];
  });
}

function show(value: unknown, mark: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (hasTrue(mark)) return sensitive;
  if (Array.isArray(value) && value.length === 0) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** A mark is `true`, or a structure with `true` somewhere inside. */
function hasTrue(mark: unknown): boolean {
  if (mark === true) return true;
  if (typeof mark !== 'object' || mark === null) return false;
  return Object.values(mark).some(hasTrue);
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
