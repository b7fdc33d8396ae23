import { NanteError, parseInput } from '@nante/model';
import { z } from 'zod';
import type { Nexus } from './server';
import { putVersion } from './seed/history';

const historySchema = z.strictObject({
  repository: z.string().min(1),
  /** `com.example:shop`, `shop/web`, `@example/ui`, `shop`, `tools/report.sh`. */
  name: z.string().min(1),
  /** The versions themselves, or how many: `1.0.0`, `1.0.1`, … */
  versions: z.union([
    z.array(z.string().min(1)).min(1).max(20_000),
    z.number().int().positive().max(20_000),
  ]),
});

const hour = 3_600_000;

/**
 * Control calls of this system.
 *
 * `POST /component-history` with `{ repository, name, versions }` makes many versions of one component, an hour apart, and has
 * them in the index at once.
 *
 * @throws NanteError `invalid-input`, `not-found`
 */
export async function answerControl(
  nexus: Nexus,
  request: Request,
  path: string,
): Promise<Response | undefined> {
  if (request.method !== 'POST' || path !== '/component-history')
    return undefined;
  const given = parseInput(historySchema, await readJson(request));
  const { repository: wanted, name } = given;
  const repository = nexus.state.repository(wanted);
  if (!repository)
    throw new NanteError('not-found', `There is no repository "${wanted}".`, {
      hint: `There are ${nexus.state
        .repositories()
        .map(known => known.name)
        .join(', ')}.`,
    });
  const versions =
    typeof given.versions === 'number'
      ? Array.from({ length: given.versions }, (_, patch) => `1.0.${patch}`)
      : given.versions;
  const now = Date.now();
  for (const [index, version] of versions.entries()) {
    const at = now - (versions.length - 1 - index) * hour;
    await putVersion(nexus, repository, { name, version, at });
  }
  nexus.index.rebuild();
  return Response.json({ components: versions.length }, { status: 201 });
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new NanteError('invalid-input', 'The body is no JSON.');
  }
}
