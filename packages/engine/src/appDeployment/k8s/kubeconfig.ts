import { NanteError } from '@nante/model';
import { parse } from 'yaml';
import { kubeconfigSecrets } from '../../process/encodings';

interface Kubeconfig {
  contexts?: { name?: unknown; context?: { cluster?: unknown } }[];
  clusters?: { name?: unknown; cluster?: { server?: unknown } }[];
  users?: { name?: unknown; user?: Record<string, unknown> }[];
  'current-context'?: unknown;
}

/** What a deployment has to know of a kubeconfig. */
export interface ReadKubeconfig {
  context: string;
  /** Address of the API server. */
  server: string;
  /** Single values out of it that must not be shown. */
  secrets: string[];
}

/**
 * Reads a kubeconfig.
 *
 * @param name - of the secret that it came from, for errors
 * @param wanted - context; left out: its current one
 * @throws NanteError `invalid-input` for one that is none, has no such context, or would run a program of this machine
 */
export function readKubeconfig(
  text: string,
  name: string,
  wanted: string | undefined,
): ReadKubeconfig {
  const config = parsed(text, name);
  const context = wanted ?? config['current-context'];
  const { contexts = [], clusters = [], users = [] } = config;
  const chosen = contexts.find(one => one.name === context)?.context;
  const cluster = clusters.find(one => one.name === chosen?.cluster)?.cluster;
  if (typeof context !== 'string' || typeof cluster?.server !== 'string')
    throw new NanteError(
      'invalid-input',
      `The secret ${name} has no context ${wanted ? `"${wanted}"` : 'that is current'} with a cluster.`,
      {
        hint: `It has ${contexts.map(one => String(one.name)).join(', ') || 'none'}; name one by the connection's context.`,
      },
    );
  if (users.some(({ user }) => user?.exec || user?.['auth-provider']))
    throw new NanteError(
      'invalid-input',
      `The kubeconfig of the secret ${name} signs in by a program, which runners do not have.`,
      {
        hint: 'Make a service account of the cluster for Nante, and put its token or certificate into the kubeconfig.',
      },
    );
  return {
    context,
    server: cluster.server,
    secrets: users.flatMap(({ user = {} }) =>
      kubeconfigSecrets.flatMap(key =>
        typeof user[key] === 'string' ? [user[key] as string] : [],
      ),
    ),
  };
}

function parsed(text: string, name: string): Kubeconfig {
  try {
    const value: unknown = parse(text);
    if (value && typeof value === 'object') return value;
  } catch {
    // The text of the error quotes the file.
  }
  throw new NanteError(
    'invalid-input',
    `The secret ${name} is no kubeconfig: it is not readable as YAML.`,
    { hint: 'Put the whole file into it, with its line breaks.' },
  );
}
