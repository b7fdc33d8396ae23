import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Duplex } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { startGit } from './git';
import { answerHook, type RefUpdate } from './hook';

export type GitService = 'git-upload-pack' | 'git-receive-pack';

const noCache = {
  'cache-control': 'no-cache, max-age=0, must-revalidate',
  expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  pragma: 'no-cache',
};

/** What a push asks and tells. */
export interface PushListener {
  /** Why the refs may not move, line by line. */
  judge(updates: RefUpdate[], objects: string): Promise<string[]>;
  /** They have moved; the client's answer waits for it. */
  moved(updates: RefUpdate[]): Promise<void>;
}

/** Answers `GET …/info/refs?service=…`: what there is. */
export function advertise(
  folder: string,
  service: GitService,
  request: Request,
): Response {
  const head = `# service=${service}\n`;
  const length = (head.length + 4).toString(16).padStart(4, '0');
  const git = startGit(
    [service.slice(4), '--stateless-rpc', '--advertise-refs', folder],
    { folder, env: protocolOf(request) },
  );
  git.stdin.end();
  async function* body() {
    yield Buffer.from(`${length}${head}0000`);
    yield* git.stdout;
  }
  return streamed(body(), `application/x-${service}-advertisement`);
}

/** Answers `POST …/git-upload-pack`: clones and fetches. */
export function uploadPack(folder: string, request: Request): Response {
  const git = startGit(['upload-pack', '--stateless-rpc', folder], {
    folder,
    env: protocolOf(request),
  });
  bodyOf(request).pipe(git.stdin);
  request.signal.addEventListener('abort', () => git.kill());
  git.stderr.resume();
  return streamed(git.stdout, 'application/x-git-upload-pack-result');
}

/** Answers `POST …/git-receive-pack`: a push. Its end waits for what follows from it, so that who pushed finds the run. */
export function receivePack(
  { folder, hooks }: { folder: string; hooks: string },
  request: Request,
  { judge, moved }: PushListener,
): Response {
  const git = startGit(
    [
      ...['-c', `core.hooksPath=${hooks}`],
      ...['receive-pack', '--stateless-rpc', folder],
    ],
    { folder, env: protocolOf(request) },
  );
  let asked: RefUpdate[] = [];
  answerHook(git.stdio[3] as unknown as Duplex, async (updates, objects) => {
    const refusal = await judge(updates, objects);
    if (refusal.length === 0) asked = updates;
    return refusal;
  });
  const closed = new Promise(resolve => git.on('close', resolve));
  bodyOf(request).pipe(git.stdin);
  git.stderr.resume();
  async function* body() {
    yield* git.stdout;
    // The socket of the hook holds the process's end up.
    (git.stdio[3] as unknown as Duplex).destroy();
    await closed;
    if (asked.length > 0) await moved(asked);
  }
  return streamed(body(), 'application/x-git-receive-pack-result');
}

function protocolOf(request: Request): Record<string, string> {
  const version = request.headers.get('git-protocol') ?? '';
  return /^version=\d$/.test(version) ? { GIT_PROTOCOL: version } : {};
}

/** What the client sends; git packs what is large. */
function bodyOf(request: Request): Readable {
  if (!request.body) return Readable.from([]);
  const body = Readable.fromWeb(request.body as NodeReadableStream);
  body.on('error', () => {});
  const isPacked = /gzip/.test(request.headers.get('content-encoding') ?? '');
  return isPacked ? body.pipe(createGunzip()) : body;
}

function streamed(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): Response {
  return new Response(
    Readable.toWeb(Readable.from(body)) as ReadableStream<Uint8Array>,
    {
      headers: {
        ...noCache,
        'content-type': contentType,
        // Its length is known at the end only.
        'transfer-encoding': 'chunked',
      },
    },
  );
}
