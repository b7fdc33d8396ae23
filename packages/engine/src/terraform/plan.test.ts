import {
  assertPlan,
  hostAction,
  planJsonSchema,
  siblingDrift,
  summarizePlan,
} from './plan';
import { lockHolder, parseLine } from './events';

const own = 'module.vm["web"]';
const resource = (name: string, actions: string[], more: object = {}) => ({
  address: `module.vm["${name}"].proxmox_virtual_environment_vm.this`,
  change: {
    actions,
    before: null,
    after: { name, password: 'x' },
    after_unknown: { mac: true },
    after_sensitive: { password: true },
    ...more,
  },
});
const plan = (...changes: object[]) =>
  planJsonSchema.parse({ resource_changes: changes });

describe('a plan', () => {
  it('is a table without sensitive values', () => {
    const summary = summarizePlan(
      plan(resource('web', ['create']), resource('other', ['no-op'])),
    );
    expect(summary).toMatchObject({ add: 1, change: 0, destroy: 0 });
    expect(summary.changes).toHaveLength(1);
    expect(summary.changes[0].attributes).toEqual([
      { name: 'mac', before: null, after: '(known after apply)' },
      { name: 'name', before: null, after: 'web' },
      { name: 'password', before: null, after: '(sensitive)' },
    ]);
  });

  it('is refused when the target is not in it, when it replaces, and when it touches a sibling', () => {
    expect(assertPlan(plan(resource('web', ['create'])), own, ['create'])).toBe(
      'create',
    );
    expect(hostAction(plan(resource('web-1', ['create'])), own)).toBe('absent');
    expect(() => assertPlan(plan(), own, ['create'])).toThrow(
      'is not in the plan',
    );
    expect(() =>
      assertPlan(plan(resource('web', ['delete', 'create'])), own, [
        'create',
        'update',
      ]),
    ).toThrow('would replace module.vm["web"]');
    expect(() =>
      assertPlan(
        plan(resource('web', ['create']), resource('web-1', ['delete'])),
        own,
        ['create'],
      ),
    ).toThrow('also delete module.vm["web-1"]');
  });

  it('names siblings that have drifted', () => {
    const drift = siblingDrift(
      plan(
        resource('web', ['create']),
        resource('db', ['update'], {
          before: { cores: 1 },
          after: { cores: 2 },
          after_unknown: {},
        }),
      ),
      own,
    );
    expect(drift).toEqual([
      { address: expect.stringContaining('"db"'), summary: 'update: cores' },
    ]);
  });
});

describe('a line of Terraform', () => {
  it('is read when we know it, and shown when we do not', () => {
    expect(parseLine('panic: something').text).toBe('panic: something');
    expect(
      parseLine(
        '{"@level":"info","@message":"Terraform 1.11.4","type":"version"}',
      ).text,
    ).toBe('');
    const line = parseLine(
      '{"@level":"error","@message":"Error: no","type":"diagnostic","diagnostic":{"severity":"error","summary":"no","detail":"two\\nlines"}}',
    );
    expect(line).toMatchObject({ level: 'error', text: 'no: two lines' });
  });

  it('names who holds the lock', () => {
    const detail =
      'PreconditionFailed\nLock Info:\n  ID:        1-2-3\n  Path:      b/k\n  Operation: OperationTypeApply\n  Who:       root@runner\n  Version:   1.11.4\n  Created:   2026-01-01 00:00:00\n';
    expect(
      lockHolder([
        {
          severity: 'error',
          summary: 'Error acquiring the state lock',
          detail,
        },
      ]),
    ).toEqual({
      id: '1-2-3',
      who: 'root@runner',
      operation: 'OperationTypeApply',
      created: '2026-01-01 00:00:00',
    });
  });
});
