import assert from 'node:assert/strict';
import type { Endpoints } from '@nante/sandbox';

/** Systems in which a workflow changes something; its records in the bucket are no change of anything. */
const systems = ['proxmox', 'octopus', 'nexus'] as const;

/** Calls of a route that change nothing, although they are no GET. */
const lookups = [
  // Octopus' searches.
  /^POST .*\/releases\/.*\/search$/,
];

interface Counts {
  byRoute: Record<string, number>;
}

/**
 * Calls that may have changed something in the systems while something was done.
 *
 * @returns what was done came to, and the calls by system and route, without systems that got none
 */
export async function changed<T>(
  endpoints: Endpoints,
  work: () => Promise<T>,
): Promise<{ result: T; calls: Record<string, number> }> {
  const there = systems.filter(name => endpoints[name]);
  for (const name of there)
    await fetch(`${endpoints[name]!.control}/requests`, { method: 'DELETE' });
  const result = await work();
  const calls: Record<string, number> = {};
  for (const name of there) {
    const answer = await fetch(`${endpoints[name]!.control}/requests`);
    const { byRoute } = (await answer.json()) as Counts;
    for (const [route, count] of Object.entries(byRoute))
      if (
        !/^(GET|HEAD|OPTIONS) /.test(route) &&
        !lookups.some(pattern => pattern.test(route))
      )
        calls[`${name} ${route}`] = count;
  }
  return { result, calls };
}

/** Components of Nexus, past every client of ours. */
export async function readNexus(
  { nexus }: Endpoints,
  query: Record<string, string>,
): Promise<{ name: string; version: string }[]> {
  const { url, username, password } = nexus!;
  const answer = await fetch(
    `${url}/service/rest/v1/search?${new URLSearchParams(query)}`,
    {
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      },
    },
  );
  assert.ok(answer.ok, `${answer.status}`);
  const { items } = (await answer.json()) as {
    items: { name: string; version: string }[];
  };
  return items;
}
