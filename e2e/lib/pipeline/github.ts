import type { Endpoints } from '@nante/sandbox';
import { until } from '../until';

/** A run of a workflow, as GitHub has it. */
export interface WorkflowRun {
  id: number;
  path: string;
  head_sha: string;
  event: string;
  status: string;
  conclusion: string | null;
  created_at: string;
  updated_at: string;
  html_url: string;
}

export interface WorkflowJob {
  id: number;
  name: string;
  conclusion: string | null;
  started_at: string;
  completed_at: string;
  steps: {
    name: string;
    conclusion: string | null;
    started_at: string;
    completed_at: string;
  }[];
}

/** What a scenario asks GitHub, by no code of the product. */
export class GithubView {
  readonly #api: string;
  readonly #token: string;
  readonly organization: string;
  /** Address of pages and repositories. */
  readonly url: string;

  constructor({ github }: Endpoints) {
    this.#api = String(github!.apiUrl);
    this.#token = String(github!.token);
    this.url = github!.url;
    this.organization = String(github!.organization);
  }

  /** Address that git clones, with a token in it. */
  cloneUrl(repository: string): string {
    const url = new URL(`${this.url}/${this.organization}/${repository}.git`);
    url.username = 'developer';
    url.password = this.#token;
    return url.href;
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.#api + path, {
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: 'application/vnd.github+json',
      },
    });
    if (!response.ok)
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (
      response.headers.get('content-type')?.includes('json')
        ? response.json()
        : response.text()
    ) as Promise<T>;
  }

  /** Runs of a commit, newest first. */
  async runsOf(repository: string, sha: string): Promise<WorkflowRun[]> {
    const { workflow_runs: runs } = await this.get<{
      workflow_runs: WorkflowRun[];
    }>(
      `/repos/${this.organization}/${repository}/actions/runs?head_sha=${sha}`,
    );
    return runs;
  }

  /** Waits until a workflow has run for a commit. */
  endOf(
    repository: string,
    sha: string,
    file = 'ci.yml',
    timeoutMs = 240_000,
  ): Promise<WorkflowRun> {
    return until(
      `${file} of ${repository} ends for ${sha.slice(0, 7)}`,
      async () =>
        (await this.runsOf(repository, sha)).find(
          ({ path, status }) => path.endsWith(file) && status === 'completed',
        ),
      timeoutMs,
    );
  }

  async jobs(repository: string, runId: number): Promise<WorkflowJob[]> {
    const { jobs } = await this.get<{ jobs: WorkflowJob[] }>(
      `/repos/${this.organization}/${repository}/actions/runs/${runId}/jobs`,
    );
    return jobs;
  }

  /** Logs of all jobs of a run. */
  async log(repository: string, runId: number): Promise<string> {
    const jobs = await this.jobs(repository, runId);
    const texts = await Promise.all(
      jobs.map(async ({ id, name }) => {
        const text = await this.get<string>(
          `/repos/${this.organization}/${repository}/actions/jobs/${id}/logs`,
        ).catch(error => String(error));
        return `--- ${name}\n${text}`;
      }),
    );
    return texts.join('\n');
  }
}

/** Seconds of each job, and of each step that took one or more. */
export function stageSeconds(jobs: WorkflowJob[]): Record<string, number> {
  const seconds = (from: string, to: string) =>
    Math.round((Date.parse(to) - Date.parse(from)) / 100) / 10;
  return Object.fromEntries(
    jobs.flatMap(job => [
      [job.name, seconds(job.started_at, job.completed_at)],
      ...job.steps
        .map(
          step =>
            [
              `${job.name}: ${step.name}`,
              seconds(step.started_at, step.completed_at),
            ] as const,
        )
        .filter(([, took]) => took >= 1),
    ]),
  );
}

/** Seconds in which at least one step worked. */
export function stepSeconds(jobs: WorkflowJob[]): number {
  const spans = jobs
    .flatMap(({ steps }) => steps)
    .map(step => [Date.parse(step.started_at), Date.parse(step.completed_at)])
    .filter(([from, to]) => to > from)
    .sort(([a], [b]) => a - b);
  let until = 0;
  let sum = 0;
  for (const [from, to] of spans) {
    sum += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return sum / 1000;
}
