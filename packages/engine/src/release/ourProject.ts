import type { OctopusApi, OctopusProject } from '@nante/clients';
import { NanteError } from '@nante/model';

/** What a request says about its project. */
export interface ProjectChoice {
  app: string;
  /** Name, slug or id; left out: the app's name. */
  project?: string;
}

/**
 * The project that a request means.
 *
 * @throws NanteError `not-found`
 */
export async function ourProject(
  api: OctopusApi,
  { app, project = app }: ProjectChoice,
  signal: AbortSignal,
): Promise<OctopusProject> {
  const found = await api.findProject(project, { signal });
  if (found) return found;
  throw new NanteError(
    'not-found',
    `There is no project "${project}" in this space of Octopus.`,
    {
      hint: 'Check its name, which is compared as a whole and with its case, or make it: nante project create.',
    },
  );
}

/**
 * The one of a list that has exactly this name.
 *
 * @param noun - for the message, as in "There is no <noun> …"
 * @throws NanteError `invalid-input` that names those there are
 */
export function exactlyNamed<T extends { name: string }>(
  items: readonly T[],
  name: string,
  noun: string,
): T {
  const found = items.find(item => item.name === name);
  if (found) return found;
  const known = items.map(item => `"${item.name}"`);
  throw new NanteError(
    'invalid-input',
    `There is no ${noun} "${name}" in this space of Octopus.`,
    {
      hint:
        known.length > 0
          ? `Names are compared as a whole and with their case. There is ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}.`
          : `There is none at all that our key may see.`,
    },
  );
}
