import { z } from 'zod';

/** A role of the site and the arguments that a person chose for it, as `site.yml` takes them. */
export const roleChoiceSchema = z.object({
  /** Folder below `ansible/roles`. */
  name: z.string(),
  /** By name; each begins with the role's own, such as `nginx_sites`. */
  arguments: z.record(z.string(), z.unknown()).default({}),
});
export type RoleChoice = z.infer<typeof roleChoiceSchema>;

/** How a play ended on one host: numbers of tasks, as Ansible's own recap counts them. */
export const hostRecapSchema = z.object({
  host: z.string(),
  ok: z.number().int(),
  changed: z.number().int(),
  failed: z.number().int(),
  unreachable: z.number().int(),
  skipped: z.number().int(),
});
export type HostRecap = z.infer<typeof hostRecapSchema>;

/** What went wrong on one host. */
export const playFailureSchema = z.object({
  host: z.string(),
  kind: z.enum(['failed', 'unreachable']),
  /** Name of the task. */
  task: z.string(),
  /** First real error line. */
  message: z.string(),
  /** What to do about it, where that is known. */
  hint: z.string().optional(),
});
export type PlayFailure = z.infer<typeof playFailureSchema>;

/** One argument of a role, as `meta/argument_specs.yml` describes it. */
export interface RoleArgument {
  name: string;
  description: string;
  /** Ansible's word: `str`, `int`, `bool`, `list`, `dict`, `path`, `float`, `raw`. */
  type: string;
  /** Type of a list's members. */
  elements?: string;
  required: boolean;
  default?: unknown;
  choices?: unknown[];
  /** Of a dict, or of each member of a list. */
  options?: RoleArgument[];
}

/** A role that a person may choose. */
export interface RoleDescription {
  /** Folder below `ansible/roles`. */
  name: string;
  /** What it gives, one sentence. */
  title: string;
  description: string[];
  arguments: RoleArgument[];
}
