import type { GithubCommit } from './types';

/**
 * The git database of GitHub refuses everything in a repository without a commit ("Git Repository is empty", 409): there,
 * only the contents API makes one. So it makes this one, and the real first commit, which has no parent, takes its place.
 */
export const start = {
  path: '.nante-start',
  message: 'Start of an empty repository, replaced at once by its first commit',
  content: 'Nante makes the first commit of this repository.\n',
} as const;

/** Whether a commit is only our start: what came next was cut off. */
export function isStart({ message, parents }: GithubCommit): boolean {
  return message === start.message && parents.length === 0;
}
