import { NexusError } from '../errors';
import type { Nexus } from '../server';
import type { User } from '../users';

/** A call of the REST API by someone who is known. */
export interface RestCall {
  nexus: Nexus;
  request: Request;
  url: URL;
  user: User;
  /** Value of a part of the path in braces. */
  param(name: string): string;
}

/** Method and path as the vendor's document writes them, below `/service/rest`, and what answers. */
export type RestRoute = [
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  answer: (call: RestCall) => Response | Promise<Response>,
];

/** @throws NexusError 400 */
export async function jsonBody({ request }: RestCall): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new NexusError(400, 'The body is no JSON');
  }
}

/** An answer without a body. */
export function noContent(status = 204): Response {
  return new Response(null, { status });
}
