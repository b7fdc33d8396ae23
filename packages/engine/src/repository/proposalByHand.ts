import type { ProposeChangeRequest } from '@nante/model';
import { quoted } from '../configure/byHand';

/** Commands of git and GitHub's own command line that ask for the same, from a clone. */
export function proposalByHand(
  { branch, base, title, body, files }: ProposeChangeRequest,
  repository: string,
): string[] {
  const removed = Object.keys(files).filter(path => files[path] === null);
  return [
    `gh repo clone ${quoted(repository)} . && git switch --create ${quoted(branch)}`,
    ...(removed.length > 0
      ? [`git rm -- ${removed.map(quoted).join(' ')}`]
      : []),
    `git add --all && git commit --message ${quoted(title)} && git push --set-upstream origin ${quoted(branch)}`,
    `gh pr create --title ${quoted(title)} --body ${quoted(body)} --head ${quoted(branch)}${base === undefined ? '' : ` --base ${quoted(base)}`}`,
  ];
}
