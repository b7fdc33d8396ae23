import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeGithubs, temporaryFolder } from '../__testUtils__/server';
import { repositoryWith } from '../__testUtils__/workTree';
import {
  cloneWith,
  describeWithAct,
  jobsOf,
  runThat,
  setSecret,
  someFileHas,
  startWithRunner,
  until,
} from './__testUtils__/machine';

jest.setTimeout(90_000);
afterEach(removeGithubs);

const checkout =
  'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';
const file = '.github/workflows/ci.yml';
const clonesFiles = {
  '.github/workflows/outer.yml': `name: Outer
on:
  workflow_call:
    inputs:
      who: { type: string, required: true }
    secrets:
      TOKEN: { required: true }
    outputs:
      said: { value: '\${{ jobs.inner.outputs.said }}' }
jobs:
  inner:
    name: Inner
    uses: $/.github/workflows/inner.yml
    with: { who: '\${{ inputs.who }}' }
    secrets: { TOKEN: '\${{ secrets.TOKEN }}' }
`,
  '.github/workflows/inner.yml': `name: Inner
on:
  workflow_call:
    inputs:
      who: { type: string, required: true }
    secrets:
      TOKEN: { required: true }
    outputs:
      said: { value: '\${{ jobs.build.outputs.said }}' }
jobs:
  build:
    name: Build for \${{ inputs.who }}
    runs-on: [self-hosted, linux]
    environment: { name: dev }
    concurrency: { group: 'build-\${{ inputs.who }}', queue: max }
    outputs: { said: '\${{ steps.greet.outputs.said }}' }
    steps:
      - uses: ${checkout}
        with: { persist-credentials: false }
      - name: Greet
        id: greet
        uses: $/.github/actions/greet
        with: { who: '\${{ inputs.who }}' }
      - name: Read
        shell: bash
        env:
          TOKEN: \${{ secrets.TOKEN }}
          OWN: \${{ secrets.OWN }}
          PLACE: \${{ vars.PLACE }}
        run: |
          cat hello.txt
          echo "::group::Secrets"
          echo "token $TOKEN, of the environment $OWN, in $PLACE"
          echo "twice: $(printf '%s' "$TOKEN" | base64)"
          echo "::endgroup::"
          echo "::add-mask::later-secret"
          echo later-secret
          git config --get-regexp extraheader || echo "no credentials are left"
          echo "env: \${UNUSED:-not there}"
      - name: Never
        if: inputs.who == 'nobody'
        run: exit 1
`,
  '.github/actions/greet/action.yml': `name: Greet
description: Says hello.
inputs:
  who: { description: Whom, required: true }
outputs:
  said: { description: What, value: '\${{ steps.say.outputs.said }}' }
runs:
  using: composite
  steps:
    - name: Say it
      id: say
      shell: bash
      env: { WHO: '\${{ inputs.who }}' }
      run: |
        echo "Hello, $WHO"
        echo "said=Hello, $WHO" >>"$GITHUB_OUTPUT"
`,
};

