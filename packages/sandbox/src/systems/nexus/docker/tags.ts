import { NexusError } from '../errors';
import { mayUse, type Nexus } from '../server';
import type { User } from '../users';
import type { ImageCall } from './router';

/** Answers `tags/list`, a part of it where one is asked for. */
export function answerTags(nexus: Nexus, call: ImageCall): Response {
  const { request, url, repository, image, base } = call;
  if (!['GET', 'HEAD'].includes(request.method))
    throw new NexusError(405, 'The operation is unsupported');
  const tags = nexus.state
    .components(repository.name)
    .filter(({ name }) => name === image)
    .map(({ version }) => version)
    .sort();
  if (tags.length === 0)
    throw new NexusError(
      404,
      `repository name not known to registry: ${image}`,
      {
        dockerCode: 'NAME_UNKNOWN',
      },
    );
  const { part, headers } = partOf(tags, url, `${base}/tags/list`);
  const name = base.replace(/^.*\/v2\//, '');
  return Response.json({ name, tags: part }, { headers });
}

/** Answers `_catalog`: names of all images that the user may see. */
export function catalog(
  nexus: Nexus,
  url: URL,
  user: User,
  repository: string | undefined,
): Response {
  const names = new Set<string>();
  for (const owner of nexus.state.repositories()) {
    if (owner.format !== 'docker' || !mayUse(user, owner, 'browse')) continue;
    if (repository && owner.name !== repository) continue;
    for (const { name } of nexus.state.components(owner.name))
      names.add(repository ? name : `${owner.name}/${name}`);
  }
  const { part, headers } = partOf([...names].sort(), url, url.pathname);
  return Response.json({ repositories: part }, { headers });
}

/** `n` items after `last`, with a link to those that follow. */
function partOf(
  items: string[],
  url: URL,
  path: string,
): { part: string[]; headers: Record<string, string> } {
  const last = url.searchParams.get('last') ?? '';
  const n = Number(url.searchParams.get('n') ?? Infinity);
  const rest = items.filter(item => item > last);
  const part = rest.slice(0, Number.isNaN(n) ? undefined : n);
  const end = part.at(-1);
  return {
    part,
    headers:
      part.length < rest.length && end !== undefined
        ? {
            link: `<${path}?n=${n}&last=${encodeURIComponent(end)}>; rel="next"`,
          }
        : {},
  };
}
