// From a form to an app that answers, and from a commit to its deployment, stage by stage: the scenario `pipeline`, which asserts
// what it claims, with its times beside the goals. Needs booted guests.
import path from 'node:path';
import { runCommand } from '../../e2e/lib/command';
import { root } from '../../e2e/lib/portal';
import { round, runBenchmark, say, type Figure } from './lib/report';

const goals = {
  formToHealthySeconds: ['submitted form to a healthy app on a new host', 150],
  commitToHealthySeconds: ['commit pushed to deployed and healthy', 60],
  betweenStagesSeconds: ['of it between the steps of the workflow', 5],
  brokenToReturnedSeconds: [
    'broken commit pushed to the good one back',
    undefined,
  ],
} as const;

type Measured = Partial<Record<keyof typeof goals, number>> & {
  stages?: Record<string, number>;
};

void runBenchmark('pipeline', async () => {
  let last = '';
  const { code } = await runCommand(
    process.execPath,
    [
      ...['--import', 'tsx', path.join(root, 'e2e/scenarios/pipeline.ts')],
      '--no-images',
    ],
    {
      cwd: root,
      env: { ...process.env, NANTE_REQUIRE_LAB: '1' },
      onLine: line => {
        if (line.startsWith('{"scenario":')) last = line;
        else say(line);
      },
    },
  );
  if (code !== 0) throw new Error('The scenario pipeline failed.');
  const results = JSON.parse(last) as Record<string, Measured>;
  const figures = Object.entries(results).flatMap(([template, measured]) =>
    typeof measured === 'object' ? figuresOf(template, measured) : [],
  );
  return {
    gates: [],
    figures,
    notes: [
      'Steps of the workflow are what GitHub says of them; what lies between them is the event, the queue and the runner.',
    ],
  };
});

function figuresOf(
  template: string,
  { stages = {}, ...measured }: Measured,
): Figure[] {
  return [
    ...Object.entries(goals).flatMap(([key, [name, goal]]) => {
      const value = measured[key as keyof typeof goals];
      return value === undefined
        ? []
        : [
            {
              name: `${template}: ${name}`,
              value: round(value),
              unit: 's',
              goal,
            },
          ];
    }),
    ...Object.entries(stages).map(([name, value]) => ({
      name: `${template}: ${name}`,
      value: round(value),
      unit: 's',
    })),
  ];
}
