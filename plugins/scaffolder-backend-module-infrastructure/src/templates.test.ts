import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { situation } from './__testUtils__/actions';
import { createActions } from './actions';

const folder = path.resolve(__dirname, '../../../templates');
const read = (file: string) =>
  parse(readFileSync(path.join(folder, file), 'utf8'));

interface ObjectSchema {
  properties: Record<string, unknown>;
  required?: string[];
  dependencies?: Record<string, { oneOf: ObjectSchema[] }>;
}

interface Step {
  id: string;
  action: string;
  input: Record<string, any>;
}

interface Template {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    parameters: ObjectSchema[];
    steps: Step[];
    output: object;
    EXPERIMENTAL_recovery: object;
  };
}

/** Requests about hosts lie in folders; those of apps beside their skeletons, which have to lie below them. */
const files = readdirSync(folder, { withFileTypes: true })
  .map(entry =>
    entry.isDirectory() ? `${entry.name}/template.yaml` : entry.name,
  )
  .filter(file => file !== 'templates.yaml')
  .filter(file => existsSync(path.join(folder, file)));
const templates = files.map((file): [string, Template] => [file, read(file)]);
const apps = templates.filter(([file]) => !file.includes('/'));

/** Inputs of Backstage's own actions, as far as our templates use them. */
const backstage: Record<string, ObjectSchema> = {
  'fetch:template': {
    properties: {
      ...{ url: {}, targetPath: {}, templateFileExtension: {}, values: {} },
    },
    required: ['url', 'values'],
  },
};

/** Parameters of all pages of a form. */
function parametersOf(template: Template) {
  return Object.assign(
    {},
    ...template.spec.parameters.flatMap(page => [
      page.properties,
      // What one answer asks for beside it.
      ...Object.values(page.dependencies ?? {}).flatMap(({ oneOf }) =>
        oneOf.map(({ properties }) => properties),
      ),
    ]),
  ) as Record<string, { 'ui:field'?: string }>;
}

function inputsOf(action: string): ObjectSchema | undefined {
  const ours = createActions(situation().deps).find(({ id }) => id === action);
  return (ours?.schema?.input as ObjectSchema | undefined) ?? backstage[action];
}

const usedIn = (part: unknown) =>
  [...JSON.stringify(part).matchAll(/parameters\.(\w+)/g)].map(
    ([, name]) => name,
  );

describe('the templates', () => {
  it('are all in the catalog, and can be started over with the same request', () => {
    expect([...read('templates.yaml').spec.targets].sort()).toEqual(
      files.map(file => `./${file}`).sort(),
    );
    for (const [file, template] of templates) {
      const name = file.replace(/(\/template)?\.yaml$/, '');
      expect(template.metadata.name).toBe(name);
      expect(template.spec.EXPERIMENTAL_recovery).toEqual({
        EXPERIMENTAL_strategy: 'startOver',
      });
      expect(parametersOf(template).requestId['ui:field']).toBe(
        'NanteRequestId',
      );
      const requests = template.spec.steps.flatMap(({ action, input }) =>
        'requestId' in (inputsOf(action)?.properties ?? {})
          ? [input.requestId]
          : [],
      );
      expect([name, new Set(requests).size]).toEqual([name, requests.length]);
      for (const request of requests)
        expect(request).toMatch(/^\$\{\{ parameters\.requestId \}\}/);
    }
  });

  it('hand every answer to an action that takes it, and leave no question of it open', () => {
    for (const [name, template] of templates) {
      for (const { action, input } of template.spec.steps) {
        const known = inputsOf(action);
        expect([name, action, known && 'known']).toEqual([
          ...[name, action, 'known'],
        ]);
        const given = Object.keys(input);
        expect([
          name,
          given.filter(key => !(key in known!.properties)),
        ]).toEqual([name, []]);
        expect([
          name,
          (known!.required ?? []).filter(key => !given.includes(key)),
        ]).toEqual([name, []]);
      }
      // What a form only shows has no place in the run.
      const asked = Object.keys(parametersOf(template));
      expect([name, [...new Set(usedIn(template.spec.steps))].sort()]).toEqual([
        name,
        asked.filter(key => key !== 'plan').sort(),
      ]);
    }
  });
});

describe('the templates of apps', () => {
  it('look around before they make anything, and say what they make', () => {
    expect(apps.map(([file]) => file)).toContain('go-service.yaml');
    for (const [name, { metadata, spec }] of apps) {
      expect([name, spec.steps[0].action]).toEqual([
        ...[name, 'infrastructure:app:check'],
      ]);
      expect(metadata.annotations).toMatchObject({
        'nante.dev/group': 'Applications',
        'nante.dev/creates': expect.stringMatching(/\w/),
      });
    }
  });

  it('name steps that come before, and skeletons that are there', () => {
    for (const [name, { spec }] of apps) {
      const before: string[] = [];
      for (const step of [
        ...spec.steps,
        { id: '', action: '', input: { output: spec.output } },
      ]) {
        const named = [...JSON.stringify(step).matchAll(/steps\.(\w+)\./g)];
        expect([name, named.filter(([, id]) => !before.includes(id))]).toEqual([
          ...[name, []],
        ]);
        before.push(step.id);
        if (step.action !== 'fetch:template') continue;
        const { url } = step.input;
        expect([name, url, existsSync(path.join(folder, url))]).toEqual([
          ...[name, url, true],
        ]);
      }
    }
  });

  it('put what people write into files by names that are known, each of them used', () => {
    for (const [name, { spec }] of apps) {
      const fetches = spec.steps.filter(
        ({ action }) => action === 'fetch:template',
      );
      const given = Object.keys(fetches[0].input.values);
      const all = fetches
        .flatMap(({ input }) => textsOf(path.join(folder, input.url)))
        .join('\n');
      const text = asFilled(all, given);
      const used = new Set(
        [...text.matchAll(/(?<![`/])values\.(\w+)/g)].map(([, value]) => value),
      );
      expect([name, [...used].filter(value => !given.includes(value))]).toEqual(
        [name, []],
      );
      expect([
        name,
        given.filter(value => !all.includes(`values.${value}`)),
      ]).toEqual([...[name, []]]);
      for (const { input } of fetches)
        expect(input).toMatchObject({
          values: fetches[0].input.values,
          templateFileExtension: true,
        });
    }
  });
});

/** What is left of a text where only some values are given: parts that ask for another one go. */
function asFilled(text: string, given: string[]): string {
  const innermost =
    /\{%-? if values\.(\w+)[^%]*%\}((?:(?!\{%-? if )[^])*?)\{%-? endif %\}/;
  const left = text.replace(innermost, (_, value: string, part: string) =>
    given.includes(value) ? part : '',
  );
  return left === text ? text : asFilled(left, given);
}

/** Texts that are worked out, of a skeleton. */
function textsOf(skeleton: string): string[] {
  return readdirSync(skeleton, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.njk'))
    .map(file => readFileSync(path.join(skeleton, file), 'utf8'));
}
