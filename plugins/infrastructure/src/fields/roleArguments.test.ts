import type { RoleArgument } from '@nante/model';
import { nginxRole } from '../__fixtures__/roles';
import {
  argumentLabel,
  boundsOf,
  inputOf,
  readJson,
  readLines,
  readPairs,
  roleProblems,
  withArgument,
  writeValue,
} from './roleArguments';

const of = (more: Partial<RoleArgument>): RoleArgument => ({
  name: 'nginx_x',
  description: '',
  type: 'str',
  required: false,
  ...more,
});

describe('an argument of a role', () => {
  it('is asked for as its specification says', () => {
    const inputs: [Partial<RoleArgument>, string][] = [
      [{}, 'text'],
      [{ type: 'path' }, 'text'],
      [{ description: 'Text or HTML of its page.' }, 'longText'],
      [{ default: 'ready.\n' }, 'longText'],
      [{ type: 'int' }, 'number'],
      [{ type: 'float' }, 'number'],
      [{ type: 'bool' }, 'switch'],
      [{ choices: ['a'] }, 'choice'],
      [{ type: 'list', elements: 'str' }, 'lines'],
      [{ type: 'list', elements: 'dict' }, 'json'],
      [{ type: 'list', elements: 'dict', options: [of({})] }, 'groups'],
      [{ type: 'dict' }, 'pairs'],
      [{ type: 'dict', options: [of({})] }, 'group'],
      [{ type: 'raw' }, 'json'],
    ];
    for (const [spec, input] of inputs) expect(inputOf(of(spec))).toBe(input);
    expect(argumentLabel(of({ name: 'nginx_http_port' }), 'nginx')).toBe(
      'Http port',
    );
    // A variable cannot have the hyphens of its role.
    expect(
      argumentLabel(of({ name: 'mgmt_docker_source' }), 'mgmt-docker'),
    ).toBe('Source');
    expect(boundsOf(of({ description: 'Port, 1 to 65535.' }))).toEqual({
      min: 1,
      max: 65535,
    });
  });

  it('goes into the request only where it differs from its default', () => {
    const port = of({ type: 'int', default: 80 });
    expect(withArgument({ a: 1 }, port, 8080)).toEqual({ a: 1, nginx_x: 8080 });
    expect(withArgument({ nginx_x: 8080 }, port, 80)).toEqual({});
    expect(withArgument({ nginx_x: 'a' }, of({}), '')).toEqual({});
    // Where there is a default, empty is a choice.
    expect(withArgument({}, of({ default: 'a' }), '')).toEqual({ nginx_x: '' });
  });

  it('reads back what is written as text', () => {
    const settings = { 'net.ipv4.x': 1, text: 'a: b', quoted: '1', on: true };
    expect(readPairs(writeValue(settings, 'pairs'))).toEqual(settings);
    expect(readPairs('{"a": [1]}')).toEqual({ a: [1] });
    expect(readPairs('no pair')).toBe('no pair');
    expect(readLines(' 80\n\n443 ', 'int')).toEqual([80, 443]);
    expect(readLines('80\nx', 'int')).toEqual([80, 'x']);
    expect(readJson('')).toBeUndefined();
    expect(readJson('{"a"')).toBe('{"a"');
  });

  it('names everything that is wrong at once', () => {
    const problems = roleProblems(
      [
        { name: 'ghost', arguments: {} },
        {
          name: 'nginx',
          arguments: {
            nginx_http_port: 70_000,
            nginx_package: 'apache',
            nginx_typo: 1,
            nginx_open_firewall: 'yes',
            nginx_settings: 'no pair',
            nginx_sites: [{ name: 'shop' }],
          },
        },
      ],
      [nginxRole],
    );
    const role = 'nginx';
    expect(problems).toEqual([
      { kind: 'unknownRole', role: 'ghost' },
      { kind: 'unknownArgument', role, name: 'nginx_typo' },
      {
        kind: 'choice',
        role,
        name: 'nginx_package',
        choices: 'nginx, nginx-light',
      },
      { kind: 'missing', role, name: 'nginx_sites[1].server_names' },
      { kind: 'bounds', role, name: 'nginx_http_port', min: 1, max: 65535 },
      { kind: 'type', role, name: 'nginx_open_firewall', input: 'switch' },
      { kind: 'type', role, name: 'nginx_settings', input: 'pairs' },
    ]);
    expect(
      roleProblems(
        [{ name: 'nginx', arguments: { nginx_http_port: 8080 } }],
        [nginxRole],
      ),
    ).toEqual([]);
  });
});
