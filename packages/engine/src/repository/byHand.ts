import type { SetUpRepositoryRequest } from '@nante/model';
import { quoted } from '../configure/byHand';

/** Commands of git and GitHub's own command line that make the same; the token of Doppler is read from the terminal. */
export function repositoryByHand(
  request: SetUpRepositoryRequest,
  { owner, webhookUrl }: { owner: string; webhookUrl?: string },
): string[] {
  const { name, description, visibility, defaultBranch } = request;
  const { commitMessage, environments, variables, protection } = request;
  const repository = quoted(`${owner}/${name}`);
  const branch = quoted(defaultBranch);
  return [
    `gh repo create ${repository} --${visibility}${description ? ` --description ${quoted(description)}` : ''}`,
    `gh repo edit ${repository} --add-topic nante`,
    ...environments.map(
      environment =>
        `gh api --method PUT ${quoted(`repos/${owner}/${name}/environments/${environment}`)}`,
    ),
    ...Object.entries(variables).map(
      ([variable, value]) =>
        `gh variable set ${variable} --repo ${repository} --body ${quoted(value)}`,
    ),
    ...(request.dopplerToken
      ? [`gh secret set DOPPLER_TOKEN --repo ${repository}`]
      : []),
    ...(request.webhook && webhookUrl
      ? [
          `gh api ${quoted(`repos/${owner}/${name}/hooks`)} --field 'events[]=workflow_run' --field 'events[]=workflow_job' --field ${quoted(`config[url]=${webhookUrl}`)} --field 'config[content_type]=json' --field "config[secret]=$GITHUB_WEBHOOK_SECRET"`,
        ]
      : []),
    `git init --initial-branch ${branch} && git add --all && git commit --message ${quoted(commitMessage)}`,
    `git push "$(gh repo view ${repository} --json url --jq .url)" ${branch}`,
    ...(protection
      ? [
          `echo ${quoted(JSON.stringify(protectionBody(protection)))} | gh api --method PUT ${quoted(`repos/${owner}/${name}/branches/${defaultBranch}/protection`)} --input -`,
        ]
      : []),
  ];
}

function protectionBody({
  requiredChecks,
  approvals,
}: NonNullable<SetUpRepositoryRequest['protection']>) {
  return {
    required_status_checks:
      requiredChecks.length > 0
        ? { strict: false, contexts: requiredChecks }
        : null,
    required_pull_request_reviews:
      approvals > 0 ? { required_approving_review_count: approvals } : null,
    enforce_admins: false,
    restrictions: null,
  };
}