describeWithAct('the runner', () => {
  it('runs a caller with nested workflows and a composite action: names, steps, outputs, and no secret in any log', async () => {
    const github = await startWithRunner({
      clone: await cloneWith(clonesFiles),
    });
    const { commit } = github.credentials.workflows;
    const {
      path,
      push,
      commit: change,
    } = await repositoryWith(github, 'app', {
      'hello.txt': 'from the repository\n',
    });
    await setSecret(
      github,
      `${path}/actions/secrets`,
      'TOKEN',
      's3cr3t-of-app',
    );
    await setSecret(github, `${path}/actions/secrets`, 'UNUSED', 'unused-one');
    await github.call('PUT', `${path}/environments/dev`);
    const dev = `${path}/environments/dev`;
    await setSecret(github, `${dev}/secrets`, 'OWN', 's3cr3t-of-dev');
    const variables = { name: 'PLACE', value: 'the development' };
    await github.call('POST', `${dev}/variables`, variables);
    await change({
      [file]: `name: CI
on: push
jobs:
  call:
    name: Pipeline
    uses: nante/nante/.github/workflows/outer.yml@${commit} # v0.1.0
    with: { who: world }
    secrets: { TOKEN: '\${{ secrets.TOKEN }}' }
  after:
    needs: call
    runs-on: self-hosted
    steps:
      - name: Use it
        env: { SAID: '\${{ needs.call.outputs.said }}' }
        run: echo "It said $SAID"
`,
    });
    const begun = performance.now();
    await push('main');
    const run = await runThat(github, path, 'completed');
    process.stderr.write(
      `From the push to the end of the run: ${Math.round(performance.now() - begun)} ms\n`,
    );
    const jobs = await jobsOf(github, path, run.id);
    const logs = JSON.stringify(jobs, null, 1);
    expect(`${run.conclusion} ${logs}`).toMatch(/^success/);
    expect(Object.keys(jobs)).toEqual([
      'Pipeline / Inner / Build for world',
      'after',
    ]);
    const build = jobs['Pipeline / Inner / Build for world'];
    expect(build.steps).toEqual([
      'Set up job: success',
      `Run ${checkout.split(' ')[0]}: success`,
      'Greet: success',
      'Read: success',
      'Never: skipped',
      'Complete job: success',
    ]);
    for (const text of [
      `"uses: $/…" became "uses: nante/nante/…@${commit}"`,
      'Hello, world',
      'from the repository',
      '##[group]Secrets\ntoken ***, of the environment ***, in the development',
      // What a step asked to hide.
      '##[endgroup]\n***\n',
      'no credentials are left',
      'env: not there',
    ])
      expect(build.log).toContain(text);
    expect(jobs.after.log).toContain('It said Hello, world');
    for (const secret of [
      ...['s3cr3t-of-app', 's3cr3t-of-dev'],
      Buffer.from('s3cr3t-of-app').toString('base64'),
    ]) {
      expect(logs).not.toContain(secret);
      expect(someFileHas(join(github.dataDir, 'logs'), secret)).toBe(false);
    }
    expect(readdirSync(join(github.dataDir, 'runner/runs'))).toEqual([]);
  });

  it('ends with the step that failed: later ones are skipped, those that always run do', async () => {
    const github = await startWithRunner();
    const { path } = await repositoryWith(github, 'app', {
      [file]: `on: push
jobs:
  test:
    runs-on: [self-hosted, linux]
    steps:
      - name: Tolerated
        continue-on-error: true
        run: exit 7
      - name: Test
        run: |
          echo "::error file=main.go,line=3::it does not add up"
          printf 'the last words'
          exit 3
      - name: Publish
        run: echo published
      - name: Clean up
        if: always()
        run: echo cleaned
      - name: From elsewhere
        if: always()
        uses: actions/setup-go@v6
  next:
    needs: test
    runs-on: self-hosted
    steps: [{ run: echo next }]
`,
    });
    const run = await runThat(github, path, 'completed');
    expect(run.conclusion).toBe('failure');
    const { test, next } = await jobsOf(github, path, run.id);
    expect(test.conclusion).toBe('failure');
    expect(next.conclusion).toBe('skipped');
    expect(test.steps).toEqual([
      'Set up job: success',
      'Tolerated: success',
      'Test: failure',
      'Publish: skipped',
      'Clean up: success',
      'From elsewhere: failure',
      'Complete job: success',
    ]);
    expect(test.log).toContain('##[error]it does not add up\nthe last words');
    expect(test.log).toContain('Process completed with exit code 3.');
    expect(test.log).toContain('actions/setup-go@v6 is not reachable here');
    expect(test.log).not.toContain('published');
  });

  it('takes the inputs of a dispatch, and what a message says as text', async () => {
    const github = await startWithRunner();
    const stolen = join(await temporaryFolder(), 'stolen');
    const own = await repositoryWith(github, 'app', {
      [file]: `on:
  push:
  workflow_dispatch:
    inputs:
      loud: { type: boolean, default: false }
      text: { type: string }
jobs:
  say:
    name: Say \${{ inputs.text }}
    runs-on: self-hosted
    steps:
      - env:
          MESSAGE: \${{ github.event.head_commit.message }}
          TEXT: \${{ inputs.text }}
          LOUD: \${{ inputs.loud && 'loud' || 'quiet' }}
        run: echo "<$MESSAGE> <$TEXT> $LOUD"
`,
    });
    await runThat(github, own.path, 'completed');
    const attack = `"; touch ${stolen}; $(touch ${stolen}) \`touch ${stolen}\` \${{ github.token }} '#`;
    await own.commit({ 'readme.md': 'x' }, attack);
    await own.push('main');
    const pushed = await until(async () => {
      const run = await runThat(github, own.path, 'completed');
      return run.run_number === 2 && run;
    }, 'the second run');
    const [said] = Object.values(await jobsOf(github, own.path, pushed.id));
    expect(said.log).toContain(`<${attack}> <> quiet`);

    const workflow = `${own.path}/actions/workflows/ci.yml/dispatches`;
    await github.call('POST', workflow, {
      ref: 'main',
      inputs: { text: `it's {0} ${attack}`, loud: true },
    });
    const dispatched = await until(async () => {
      const run = await runThat(github, own.path, 'completed');
      return run.event === 'workflow_dispatch' && run;
    }, 'the dispatched run');
    const jobs = await jobsOf(github, own.path, dispatched.id);
    expect(Object.keys(jobs)).toEqual([`Say it's {0} ${attack}`]);
    expect(Object.values(jobs)[0].log).toContain(
      `<> <it's {0} ${attack}> loud`,
    );
    expect(existsSync(stolen)).toBe(false);
  });

  it('leaves what asks for other labels, and the pull request of a fork, to nobody', async () => {
    const github = await startWithRunner();
    const own = await repositoryWith(github, 'app', {
      [file]: `on: { push: { branches: [hosted] }, pull_request: }
jobs:
  hosted:
    runs-on: \${{ github.event_name == 'push' && 'ubuntu-latest' || 'self-hosted' }}
    steps: [{ run: env }]
`,
    });
    await setSecret(github, `${own.path}/actions/secrets`, 'TOKEN', 'of-app');
    const made = await github.as('developer')('POST', `${own.path}/forks`, {});
    expect(made.status).toBe(202);
    const { owner } = made.body;
    await own.git('checkout', '-b', 'change');
    await own.commit({ 'readme.md': 'from outside' });
    await own.git(
      ...['push', github.remote(`${owner.login}/app`, 'developer'), 'change'],
    );
    const pull = await github.as('developer')('POST', `${own.path}/pulls`, {
      ...{ title: 'Hello', head: `${owner.login}:change`, base: 'main' },
    });
    expect(pull.status).toBe(201);
    const run = await until(async () => {
      const { body } = await github.call('GET', `${own.path}/actions/runs`);
      return body.workflow_runs[0];
    }, 'the run of the fork');
    expect(run.event).toBe('pull_request');
    // Another repository's run goes past it, so the runner has looked.
    const other = await repositoryWith(github, 'other', {
      [file]: `on: push
jobs: { one: { runs-on: self-hosted, steps: [{ run: echo }] } }
`,
    });
    await runThat(github, other.path, 'completed');
    const { body } = await github.call(
      ...(['GET', `${own.path}/actions/runs/${run.id}`] as const),
    );
    expect(body.status).not.toBe('in_progress');
    expect(body.conclusion ?? 'none').not.toBe('success');
    const jobs = await jobsOf(github, own.path, run.id);
    expect(
      Object.values(jobs)
        .map(({ log }) => log)
        .join(''),
    ).not.toContain('TOKEN');
  });

  it('runs each leg of a matrix as a job of its own, with a repository in a folder and no terminal', async () => {
    const github = await startWithRunner();
    const { path } = await repositoryWith(github, 'app', {
      [file]: `on: push
defaults: { run: { working-directory: sources } }
jobs:
  build:
    name: Build \${{ matrix.on }}
    strategy: { matrix: { on: [one, two] } }
    runs-on: [self-hosted, linux]
    steps:
      - uses: ${checkout}
        with: { fetch-depth: 0, path: sources }
      - run: |
          git rev-list --count HEAD
          echo "found=\${{ hashFiles('sources/.github/**/*.yml') != '' }}" >>"$GITHUB_ENV"
          mkdir "$RUNNER_TEMP/more" && echo "$RUNNER_TEMP/more" >>"$GITHUB_PATH"
      - run: echo "found $found on \${PATH%%:*}, $(tty)" || true
  pair:
    strategy: { matrix: { include: [{ system: debian, version: 13 }] } }
    runs-on: self-hosted
    steps: [{ run: echo, working-directory: / }]
`,
    });
    const run = await runThat(github, path, 'completed');
    const jobs = await jobsOf(github, path, run.id);
    expect(`${run.conclusion} ${JSON.stringify(jobs)}`).toMatch(/^success/);
    expect(Object.keys(jobs).sort()).toEqual([
      ...['Build one', 'Build two', 'pair (debian, 13)'],
    ]);
    for (const name of ['Build one', 'Build two'])
      expect(jobs[name].log).toMatch(/found true on .*\/more, not a tty/);
  });

  it('is off-line and says what to do where act is missing', async () => {
    const github = await startWithRunner({ act: '/nowhere/act' });
    expect(github.standIn.credentials.runner).toMatchObject({
      isOnline: false,
      problem: expect.stringMatching(/^Workflows stay queued: act is not here/),
    });
  });
});
