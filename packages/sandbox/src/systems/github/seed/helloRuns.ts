import type { Conclusion, Job, Repository, Step, Workflow } from '../model';
import type { Github } from '../server';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Titles of the steps, with their seconds and what their logs say. */
const steps: [string, number, string[]][] = [
  ['Set up job', 1, ['Current runner version: stand-in (pretended)']],
  ['Check the sources out', 1, ['HEAD is now at this commit']],
  ['Build', 4, ['1 file packed', 'hello.zip: 312 bytes']],
  ['Test', 3, ['test: the page has a title … ok']],
  ['Scan', 6, ['No vulnerabilities found']],
  ['Publish', 2, ['maven-releases/com.example:hello']],
  ['Release', 3, ['Release created in Octopus']],
  ['Complete job', 1, ['Cleaning up']],
];

interface Story {
  conclusion: Conclusion;
  /** Days before the first start. */
  daysAgo: number;
  /** Index of the step that ended otherwise than well. */
  endsAt?: number;
  lastWords?: string[];
}

const stories: Story[] = [
  { conclusion: 'success', daysAgo: 6 },
  {
    conclusion: 'failure',
    daysAgo: 5,
    endsAt: 3,
    lastWords: [
      'test: the page greets the world … FAILED',
      'expected "Hello, world", found "Hello, wrld"',
      '##[error]Process completed with exit code 1.',
    ],
  },
  {
    conclusion: 'cancelled',
    daysAgo: 4,
    endsAt: 4,
    lastWords: ['##[error]The operation was canceled.'],
  },
];

/** The runs that `acme/hello` has had: one that went well, one whose test failed, one that was cancelled. All pretended. */
export function seedHelloRuns(
  github: Github,
  repository: Repository,
  workflow: Workflow,
  commits: readonly { sha: string; message: string }[],
  pinned: string,
): void {
  const { state } = github;
  stories.forEach((story, index) => {
    const { sha, message } = commits[index];
    const begin = Date.now() - story.daysAgo * dayMs;
    const at = (seconds: number) =>
      new Date(begin + seconds * 1000).toISOString();
    const plan = [
      {
        key: 'ci/build',
        name: 'ci / Build and publish',
        labels: ['self-hosted', 'linux'],
        needs: [],
      },
    ];
    const run = state.insert('runs', {
      ...{ repository: repository.id, workflow: workflow.id },
      ...{ path: workflow.path, name: workflow.name, title: message },
      number: state.next(`runs of workflow ${workflow.id}`),
      attempt: 1,
      event: 'push',
      payload: { ref: 'refs/heads/main', after: sha },
      ...{ ref: 'refs/heads/main', headBranch: 'main', sha, checkout: sha },
      headRepository: repository.id,
      ...{ actor: 'dana', triggeringActor: 'dana', inputs: {} },
      ...{ status: 'completed', conclusion: story.conclusion },
      ...{ createdAt: at(0), startedAt: at(2), updatedAt: at(30) },
      referenced: [
        {
          path: `nante/nante/.github/workflows/reusable-ci.yml@${pinned}`,
          sha: pinned,
        },
      ],
      ...{ pulls: [], plan, waitsFor: [], approvals: [] },
    });
    const job = seedJob(github, run.id, story, at);
    writeLog(github, job, story);
  });
}

function seedJob(
  { state }: Github,
  run: number,
  { conclusion, endsAt }: Story,
  at: (seconds: number) => string,
): Job {
  let seconds = 3;
  const done = steps.map(([name, duration], index): Step => {
    const isReached = endsAt === undefined || index <= endsAt;
    const isLast = index === steps.length - 1;
    if (!isReached && !isLast)
      return {
        ...{ number: index + 1, name },
        ...{ status: 'completed', conclusion: 'skipped' },
      };
    const startedAt = at(seconds);
    seconds += duration;
    return {
      ...{ number: index + 1, name, status: 'completed' },
      conclusion: index === endsAt ? conclusion : 'success',
      ...{ startedAt, completedAt: at(seconds) },
    };
  });
  return state.insert('jobs', {
    ...{ run, attempt: 1, key: 'ci/build', name: 'ci / Build and publish' },
    labels: ['self-hosted', 'linux'],
    ...{ status: 'completed', conclusion },
    ...{ createdAt: at(0), startedAt: at(2), completedAt: at(seconds) },
    runner: { id: 1, name: 'sandbox-1' },
    steps: done,
  });
}

function writeLog({ logs }: Github, job: Job, { lastWords = [] }: Story) {
  logs.append(
    job.id,
    'This run is part of the seed (pretended).',
    job.createdAt,
  );
  job.steps.forEach(({ name, startedAt, conclusion }, index) => {
    if (!startedAt) return;
    logs.append(job.id, `##[group]${name}`, startedAt);
    logs.append(job.id, '##[endgroup]', startedAt);
    const isGood = conclusion === 'success';
    for (const line of isGood ? steps[index][2] : lastWords)
      logs.append(job.id, line, startedAt);
  });
}
