import { InputError } from '@backstage/errors';

/** Which run is meant. */
export interface RunWish {
  workflow: string;
  /** Left out: the workflow is started. */
  commit?: string;
  /** Left out: the default branch. */
  ref?: string;
  inputs: Record<string, string>;
  timeoutMs: number;
  /** What a dry run says. */
  would: string;
}

const INPUTS = 25;
const MINUTES = { usual: 60, most: 24 * 60 };

/** Reads the input of the action. @throws InputError that names every problem at once */
export function readWish(input: {
  repository: string;
  workflow: string;
  commit?: string;
  ref?: string;
  inputs?: Record<string, string | number | boolean>;
  timeoutMinutes?: number;
}): RunWish {
  const { repository, workflow } = input;
  // Forms leave an empty text where nothing was typed.
  const commit = input.commit || undefined;
  const ref = input.ref || undefined;
  const inputs = Object.fromEntries(
    Object.entries(input.inputs ?? {}).map(([name, value]) => [
      name,
      String(value),
    ]),
  );
  const { timeoutMinutes = MINUTES.usual } = input;
  const problems = [
    !/^[A-Za-z0-9._-]{1,200}\.ya?ml$/.test(workflow) &&
      'workflow: use the name of its file, such as ci.yml',
    commit !== undefined &&
      !/^[0-9a-f]{40}$/.test(commit) &&
      'commit: use the whole commit',
    commit !== undefined &&
      (ref !== undefined || Object.keys(inputs).length > 0) &&
      'commit: the run of a push has neither ref nor inputs; leave the commit out to start the workflow',
    Object.keys(inputs).length > INPUTS &&
      `inputs: GitHub takes at most ${INPUTS}`,
    (timeoutMinutes < 1 || timeoutMinutes > MINUTES.most) &&
      `timeoutMinutes: use 1 to ${MINUTES.most}`,
  ].filter(problem => problem !== false);
  if (problems.length)
    throw new InputError(`This run can't be followed. ${problems.join('; ')}`);
  return {
    ...{ workflow, commit, ref, inputs },
    timeoutMs: timeoutMinutes * 60_000,
    would: commit
      ? `Would follow the run of ${workflow} that the push of ${commit.slice(0, 12)} to ${repository} started`
      : `Would start ${workflow} of ${repository} and follow it`,
  };
}
