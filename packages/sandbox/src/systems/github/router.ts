import type { Actor } from './access';
import type { Permission, Repository } from './model';
import type { Github } from './server';

/** One request as its handler sees it. */
export interface Call {
  github: Github;
  /** Nobody where the route is open and no token was sent. */
  by: Actor;
  /** The repository of the path; only where the path has one. */
  repository: Repository;
  /** Parts of the path by name, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** As it was sent; an empty object where there is none. */
  body: Record<string, unknown>;
  request: Request;
  /** The part of a list that was asked for; the rest is announced in the header `Link`. */
  page<T>(items: readonly T[]): T[];
}

/** A call of the vendor's that is answered. */
export interface Route {
  /** Method and path as in the vendor's document. */
  call: string;
  /** What one must be allowed in the repository of the path; `read` unless told. */
  needs?: Permission;
  /** Scope that a classic token must have beside that. */
  scope?: string;
  /** Answered without a token too. */
  isOpen?: boolean;
  /** Of an answer that is no `Response`; 200, and 204 where there is no body. */
  status?: number;
  answer(call: Call): unknown;
}

interface Pattern {
  expression: RegExp;
  names: string[];
  literals: number;
  route: Route;
}

/** Parts that may contain slashes. */
const longParts = new Set(['path', 'ref', 'branch', 'basehead']);

/** Finds the route of a path; words win over parameters. */
export class Router {
  readonly #patterns = new Map<string, Pattern[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const [method, path] = route.call.split(' ');
      const names: string[] = [];
      const source = path
        .split('/')
        .map(part => {
          const [, name] = /^\{(.+)\}$/.exec(part) ?? [];
          if (!name) return part.replace(/[.+]/g, String.raw`\$&`);
          names.push(name);
          return longParts.has(name) ? '(.+)' : '([^/]+)';
        })
        .join('/')
        // The root of a repository has contents too.
        .replace(/\/contents\/\(\.\+\)$/, '/contents(?:/(.*))?');
      const pattern = {
        ...{ names, route },
        expression: new RegExp(`^${source}/?$`),
        literals: path.split('/').length - names.length,
      };
      const others = this.#patterns.get(method) ?? [];
      this.#patterns.set(
        method,
        [...others, pattern].sort(
          (left, right) => right.literals - left.literals,
        ),
      );
    }
  }

  /** @param path - below the API, as it was sent */
  find(
    method: string,
    path: string,
  ): { route: Route; params: Record<string, string> } | undefined {
    for (const { expression, names, route } of this.#patterns.get(method) ??
      []) {
      const match = expression.exec(path);
      if (!match) continue;
      const params = names.map((name, index) => [
        name,
        decoded(match[index + 1] ?? ''),
      ]);
      return { route, params: Object.fromEntries(params) };
    }
    return undefined;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
