import { RepositoryReader } from './git/read';
import type { Repository } from './model';
import type { Github } from './server';

/** A plain page for what links lead to. Whoever reaches loopback may read it: there is no sign-in here. */
export async function answerPage(
  github: Github,
  path: string,
): Promise<Response> {
  const [owner = '', name = '', kind = '', ...rest] = path
    .split('/')
    .filter(Boolean)
    .map(part => decodeURIComponent(part));
  const repository = github.state.find(
    'repositories',
    one => one.owner === owner && one.name === name.replace(/\.git$/, ''),
  );
  if (kind === 'raw' && repository) return raw(github, repository, rest);
  const body = repository
    ? await repositoryPage(github, repository, kind, rest)
    : startPage(github, owner, name);
  return page(repository ? `${owner}/${name}` : 'GitHub', body);
}

function startPage(
  { state }: Github,
  owner: string,
  name: string,
): string | undefined {
  if (name !== '') return undefined;
  const found = state.filter(
    'repositories',
    one => owner === '' || one.owner === owner,
  );
  if (found.length === 0) return undefined;
  return list(
    found.map(one =>
      link(`/${one.owner}/${one.name}`, `${one.owner}/${one.name}`),
    ),
  );
}

async function repositoryPage(
  github: Github,
  repository: Repository,
  kind: string,
  rest: string[],
): Promise<string | undefined> {
  const { state } = github;
  const base = `/${repository.owner}/${repository.name}`;
  switch (kind) {
    case '':
    case 'tree':
    case 'blob':
      return files(github, repository, base, rest);
    case 'pull': {
      const pull = state.find(
        'pulls',
        one =>
          one.repository === repository.id && one.number === Number(rest[0]),
      );
      return (
        pull &&
        `<h2>${escaped(pull.title)} #${pull.number}</h2><p>${pull.mergedAt ? 'merged' : pull.state}: ${escaped(pull.head.ref)} into ${escaped(pull.base.ref)}</p><pre>${escaped(pull.body)}</pre>`
      );
    }
    case 'actions':
      return rest[0] === 'runs'
        ? run(github, repository, rest)
        : runs(github, repository, base);
    case 'commit':
    case 'commits':
      return commits(github, repository, rest[0]);
    default:
      return undefined;
  }
}

async function files(
  { git }: Github,
  repository: Repository,
  base: string,
  [ref = repository.defaultBranch, ...path]: string[],
): Promise<string | undefined> {
  const reader = new RepositoryReader(git.folder(repository.id));
  const commit = await reader.resolve(ref);
  const about = `<p>${escaped(repository.description)}</p>`;
  if (!commit) return `${about}<p>There is nothing in it yet.</p>`;
  const entry = await reader.entry(commit, path.join('/'));
  if (!entry) return undefined;
  if (entry.type === 'blob') {
    const content = (await reader.blob(entry.sha))?.toString('utf8') ?? '';
    return `<h2>${escaped(entry.path)}</h2><pre>${escaped(content)}</pre>`;
  }
  const below = await reader.tree(commit, {
    path: entry.path === '' ? '.' : `:(literal)${entry.path}/`,
  });
  const items = (below ?? []).map(one =>
    link(
      `${base}/${one.type === 'tree' ? 'tree' : 'blob'}/${ref}/${one.path}`,
      one.path,
    ),
  );
  return `${about}<p>${link(`${base}/actions`, 'Runs')}</p>${list(items)}`;
}

async function raw(
  { git }: Github,
  { id, visibility }: Repository,
  [ref = '', ...path]: string[],
): Promise<Response> {
  const reader = new RepositoryReader(git.folder(id));
  const commit =
    visibility === 'public' ? await reader.resolve(ref) : undefined;
  const entry = commit && (await reader.entry(commit, path.join('/')));
  const content = entry && (await reader.blob(entry.sha));
  return content
    ? new Response(new Uint8Array(content), {
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      })
    : new Response('404: Not Found', { status: 404 });
}

async function commits(
  { git }: Github,
  { id, defaultBranch }: Repository,
  ref = defaultBranch,
): Promise<string | undefined> {
  const reader = new RepositoryReader(git.folder(id));
  const sha = await reader.resolve(ref);
  if (!sha) return undefined;
  const log = await reader.log(sha, { limit: 50 });
  return list(
    log.map(
      one =>
        `<code>${one.sha.slice(0, 7)}</code> ${escaped(one.message.split('\n')[0])}`,
    ),
  );
}

function runs({ state }: Github, { id }: Repository, base: string): string {
  const found = state.filter('runs', one => one.repository === id).reverse();
  return list(
    found.map(one =>
      link(
        `${base}/actions/runs/${one.id}`,
        `${one.name} #${one.number}: ${one.title} (${one.conclusion ?? one.status})`,
      ),
    ),
  );
}

function run(
  { state, logs, runs: record }: Github,
  { id }: Repository,
  [, number, , jobId]: string[],
): string | undefined {
  const found = state.get('runs', Number(number));
  if (found?.repository !== id) return undefined;
  const jobs = record
    .jobs(found)
    .filter(job => !jobId || job.id === Number(jobId));
  const shown = jobs.map(job => {
    const steps = job.steps.map(
      step => `${escaped(step.name)}: ${step.conclusion ?? step.status}`,
    );
    const log = logs.read(job.id) ?? '';
    return `<h3>${escaped(job.name)}: ${job.conclusion ?? job.status}</h3>${list(steps)}<pre>${escaped(log)}</pre>`;
  });
  const problem = found.problem ? `<p>${escaped(found.problem)}</p>` : '';
  return `<h2>${escaped(found.name)} #${found.number}: ${found.conclusion ?? found.status}</h2><p>${escaped(found.title)}</p>${problem}${shown.join('')}`;
}

function page(title: string, body: string | undefined): Response {
  const content = body ?? '<p>There is no such page.</p>';
  return new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>
<body style="font-family: sans-serif; max-width: 60em; margin: 2em auto">
<p><b>Stand-in for GitHub</b> of Nante's sandbox: what you see is kept on this machine.</p>
<h1>${escaped(title)}</h1>${content}</body></html>\n`,
    {
      status: body === undefined ? 404 : 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        // What is shown comes out of repositories.
        'content-security-policy':
          "default-src 'none'; style-src 'unsafe-inline'",
      },
    },
  );
}

function list(items: string[]): string {
  return `<ul>${items.map(item => `<li>${item}</li>`).join('')}</ul>`;
}

function link(to: string, text: string): string {
  return `<a href="${escaped(encodeURI(to))}">${escaped(text)}</a>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
