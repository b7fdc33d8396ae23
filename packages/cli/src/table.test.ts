import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatedFiles, inRepository } from '../scripts/page';
import { call } from './__testUtils__/terminal';
import { fromAction } from './action';
import { commands } from './table/commands';
import { options } from './table/options';
import { allOptionsOf } from './table/optionsOf';
import { verbs } from './verbs';

describe('the table of verbs and options', () => {
  it.each(Object.entries(generatedFiles))(
    '%s says what it says (else run: npx tsx packages/cli/scripts/page.ts)',
    (path, render) => {
      expect(readFileSync(inRepository(path), 'utf8')).toBe(render());
    },
  );

  it('has a verb for each command, and a use for each option', () => {
    const working = commands.filter(({ name }) => name !== 'completion');
    expect(working.map(({ name }) => name).sort()).toEqual(
      Object.keys(verbs).sort(),
    );
    const used = new Set(commands.flatMap(allOptionsOf));
    expect(options.filter(({ name }) => !used.has(name))).toEqual([]);
  });

  it('is what help shows, for every verb, with the variable of each option', async () => {
    const whole = await call(['--help']);
    expect(whole.code).toBe(0);
    for (const command of commands) {
      expect(whole.stdout).toContain(command.name.split(' ')[0]);
      const help = await call([...command.name.split(' '), '--help']);
      expect(help.code).toBe(0);
      for (const name of allOptionsOf(command))
        expect(help.stdout).toMatch(new RegExp(`--${name}\\b`));
    }
    const provision = await call(['provision', '--help']);
    expect(provision.stdout.replace(/\s+/g, ' ')).toContain(
      'Memory of a custom size, in MiB (env: NANTE_MEMORY_MB)',
    );
    expect((await call([])).code).toBe(2);
    expect((await call(['provsion'])).stderr).toContain('Did you mean');
  });

  it('completes verbs, options and choices in bash', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nante-completion-'));
    const script = join(folder, 'nante.bash');
    const { stdout } = await call(['completion', 'bash']);
    writeFileSync(
      script,
      `${stdout}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nante; printf '%s\\n' "\${COMPREPLY[@]}"
`,
    );
    const complete = (...words: string[]) =>
      execFileSync('bash', [script, 'nante', ...words], {
        encoding: 'utf8',
        cwd: folder,
      })
        .trim()
        .split('\n');
    expect(complete('pro')).toEqual(['provision', 'project']);
    expect(complete('destroy', '--con')).toEqual(['--confirm']);
    expect(complete('provision', '--kind', '')).toEqual(['vm', 'lxc']);
    expect(complete('config', '')).toEqual(['push', 'show']);
    expect(complete('config', 'show', '--js')).toEqual(['--json']);
    for (const shell of ['zsh', 'fish'])
      expect((await call(['completion', shell])).stdout).toContain('provision');
    expect((await call(['completion', 'tcsh'])).code).toBe(2);
    rmSync(folder, { recursive: true });
  });
});

describe('inputs of the action', () => {
  it('become variables of ours, and the verb the command line; nothing else does', () => {
    const env = {
      GITHUB_ACTIONS: 'true',
      INPUT_VERB: ' config show ',
      'INPUT_MEMORY-MB': '2048',
      INPUT_NAME: '',
      INPUT_JSON: 'true',
      INPUT_SPEED: '9',
    };
    const started = fromAction([], env);
    expect(started.args).toEqual(['config', 'show']);
    expect(started.env).toMatchObject({ NANTE_MEMORY_MB: '2048' });
    expect(
      Object.keys(started.env).filter(name => name.startsWith('NANTE_')),
    ).toHaveLength(1);
    expect(fromAction(['status'], env).args).toEqual(['status']);
    expect(fromAction([], { ...env, GITHUB_ACTIONS: '' }).args).toEqual([]);
  });
});
