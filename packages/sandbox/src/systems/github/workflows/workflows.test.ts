import { evaluateText, interpolate } from './expressions';
import { parseWorkflow } from './file';
import { matchesFilter } from './globs';
import { planJobs, type Found } from './plan';

const contexts = {
  github: { ref: 'refs/heads/main', event: { number: 3 } },
  inputs: { labels: '["self-hosted","x64"]', environment: '', is: false },
  vars: { PLACE: 'here' },
};

it.each([
  ["${{ github.ref == 'refs/heads/MAIN' }}", true],
  ["${{ inputs.environment || 'dev' }}", 'dev'],
  ["${{ inputs.is && 'yes' || 'no' }}", 'no'],
  ['${{ fromJSON(inputs.labels) }}', ['self-hosted', 'x64']],
  ["${{ contains(fromJSON(inputs.labels), 'X64') }}", true],
  ["${{ format('{0}-{1}', vars.place, github.event.number) }}", 'here-3'],
  ["${{ !startsWith(github.ref, 'refs/tags/') }}", true],
  ["${{ github.event['number'] >= 3 }}", true],
  ['${{ needs.ci.outputs.version }}', null],
  ["it''s ${{ 'it''s' }}", "it''s it's"],
])('reads %s', (text, expected) => {
  expect(evaluateText(text, contexts)).toEqual(expected);
});

it.each(['${{ github. }}', "${{ 'open }}", '${{ what() }}', '${{ (1 }}'])(
  'refuses %s',
  text => {
    expect(() => interpolate(text, contexts)).toThrow(SyntaxError);
  },
);

it.each([
  ['*', 'main', true],
  ['*', 'feature/a', false],
  ['**', 'feature/a', true],
  ['releases/**-alpha', 'releases/beta/3-alpha', true],
  ['v[12].[0-9]+.[0-9]+', 'v1.10.1', true],
  ['v[12].[0-9]+.[0-9]+', 'v3.1.1', false],
  ['**.js', 'src/index.js', true],
  ['docs/**', 'docs/a/b.md', true],
  ['*.jsx?', 'page.js', true],
])('pattern %s and %s: %s', (pattern, name, expected) => {
  expect(matchesFilter([pattern], name)).toBe(expected);
});

const origin = { repository: 'acme/app', sha: 'a', path: 'ci.yml' };
const called = (text: string): Found => ({
  ...{ repository: 'acme/shared', sha: 'b', path: 'x.yml', text },
});
const plan = (jobs: string, text = '') =>
  planJobs(
    parseWorkflow(`on: push\njobs:\n${jobs}`, 'ci.yml'),
    origin,
    contexts,
    async () => (text ? called(text) : undefined),
  );

const reusable = `on:
  workflow_call:
    inputs: { size: { type: string, required: true } }
jobs:
  first: { name: "First \${{ inputs.size }}", runs-on: "\${{ fromJSON('[1,2]') }}", steps: [{ run: a }] }
  second: { needs: first, runs-on: x, steps: [{ run: a }] }
`;

it('puts the jobs of a called workflow in the place of the job that calls', async () => {
  const { jobs } = await plan(
    `  before: { runs-on: x, steps: [{ run: a }] }
  call: { needs: before, uses: acme/shared/.github/workflows/x.yml@v1, with: { size: big } }
  after: { needs: [call], runs-on: x, steps: [{ run: a }] }`,
    reusable,
  );
  expect(jobs.map(({ key, name, needs }) => [key, name, needs])).toEqual([
    ['before', 'before', []],
    ['call/first', 'call / First big', ['before']],
    ['call/second', 'call / second', ['call/first']],
    ['after', 'after', ['call/first', 'call/second']],
  ]);
  expect(jobs[1].labels).toEqual(['1', '2']);
});

it('knows from the begin which jobs their condition rules out, with all that they call', async () => {
  const { jobs } = await plan(
    `  other: { if: "\${{ github.ref == 'refs/tags/v1' }}", uses: acme/shared/.github/workflows/x.yml@v1, with: { size: big } }
  this: { if: github.ref == 'refs/heads/main', runs-on: x, steps: [{ run: a }] }
  open: { if: always(), runs-on: x, steps: [{ run: a }] }
  later: { needs: this, if: "false", runs-on: x, steps: [{ run: a }] }`,
    reusable,
  );
  expect(jobs.map(({ key, isRuledOut }) => [key, isRuledOut ?? false])).toEqual(
    [
      ['other/first', true],
      ['other/second', true],
      ['this', false],
      ['open', false],
      ['later', false],
    ],
  );
});

it.each([
  ['  a: { uses: acme/shared/.github/workflows/x.yml@v1 }', 'required'],
  [
    '  a: { uses: x/y/.github/workflows/x.yml@v1, with: { size: a, no: b } }',
    'no is not defined',
  ],
])('refuses a call whose inputs do not fit: %s', async (jobs, message) => {
  await expect(plan(jobs, reusable)).rejects.toThrow(message);
});

it('refuses workflows that call each other for ever', async () => {
  const loop = `on: workflow_call\njobs:\n  a: { uses: acme/shared/.github/workflows/x.yml@v1 }`;
  await expect(
    plan('  a: { uses: acme/shared/.github/workflows/x.yml@v1 }', loop),
  ).rejects.toThrow('deeper than 10 levels');
});

it.each([
  ['jobs: {}', 'on'],
  ['on: push', 'jobs'],
  ['on: push\njobs: { a: { steps: [] } }', 'runs-on'],
  ['on: push\njobs: { a: { runs-on: x } }', 'no steps'],
  [
    'on: push\njobs: { a: { runs-on: x, needs: b, steps: [] } }',
    "unknown job 'b'",
  ],
  ['on: push\njobs: [', 'yaml syntax on line 2'],
  ['text', 'no mapping'],
])('does not take a file such as %j', (text, message) => {
  expect(() => parseWorkflow(text, 'ci.yml')).toThrow(message);
});
