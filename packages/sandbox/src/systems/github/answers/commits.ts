import type { Commit, FileChange, Signature } from '../git/read';
import type { Repository } from '../model';
import type { Github } from '../server';
import { nodeId, simpleUser } from './basics';
import { repositoryApi, repositoryPage } from './repository';

const unsigned = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
};

/** The account that an author's address belongs to; null for a stranger. */
function accountOf(github: Github, { email }: Signature) {
  const user = github.state.find('users', one => one.email === email);
  return user ? simpleUser(github, user.login) : null;
}

/** A commit as `/commits` shows it. */
export function commit(
  github: Github,
  repository: Repository,
  { sha, tree, parents, author, committer, message }: Commit,
) {
  const api = repositoryApi(github, repository);
  const page = repositoryPage(github, repository);
  return {
    sha,
    node_id: nodeId('Commit', sha),
    commit: {
      author,
      committer,
      message,
      tree: { sha: tree, url: `${api}/git/trees/${tree}` },
      url: `${api}/git/commits/${sha}`,
      comment_count: 0,
      verification: unsigned,
    },
    url: `${api}/commits/${sha}`,
    html_url: `${page}/commit/${sha}`,
    comments_url: `${api}/commits/${sha}/comments`,
    author: accountOf(github, author),
    committer: accountOf(github, committer),
    parents: parents.map(parent => ({
      sha: parent,
      url: `${api}/commits/${parent}`,
      html_url: `${page}/commit/${parent}`,
    })),
  };
}

/** A commit as `/git/commits` shows it. */
export function gitCommit(
  github: Github,
  repository: Repository,
  { sha, tree, parents, author, committer, message }: Commit,
) {
  const api = repositoryApi(github, repository);
  const page = repositoryPage(github, repository);
  return {
    sha,
    node_id: nodeId('Commit', sha),
    url: `${api}/git/commits/${sha}`,
    html_url: `${page}/commit/${sha}`,
    author,
    committer,
    tree: { sha: tree, url: `${api}/git/trees/${tree}` },
    message,
    parents: parents.map(parent => ({
      sha: parent,
      url: `${api}/git/commits/${parent}`,
      html_url: `${page}/commit/${parent}`,
    })),
    verification: unsigned,
  };
}

/** A commit as runs contain it. */
export function simpleCommit({
  sha,
  tree,
  message,
  author,
  committer,
}: Commit) {
  return {
    id: sha,
    tree_id: tree,
    message,
    timestamp: author.date,
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}

/** A file that a commit or pull request changes. */
export function diffEntry(
  github: Github,
  repository: Repository,
  sha: string,
  change: FileChange,
) {
  const page = repositoryPage(github, repository);
  const path = encodeURI(change.path);
  return {
    sha: change.sha,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${page}/blob/${sha}/${path}`,
    raw_url: `${page}/raw/${sha}/${path}`,
    contents_url: `${repositoryApi(github, repository)}/contents/${path}?ref=${sha}`,
    ...(change.previousPath ? { previous_filename: change.previousPath } : {}),
  };
}

/** Sums of changes. */
export function stats(changes: readonly FileChange[]) {
  const sum = (of: 'additions' | 'deletions') =>
    changes.reduce((total, change) => total + change[of], 0);
  const additions = sum('additions');
  const deletions = sum('deletions');
  return { additions, deletions, total: additions + deletions };
}
