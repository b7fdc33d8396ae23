import type { Run, Setting } from './model';
import type { TakenRun } from './runs';
import type { Github } from './server';

type Described = Pick<
  TakenRun,
  'repository' | 'folder' | 'secrets' | 'variables' | 'environments' | 'token'
>;

/** What a runner has to know of a run beside its document. A fork's run has no secrets. */
export function describeRun(
  { state, git, tokens }: Pick<Github, 'state' | 'git' | 'tokens'>,
  run: Run,
): Described {
  const repository = state.get('repositories', run.repository);
  if (!repository) throw new Error(`The repository of run ${run.id} is gone.`);
  const { owner, name, id } = repository;
  const isFork = run.headRepository !== run.repository;
  function values(kind: 'secrets' | 'variables', environment?: string) {
    if (isFork && kind === 'secrets') return {};
    const fits = (setting: Setting) =>
      setting.repository === id && setting.environment === environment;
    const shared =
      environment === undefined
        ? state.filter(kind, setting => setting.organization === owner)
        : [];
    return Object.fromEntries(
      [...shared, ...state.filter(kind, fits)].map(setting => [
        setting.name,
        setting.value,
      ]),
    );
  }
  const environments = state
    .filter('environments', environment => environment.repository === id)
    .map(environment => [
      environment.name,
      {
        secrets: values('secrets', environment.name),
        variables: values('variables', environment.name),
      },
    ]);
  return {
    repository: { owner, name },
    folder: git.folder(id),
    secrets: values('secrets'),
    variables: values('variables'),
    environments: Object.fromEntries(environments),
    token: tokens.forRun(run.id, id),
  };
}
