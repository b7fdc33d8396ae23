import { permissionOf, reaches, type Actor } from './access';
import { GithubError } from './errors';
import {
  advertise,
  receivePack,
  uploadPack,
  type GitService,
} from './git/smartHttp';
import type { Repository } from './model';
import { refsMoved } from './pushes';
import type { Github } from './server';
import { refusalOf } from './updatePolicy';

const addresses =
  /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Whether a path is one that git asks for. */
export function isGitPath(path: string): boolean {
  return addresses.test(path);
}

/** Answers clones, fetches and pushes of real git, with a token as password. */
export async function answerGit(
  github: Github,
  request: Request,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const [, owner, name, end] = addresses.exec(decodeURI(pathname)) ?? [];
  const service = (
    end === 'info/refs' ? searchParams.get('service') : end
  ) as GitService | null;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack')
    return say(403, 'Please upgrade your git client.');
  let actor: Actor | undefined;
  try {
    actor = github.tokens.actor(request.headers);
  } catch (error) {
    if (!(error instanceof GithubError)) throw error;
    return askForToken('Invalid username or token.');
  }
  const repository = github.state.find(
    'repositories',
    one =>
      one.owner.toLowerCase() === owner.toLowerCase() &&
      one.name.toLowerCase() === name.toLowerCase(),
  );
  const refusal = refused(github, repository, actor, service);
  if (refusal || !repository) return refusal ?? notThere();
  const folder = github.git.folder(repository.id);
  if (end === 'info/refs') return advertise(folder, service, request);
  return service === 'git-upload-pack'
    ? uploadPack(folder, request)
    : push(github, repository, actor as Actor, request);
}

function refused(
  { state }: Github,
  repository: Repository | undefined,
  actor: Actor | undefined,
  service: GitService,
): Response | undefined {
  const isPush = service === 'git-receive-pack';
  const has = repository ? permissionOf(state, actor, repository) : 'none';
  // Git asks without its token first.
  if (!actor && (isPush || has === 'none'))
    return askForToken('No anonymous write access.');
  if (!repository || has === 'none') return notThere();
  const { owner, name, isArchived } = repository;
  if (!isPush) return undefined;
  if (!reaches(has, 'write'))
    return say(
      403,
      `Permission to ${owner}/${name}.git denied to ${actor?.login}.`,
    );
  return isArchived
    ? say(403, 'This repository was archived so it is read-only.')
    : undefined;
}

function push(
  github: Github,
  repository: Repository,
  actor: Actor,
  request: Request,
): Response {
  const folder = github.git.folder(repository.id);
  return receivePack({ folder, hooks: github.git.hooks }, request, {
    async judge(updates, objects) {
      const refusal = await refusalOf(
        github,
        repository,
        actor,
        updates,
        objects,
      );
      return refusal?.lines ?? [];
    },
    moved: updates => refsMoved(github, repository.id, actor, updates),
  });
}

function askForToken(message: string): Response {
  return new Response(`${message}\n`, {
    status: 401,
    headers: {
      'content-type': 'text/plain',
      'www-authenticate': 'Basic realm="GitHub"',
    },
  });
}

function notThere(): Response {
  return say(404, 'Repository not found.');
}

function say(status: number, message: string): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { 'content-type': 'text/plain' },
  });
}
