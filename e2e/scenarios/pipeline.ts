// From a form to an app that answers, and from a commit to its deployment: "Go service on a VM" and "Container app on a Docker host"
// in Chromium, on booted guests. Then a commit by the real git is deployed by itself, and one that is not well is returned by itself.
// What the guest answers is read after each step.
//   --templates go-service,container-app   which
//   --no-images                            keeps no pictures
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { RunDocument } from '@nante/model';
import { bodyOf } from '../lib/bodyOf';
import { inLabPortal, type LabPortal } from '../lib/labPortal';
import { appTask, type NewApp, requestApp } from '../lib/pipeline/appForm';
import { Developer } from '../lib/pipeline/developer';
import { GithubView, stageSeconds, stepSeconds } from '../lib/pipeline/github';
import { keepPicture } from '../lib/pictures';
import { type Figures, part, runScenario, say } from '../lib/report';
import { temporaryFolder } from '../lib/sandbox';
import { until } from '../lib/until';

const { values: options } = parseArgs({
  options: {
    templates: { type: 'string', default: 'go-service,container-app' },
    'no-images': { type: 'boolean', default: false },
  },
});

const apps: Record<NewApp['template'], Omit<NewApp, 'sshKey'>> = {
  'go-service': {
    template: 'go-service',
    name: 'orders',
    // What a shell, a template engine and YAML would each take for their own.
    description: 'Takes orders: "$(touch /tmp/pwned)" ${{ secrets.X }} & #1',
    port: 8080,
  },
  'container-app': {
    template: 'container-app',
    name: 'stock',
    description: "Counts what is left: `id` {{ 7 * 7 }} 'quoted'",
    port: 8090,
  },
};

/** A commit message made to attack a shell. */
const hostile = 'Say hello "; touch /tmp/pwned; $(touch /tmp/pwned) `id` #';

/** The whole way of one app. */
async function wholeWay(
  lab: LabPortal,
  folder: string,
  wanted: Omit<NewApp, 'sshKey'>,
): Promise<Figures> {
  const { page, portal, api, key } = lab;
  const { template, name, port } = wanted;
  const github = new GithubView(portal.endpoints);
  const figures: Figures = {};

  const submitted = Date.now();
  const task = await part(
    `${name}: the form, its task, the first version`,
    async () => {
      const id = await requestApp(page, portal.url, {
        ...wanted,
        sshKey: key.publicKey,
      });
      const ended = await appTask(api, id);
      if (ended.status !== 'completed') say(await failureOf(github, name));
      assert.equal(ended.status, 'completed', ended.error);
      return ended;
    },
  );
  figures.formToHealthySeconds = (Date.now() - submitted) / 1000;
  await page.getByText('Deployments').first().waitFor();
  await keepPicture(page, `${template}-task`);
  const address = await addressOf(lab, name);
  const url = `http://${address}:${port}/`;

  /** Reads until the app answers a version. */
  const serves = async (pattern: RegExp, what: string) => {
    const body = await until(
      `${url} answers ${what}`,
      async () => {
        const found = await bodyOf(url);
        return found !== undefined && pattern.test(found) && found;
      },
      20_000,
    );
    say(`  curl ${url}: ${body}`);
    return body;
  };
  const first = await serves(/\b0\.1\.1\b/, 'the first version');
  assert.ok(first.includes(name), first);

  const developer = await Developer.clone(
    github.cloneUrl(name),
    path.join(folder, name),
  );
  await part(`${name}: the same form once more changes nothing`, async () => {
    const before = await developer.head();
    const id = await repeat(lab, task.id);
    const ended = await appTask(api, id);
    assert.equal(ended.status, 'completed', ended.error);
    const again = await Developer.clone(
      github.cloneUrl(name),
      path.join(folder, `${name}-again`),
    );
    assert.equal(await again.head(), before, 'no commit was added');
    assert.equal(
      (await github.runsOf(name, before)).length,
      1,
      'no second run',
    );
  });

  await part(`${name}: a commit is deployed by itself`, async () => {
    developer.replace('main.go', /Hello/, 'Good morning');
    const { sha, at } = await developer.push(hostile);
    const run = await github.endOf(name, sha);
    if (run.conclusion !== 'success') say(await github.log(name, run.id));
    assert.equal(run.conclusion, 'success');
    await serves(/Good morning.*\b0\.1\.2\b/s, 'the second version');
    const seconds = (Date.now() - at) / 1000;
    figures.commitToHealthySeconds = seconds;
    const jobs = await github.jobs(name, run.id);
    figures.stages = stageSeconds(jobs);
    // What is neither a step nor the app that begins to answer: events, the queue, the runner.
    figures.betweenStagesSeconds = seconds - stepSeconds(jobs);
    assert.ok(!fs.existsSync('/tmp/pwned'), 'the message was run');
  });
  await page.goto(`${portal.url}/catalog/default/component/${name}/pipeline`);
  await page.getByText('Stages of the newest commit').waitFor();
  await keepPicture(page, `pipeline-${template}`);

  await part(
    `${name}: one that is not well is returned by itself`,
    async () => {
      developer.replace('main.go', /Good morning/, 'Good night');
      developer.replace('main.go', /http\.StatusOK/, 'http.StatusTeapot');
      const { sha, at } = await developer.push('Break the health check');
      const run = await github.endOf(name, sha);
      assert.equal(run.conclusion, 'failure');
      const body = await serves(
        /Good morning.*\b0\.1\.2\b/s,
        'the good version',
      );
      assert.ok(!body.includes('Good night'), body);
      figures.brokenToReturnedSeconds = (Date.now() - at) / 1000;
      const log = await github.log(name, run.id);
      assert.match(log, /0\.1\.2/, 'the log says what was brought back');
    },
  );
  await page.goto(`${portal.url}/catalog/default/component/${name}/pipeline`);
  await page.getByText('What went wrong').waitFor();
  await keepPicture(page, `pipeline-${template}-failed`);
  return figures;
}

/** What the newest workflow of a repository said. */
async function failureOf(github: GithubView, name: string): Promise<string> {
  try {
    const { workflow_runs: runs } = await github.get<{
      workflow_runs: { id: number }[];
    }>(`/repos/${github.organization}/${name}/actions/runs`);
    return runs[0] ? await github.log(name, runs[0].id) : 'No workflow ran.';
  } catch (error) {
    return String(error);
  }
}

/** Sends the values of a task once more. @returns the id of the new one */
async function repeat({ api }: LabPortal, id: string): Promise<string> {
  const { spec } = await api.get<{
    spec: { parameters: object; templateInfo: { entityRef: string } };
  }>(`/scaffolder/v2/tasks/${id}`);
  const again = await api.post<{ id: string }>('/scaffolder/v2/tasks', {
    templateRef: spec.templateInfo.entityRef,
    values: spec.parameters,
  });
  return again.id;
}

/** Address of the host that a template made. */
async function addressOf({ api }: LabPortal, name: string): Promise<string> {
  const { runs } = await api.get<{ runs: RunDocument[] }>(
    `/infrastructure/runs?app=${name}&kind=provision`,
  );
  const address = runs.find(({ result }) => result?.address)?.result?.address;
  assert.ok(address, `no host of ${name} has an address`);
  return address;
}

void runScenario('pipeline', async undo => {
  const folder = temporaryFolder(undo);
  fs.rmSync('/tmp/pwned', { force: true });
  const chosen = options.templates.split(',') as NewApp['template'][];
  return inLabPortal(undo, async lab => {
    const figures: Figures = {};
    for (const template of chosen)
      figures[template] = await wholeWay(lab, folder, apps[template]);
    return figures;
  });
});
