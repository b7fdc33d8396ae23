import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readJsonFile, writeFileAtomic } from '../../storage/atomicFile';

/** How one gets in: OpenObserve takes the e-mail of a user, never a short name. */
export interface OpenobserveUser {
  username: string;
  password: string;
}

/** The one user, made at the first start and kept in a file. */
export function loadUser(file: string): OpenobserveUser {
  const kept = readJsonFile<OpenobserveUser>(file);
  if (kept) return kept;
  const made = {
    username: 'telemetry@sandbox.example',
    password: randomBytes(18).toString('base64url'),
  };
  writeFileAtomic(file, JSON.stringify(made));
  return made;
}

/** Whether a request comes with the user's name and password. */
export function isAllowed(headers: Headers, user: OpenobserveUser): boolean {
  const [scheme, value = ''] = (headers.get('authorization') ?? '').split(' ');
  if (scheme.toLowerCase() !== 'basic') return false;
  const given = Buffer.from(value, 'base64');
  const expected = Buffer.from(`${user.username}:${user.password}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What those get who may not: plain text, unlike every other answer. */
export function unauthorized(): Response {
  return new Response('Unauthorized Access', {
    status: 401,
    headers: { 'content-type': 'text/plain' },
  });
}
