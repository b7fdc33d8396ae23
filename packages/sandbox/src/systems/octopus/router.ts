import type { Actor } from './access';
import type { Space } from './documents';
import type { Query } from './input';
import type { Permission } from './permissions';
import type { Server } from './server';

/** One request as its handler sees it. */
export interface Call {
  server: Server;
  by: Actor;
  /** The space of the path, or the default one where the path names none. */
  space: Space;
  /** Path of the request, for links. */
  path: string;
  /** Parts of the path by name. */
  params: Record<string, string>;
  query: Query;
  /** As it was sent; undefined when there is none or it is no JSON. */
  body: unknown;
}

/** A call of the vendor's that is answered. */
export interface Route {
  /** Method and path as in the vendor's document, for example `GET /{spaceId}/machines/{id}`. */
  call: string;
  /** Absent: a valid key is enough. */
  permission?: Permission;
  /** Answered without a key. */
  open?: boolean;
  /** Of an answer that is no `Response`; 200 unless told. */
  status?: number;
  answer(call: Call): unknown;
}

interface Pattern {
  segments: string[];
  literals: number;
  route: Route;
}

/** Finds the route of a path: a word wins over a parameter, and words count in any case. */
export class Router {
  readonly #patterns = new Map<string, Pattern[]>();

  constructor(routes: Route[]) {
    for (const route of routes) {
      const [method, path] = route.call.split(' ');
      const segments = path
        .replace('/{spaceId}', '')
        .split('/')
        .filter(part => part !== '');
      const literals = segments.filter(part => !part.startsWith('{')).length;
      const scope = path.startsWith('/{spaceId}') ? 'space' : 'server';
      const key = `${method} ${scope} ${segments.length}`;
      const others = this.#patterns.get(key) ?? [];
      this.#patterns.set(
        key,
        [...others, { segments, literals, route }].sort(
          (left, right) => right.literals - left.literals,
        ),
      );
    }
  }

  /** @param scope - whether the path named a space */
  find(
    method: string,
    scope: 'space' | 'server',
    segments: string[],
  ): { route: Route; params: Record<string, string> } | undefined {
    const key = `${method} ${scope} ${segments.length}`;
    for (const pattern of this.#patterns.get(key) ?? []) {
      const params = matched(pattern.segments, segments);
      if (params) return { route: pattern.route, params };
    }
    return undefined;
  }
}

function matched(
  pattern: string[],
  segments: string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const given = segments[index];
    if (part.startsWith('{')) params[part.slice(1, -1)] = given;
    else if (part.toLowerCase() !== given.toLowerCase()) return undefined;
  }
  return params;
}
