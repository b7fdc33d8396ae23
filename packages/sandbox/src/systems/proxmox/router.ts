import type { Identity } from './access';
import type { Cluster } from './cluster';
import { ApiFailure } from './failure';
import type { Checked } from './params/check';
import {
  format,
  string,
  vmid,
  type Param,
  type ParamTable,
} from './params/spec';

/** One call as its handler sees it. */
export interface Call {
  cluster: Cluster;
  by: Identity;
  /** Checked parameters of path, query and body. */
  params: Checked;
}

/** Rights that a call needs before its parameters are looked at. */
export interface Permission {
  /** With parameters of the path in braces. */
  path: string;
  privileges: string[];
  /** One of the privileges is enough. */
  any?: boolean;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  params: ParamTable;
  permission?: Permission;
  /** Answered without signing in. */
  open?: boolean;
  handle(call: Call): unknown;
}

/** Data with the number of all rows beside it. */
export class Page {
  readonly data: unknown;
  readonly total: number;

  constructor(data: unknown, total: number) {
    this.data = data;
    this.total = total;
  }
}

const pathParams: Record<string, Param> = {
  node: format('pve-node'),
  vmid: vmid(),
  storage: format('pve-storage-id'),
  volume: string(),
  upid: string(),
  poolid: format('pve-poolid'),
  snapname: format('pve-configid', { maxLength: 40 }),
  roleid: format('pve-roleid'),
  userid: format('pve-userid', { maxLength: 64 }),
};

/** A route; the parameters in its path are added by themselves. */
export function route(
  method: Route['method'],
  path: string,
  options: { params?: ParamTable; permission?: Permission; open?: boolean },
  handle: Route['handle'],
): Route {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]);
  const fromPath = Object.fromEntries(
    names.map(name => [name, pathParams[name]]),
  );
  return {
    method,
    path,
    ...options,
    params: { ...options.params, ...fromPath },
    handle,
  };
}

/** One of the privileges on a path. */
export function anyOf(path: string, ...privileges: string[]): Permission {
  return { path, privileges, any: true };
}

/** All of the privileges on a path. */
export function allOf(path: string, ...privileges: string[]): Permission {
  return { path, privileges };
}

interface Node {
  children: Map<string, Node>;
  parameter?: { name: string; node: Node };
  routes: Map<string, Route>;
}

/** Finds the route of a path; a name wins over a parameter. */
export class Router {
  readonly #root = emptyNode();

  constructor(routes: Route[]) {
    for (const item of routes) this.#add(item);
  }

  /** @throws ApiFailure 501 when nothing is served there */
  find(
    method: string,
    path: string,
  ): { route: Route; values: Record<string, string> } {
    const parts = path.split('/').filter(part => part !== '');
    const values: Record<string, string> = {};
    let node: Node | undefined = this.#root;
    for (const [index, part] of parts.entries()) {
      const child: Node | undefined = node.children.get(part);
      if (!child && node.parameter) {
        // Names of volumes have slashes in them.
        const rest =
          node.parameter.name === 'volume'
            ? parts.slice(index).join('/')
            : part;
        values[node.parameter.name] = decode(rest);
        node = node.parameter.node;
        if (rest !== part) break;
      } else node = child;
      if (!node) break;
    }
    const found = node?.routes.get(method);
    if (!found)
      throw new ApiFailure(501, `Method '${method} ${path}' not implemented\n`);
    return { route: found, values };
  }

  #add(item: Route) {
    let node = this.#root;
    for (const part of item.path.split('/').filter(each => each !== '')) {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      if (name) {
        node.parameter ??= { name, node: emptyNode() };
        node = node.parameter.node;
      } else {
        const child = node.children.get(part) ?? emptyNode();
        node.children.set(part, child);
        node = child;
      }
    }
    node.routes.set(item.method, item);
  }
}

function emptyNode(): Node {
  return { children: new Map(), routes: new Map() };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
