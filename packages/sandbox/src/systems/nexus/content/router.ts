import { NexusError, contentErrorResponse, npmErrorResponse } from '../errors';
import type { Format, Repository } from '../model';
import { repositoryOf, type Nexus } from '../server';
import type { User } from '../users';
import { answerHelm } from './helm';
import { answerMaven } from './maven';
import { answerNpm } from './npm';
import { answerRaw } from './raw';

/** A call on the content of one repository. */
export interface ContentCall {
  request: Request;
  url: URL;
  repository: Repository;
  /** Decoded, without a slash at its begin. */
  path: string;
  user: User;
  /** Address of the client. */
  address: string;
}

type Answer = (nexus: Nexus, call: ContentCall) => Response | Promise<Response>;

const answers: Partial<Record<Format, Answer>> = {
  raw: answerRaw,
  maven2: answerMaven,
  helm: answerHelm,
  npm: answerNpm,
};

/** Answers `/repository/<name>/<path>`. */
export async function answerContent(
  nexus: Nexus,
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  let format: Format | undefined;
  try {
    const { name, path } = readPath(url.pathname);
    format = nexus.state.repository(name)?.format;
    const user = nexus.users.authenticate(request.headers);
    const repository = repositoryOf(nexus, name);
    const answer = answers[repository.format];
    if (!answer) throw new NexusError(404, 'Not Found');
    if (!repository.online)
      throw new NexusError(503, `Repository is offline: ${name}`);
    const call = { request, url, repository, path, user, address: '127.0.0.1' };
    return await answer(nexus, call);
  } catch (error) {
    if (!(error instanceof NexusError)) throw error;
    return format === 'npm'
      ? npmErrorResponse(error)
      : contentErrorResponse(error);
  }
}

function readPath(pathname: string): { name: string; path: string } {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    throw new NexusError(400, 'The path cannot be decoded');
  }
  const [, , name = '', ...segments] = decoded.split('/');
  if (segments.some(segment => segment === '.' || segment === '..'))
    throw new NexusError(400, 'The path leads out of the repository');
  return { name, path: segments.join('/').replace(/^\/+/, '') };
}
