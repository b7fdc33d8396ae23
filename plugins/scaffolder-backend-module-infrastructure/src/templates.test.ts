import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { situation } from './__testUtils__/actions';
import { createActions } from './actions';

const folder = path.resolve(__dirname, '../../../templates');
const names = readdirSync(folder, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name);
const read = (file: string) =>
  parse(readFileSync(path.join(folder, file), 'utf8'));

interface ObjectSchema {
  properties: Record<string, unknown>;
  required?: string[];
}

/** Parameters of all pages of a form. */
function parametersOf(template: { spec: { parameters: ObjectSchema[] } }) {
  return Object.assign(
    {},
    ...template.spec.parameters.map(page => page.properties),
  ) as Record<string, { 'ui:field'?: string }>;
}

describe('the templates', () => {
  it('are all in the catalog, and can be started over with the same request', () => {
    expect([...read('templates.yaml').spec.targets].sort()).toEqual(
      names.map(name => `./${name}/template.yaml`).sort(),
    );
    for (const name of names) {
      const template = read(`${name}/template.yaml`);
      expect(template.metadata.name).toBe(name);
      expect(template.spec.EXPERIMENTAL_recovery).toEqual({
        EXPERIMENTAL_strategy: 'startOver',
      });
      expect(parametersOf(template).requestId['ui:field']).toBe(
        'NanteRequestId',
      );
      for (const step of template.spec.steps) {
        expect(step.input.requestId).toBe('${{ parameters.requestId }}');
      }
    }
  });

  it('hand every answer to an action that takes it, and leave no question of it open', () => {
    const actions = createActions(situation().deps);
    for (const name of names) {
      const template = read(`${name}/template.yaml`);
      const parameters = parametersOf(template);
      const used = new Set<string>();
      for (const step of template.spec.steps) {
        const action = actions.find(({ id }) => id === step.action);
        const input = action?.schema?.input as ObjectSchema | undefined;
        expect([name, step.action, input && 'known']).toEqual([
          name,
          step.action,
          'known',
        ]);
        const given = Object.keys(step.input);
        expect([
          name,
          given.filter(key => !(key in input!.properties)),
        ]).toEqual([name, []]);
        expect([
          name,
          (input!.required ?? []).filter(key => !given.includes(key)),
        ]).toEqual([name, []]);
        for (const [, parameter] of JSON.stringify(step.input).matchAll(
          /parameters\.(\w+)/g,
        )) {
          used.add(parameter);
        }
      }
      // What a form only shows has no place in the run.
      const asked = Object.keys(parameters).filter(key => key !== 'plan');
      expect([name, [...used].sort()]).toEqual([name, asked.sort()]);
    }
  });
});
