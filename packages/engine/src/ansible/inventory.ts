import { NanteError, userNameSchema } from '@nante/model';
import { z } from 'zod';
import { hostKeySchema } from './hostKeys';
import { markUnsafe } from './unsafe';

const variableSchema = z
  .string()
  .regex(
    /^(?!ansible_|nante_host_variables$)[a-z_][a-z0-9_]*$/,
    'use lower case letters, digits and _; names that begin with ansible_ are not to be set',
  );

/** Variables by name; strings in them are data, never templates. */
const variablesSchema = z.record(variableSchema, z.unknown());

const hostSchema = z.object({
  name: z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/,
      'use lower case letters, digits, dots and inner hyphens',
    ),
  address: z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$/,
      'use an address or a host name',
    ),
  user: userNameSchema,
  port: z.number().int().min(1).max(65_535).default(22),
  hostKeys: z.array(hostKeySchema).default([]),
  variables: variablesSchema.default({}),
});

/** A host of a play. */
export interface PlayHost {
  name: string;
  /** IPv4, IPv6, or a name that the system resolves. */
  address: string;
  /** Who logs in; root, or somebody who may use sudo. */
  user: string;
  /** Port of sshd; 22. */
  port?: number;
  /** Keys that the host may show, each `type base64` as in a public key file; none: see `learn`. */
  hostKeys?: readonly string[];
  /** Variables of this host alone. */
  variables?: Record<string, unknown>;
}

/** A host of a play, checked. */
export type CheckedHost = z.infer<typeof hostSchema>;

/** @throws NanteError `invalid-input` that names everything that is wrong */
export function checkHosts(hosts: readonly PlayHost[]): CheckedHost[] {
  if (hosts.length === 0)
    throw new NanteError('invalid-input', 'There is no host to play on.');
  const problems: string[] = [];
  const checked = hosts.flatMap(host => {
    const result = hostSchema.safeParse(host);
    if (result.success) return [result.data];
    for (const { path, message } of result.error.issues)
      problems.push(
        `${JSON.stringify(host.name)} ${path.join('.')}: ${message}`,
      );
    return [];
  });
  const twice = hosts
    .map(({ name }) => name)
    .filter((name, index, names) => names.indexOf(name) !== index);
  for (const name of twice)
    problems.push(`${JSON.stringify(name)} stands there twice`);
  if (problems.length > 0)
    throw new NanteError(
      'invalid-input',
      `The hosts cannot be played on: ${problems.join('; ')}.`,
      { details: { problems } },
    );
  return checked;
}

/** @throws NanteError `invalid-input` for names that are none */
export function checkVariables(
  variables: Record<string, unknown>,
): Record<string, unknown> {
  const result = variablesSchema.safeParse(variables);
  if (result.success) return result.data;
  const names = result.error.issues.map(({ path }) => path.join('.'));
  throw new NanteError(
    'invalid-input',
    `These variables cannot be set: ${names.join(', ')}.`,
    {
      hint: 'Use lower case letters, digits and _; names that begin with ansible_ are not to be set.',
    },
  );
}

/**
 * The inventory, as JSON for Ansible. It holds no value that a person chose but names and addresses, which are checked:
 * a host's variables only point into the variables file, where everything is marked.
 */
export function inventoryDocument(hosts: readonly CheckedHost[]): unknown {
  const entries = hosts.map(({ name, address, user, port, variables }) => {
    const own = Object.keys(variables).map(key => [
      key,
      `{{ nante_host_variables[inventory_hostname]['${key}'] }}`,
    ]);
    return [
      name,
      {
        ansible_host: address,
        ansible_port: port,
        ansible_user: user,
        // Whoever is root needs no sudo, and a bare container has none.
        ...(user === 'root' ? { ansible_become: false } : {}),
        ...Object.fromEntries(own),
      },
    ] as const;
  });
  return { all: { hosts: Object.fromEntries(entries) } };
}

/** The one file of variables: the common ones, and those of each host. */
export function variablesDocument(
  common: Record<string, unknown>,
  hosts: readonly CheckedHost[],
): unknown {
  const own = hosts.map(({ name, variables }) => [name, variables] as const);
  return markUnsafe({
    ...common,
    nante_host_variables: Object.fromEntries(own),
  });
}
