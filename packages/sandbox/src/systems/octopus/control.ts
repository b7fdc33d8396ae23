import { z } from 'zod';
import { seedLargeCompany } from './seed/company';
import type { Server } from './server';

const companySchema = z.strictObject({
  projects: z.number().int().min(1).max(5000),
  machines: z.number().int().min(0).max(20_000),
  deployments: z.number().int().min(0).max(200_000),
});

/**
 * Control calls of this system: `POST company` adds a large company for figures, `GET state` says how much there is.
 *
 * @returns undefined when the path is none of these
 */
export async function answerControl(
  server: Server,
  seed: number,
  request: Request,
  path: string,
): Promise<Response | undefined> {
  const call = `${request.method} ${path.replace(/^\/+|\/+$/g, '')}`;
  if (call === 'GET state') return Response.json(counts(server));
  if (call !== 'POST company') return undefined;
  const body: unknown = await request.json().catch(() => undefined);
  const asked = companySchema.safeParse(body);
  if (!asked.success)
    return Response.json(
      {
        error: `company takes whole numbers for projects, machines and deployments: ${z.prettifyError(asked.error)}`,
      },
      { status: 400 },
    );
  seedLargeCompany(server.state, seed, asked.data);
  return Response.json(counts(server));
}

function counts({ state }: Server) {
  const names = [
    'projects',
    'releases',
    'deployments',
    'tasks',
    'machines',
    'events',
  ] as const;
  return Object.fromEntries(names.map(name => [name, state.all(name).length]));
}
