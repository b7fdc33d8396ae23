import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoleArgument, RoleDescription } from '@nante/model';
import { parse } from 'yaml';
import { z } from 'zod';

interface DescribedArgument {
  description: string | string[];
  type: string;
  required: boolean;
  default?: unknown;
  no_log: boolean;
  choices?: unknown[];
  elements?: string;
  options?: Record<string, DescribedArgument>;
}

const argumentSchema: z.ZodType<DescribedArgument> = z.lazy(() =>
  z.object({
    description: z.union([z.string(), z.array(z.string())]).default(''),
    type: z.string().default('str'),
    required: z.boolean().default(false),
    no_log: z.boolean().default(false),
    default: z.unknown().optional(),
    choices: z.array(z.unknown()).optional(),
    elements: z.string().optional(),
    options: z.record(z.string(), argumentSchema).optional(),
  }),
);

const descriptionSchema = z.object({
  argument_specs: z.object({
    main: z.object({
      short_description: z.string().default(''),
      description: z.union([z.string(), z.array(z.string())]).default([]),
      options: z.record(z.string(), argumentSchema).default({}),
    }),
  }),
});

/**
 * The roles of a project that a person may choose, by name: those with a specification of their arguments. Nobody is asked for
 * secrets, which come by their names.
 *
 * @param project - folder of the playbooks, with `roles/`
 */
export async function describeRoles(
  project: string,
): Promise<RoleDescription[]> {
  const roles = join(project, 'roles');
  const names = (await readdir(roles).catch(() => [] as string[])).sort();
  const found = await Promise.all(
    names.map(async (name): Promise<RoleDescription[]> => {
      const file = join(roles, name, 'meta', 'argument_specs.yml');
      const text = await readFile(file, 'utf8').catch(() => undefined);
      const parsed =
        text === undefined
          ? undefined
          : descriptionSchema.safeParse(parse(text));
      if (!parsed?.success) return [];
      const { main } = parsed.data.argument_specs;
      return [
        {
          name,
          title: plain(main.short_description),
          description: sentences(main.description),
          arguments: describeArguments(main.options),
        },
      ];
    }),
  );
  return found.flat();
}

function describeArguments(
  options: Record<string, DescribedArgument>,
): RoleArgument[] {
  return Object.entries(options)
    .filter(([, { no_log: isSecret }]) => !isSecret)
    .map(([name, { description, no_log: _, ...spec }]) => ({
      ...spec,
      name,
      description: sentences(description).join(' '),
      options: spec.options && describeArguments(spec.options),
    }));
}

function sentences(text: string | string[]): string[] {
  return [text].flat().map(plain).filter(Boolean);
}

/** Ansible's markup of code, `C(text)`, as plain text. */
function plain(text: string): string {
  return text.replace(/\b[CIBV]\(([^)]*)\)/g, '$1').trim();
}
