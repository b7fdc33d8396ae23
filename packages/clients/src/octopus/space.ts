import { NanteError } from '@nante/model';
import { z } from 'zod';
import type { CallOptions } from '../proxmox/types';
import { untilAborted } from './bucket';
import type { OctopusCall, OctopusConnection } from './connection';
import { pageOf } from './reading';
import type { Page } from './types';

const spaceSchema = z.object({ Id: z.string(), Name: z.string() });
/** Of one request; more than that comes in several. */
export const pageSize = 1_000;

/** A space of a server, with what all groups of calls stand on. */
export interface OctopusSpace {
  connection: OctopusConnection;
  /** Id and name; asked for once, however many wait. */
  find(options?: CallOptions): Promise<{ id: string; name: string }>;
  /** Reads an answer of the space: `path` is below it, already encoded. */
  read<Schema extends z.ZodType>(
    schema: Schema,
    noun: string,
    call: OctopusCall,
    options?: CallOptions,
  ): Promise<z.output<Schema>>;
  /** Sends a call of the space whose answer nobody reads. */
  send(call: OctopusCall, options?: CallOptions): Promise<unknown>;
  /** All items of a collection, page by page. */
  all<Item extends z.ZodType>(
    item: Item,
    noun: string,
    ask: (page: { skip: number; take: number }) => Promise<unknown>,
  ): Promise<z.output<Item>[]>;
}

/** @param wanted - name or id */
export function openSpace(
  connection: OctopusConnection,
  wanted: string,
): OctopusSpace {
  const name = wanted.trim();
  let found: Promise<{ id: string; name: string }> | undefined;

  async function look(): Promise<{ id: string; name: string }> {
    if (/^Spaces-\d+$/u.test(name)) {
      const byId = await connection
        .read(spaceSchema, 'space', {
          method: 'GET',
          path: `/api/spaces/${name}`,
          what: `find the space ${name}`,
        })
        .catch(error => {
          if (NanteError.is(error) && error.code === 'not-found')
            return undefined;
          throw error;
        });
      if (byId) return { id: byId.Id, name: byId.Name };
    }
    const { items } = await connection.read(
      pageOf(spaceSchema),
      'list of spaces',
      {
        method: 'GET',
        path: '/api/spaces',
        // Octopus finds every name that contains this one.
        query: { partialName: name, take: pageSize },
        what: `find the space "${name}"`,
      },
    );
    const exact = items.find(space => space.Name === name);
    if (exact) return { id: exact.Id, name: exact.Name };
    const alike = items.map(space => `"${space.Name}"`).join(', ');
    throw new NanteError(
      'not-found',
      `There is no space "${name}" in Octopus that our key may see.`,
      {
        hint: alike
          ? `Names are compared as a whole and with their case. There is ${alike}.`
          : "Check the connection's space, or OCTOPUS_SPACE_ID, and whether the key's user is a member of a team of that space.",
      },
    );
  }

  const space: OctopusSpace = {
    connection,
    find(options) {
      found ??= look().catch(error => {
        found = undefined;
        throw error;
      });
      return untilAborted(found, options?.signal).catch(error => {
        throw NanteError.is(error)
          ? error
          : new NanteError('cancelled', 'The call to Octopus was cancelled.', {
              cause: error,
            });
      });
    },
    async read(schema, noun, call, options) {
      const value = await space.send(call, options);
      return connection.understand(schema, noun, value);
    },
    async send(call, options) {
      const { id } = await space.find(options);
      return connection.send(
        { ...call, path: `/api/${id}${call.path}` },
        options,
      );
    },
    async all(item, noun, ask) {
      const schema = pageOf(item);
      const items: z.output<typeof item>[] = [];
      for (;;) {
        const page: Page<z.output<typeof item>> = connection.understand(
          schema,
          noun,
          await ask({ skip: items.length, take: pageSize }),
        );
        items.push(...page.items);
        if (page.items.length === 0 || items.length >= page.total) return items;
      }
    },
  };
  return space;
}

/**
 * An id or slug that goes into a path. The vendor's ids and slugs need no encoding: anything else is none of them, and could
 * lead elsewhere.
 *
 * @throws NanteError `not-found`
 */
export function idIn(id: string, noun: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.))*$/u.test(id)) return id;
  throw new NanteError('not-found', `There is no ${noun} "${id}" in Octopus.`);
}

/** The one of a list that has exactly this name: Octopus itself also finds parts, and does not look at the case. */
export function wholeName<T extends { name: string }>(
  items: readonly T[],
  name: string,
): T | undefined {
  return items.find(item => item.name === name);
}
