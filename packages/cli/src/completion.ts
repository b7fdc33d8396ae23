import { commands } from './table/commands';
import { optionNamed } from './table/options';
import { allOptionsOf } from './table/optionsOf';

/** Words of verbs and options, made from the table. */
function words(): { verb: string; summary: string; options: string[] }[] {
  return commands.map(command => ({
    verb: command.name,
    summary: command.summary,
    options: [
      ...allOptionsOf(command).map(name => `--${name}`),
      ...(command.argument?.choices ?? []),
    ],
  }));
}

const firstWords = () => [
  ...new Set(words().map(({ verb }) => verb.split(' ')[0])),
];
const secondWords = (first: string) =>
  words()
    .map(({ verb }) => verb.split(' '))
    .filter(([word, second]) => word === first && second)
    .map(([, second]) => second);

/**
 * Script that a shell reads once to complete verbs, options and their choices.
 *
 * @public loaded by `cli.ts` when it is needed
 */
export function completionScript(shell: string): string {
  if (shell === 'fish') return fish();
  const bash = bashScript();
  return shell === 'zsh'
    ? `autoload -U +X bashcompinit && bashcompinit\n${bash}`
    : bash;
}

function bashScript(): string {
  const cases = words().map(({ verb, options }) => {
    const all = [...options, ...secondWords(verb)].join(' ');
    return `    ${verb.includes(' ') ? `'${verb}'` : verb}) words='${all}' ;;`;
  });
  const groups = firstWords()
    .filter(first => secondWords(first).length > 0)
    .map(first => `    ${first}) words='${secondWords(first).join(' ')}' ;;`);
  const choices = choicesOfOptions().map(
    ([name, values]) => `    --${name}) words='${values.join(' ')}' ;;`,
  );
  return `# nante completion, made from its table of verbs
_nante() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} words=''
  local verb=\${COMP_WORDS[1]}
  case "$previous" in
${choices.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words='${firstWords().join(' ')}'
  elif [ -z "$words" ]; then
    case "$verb" in
${groups.join('\n')}
    esac
    [ -n "$words" ] && [ "$COMP_CWORD" -gt 2 ] && verb="$verb \${COMP_WORDS[2]}" words=''
    [ -n "$words" ] || case "$verb" in
${cases.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _nante nante
`;
}

function choicesOfOptions(): [string, readonly string[]][] {
  const names = new Set(commands.flatMap(allOptionsOf));
  return [...names].flatMap((name): [string, readonly string[]][] => {
    const { choices } = optionNamed(name);
    return choices ? [[name, choices]] : [];
  });
}

function fish(): string {
  const text = (value: string) => `'${value.replaceAll("'", "\\'")}'`;
  const verbs = firstWords().map(first => {
    const found = words().find(({ verb }) => verb === first);
    return `complete -c nante -f -n __fish_use_subcommand -a ${first} -d ${text(found?.summary ?? first)}`;
  });
  const options = commands.flatMap(command =>
    allOptionsOf(command).map(name => {
      const { description, placeholder, choices } = optionNamed(name);
      const value = placeholder ? ' -r' : '';
      const list = choices ? ` -f -a ${text(choices.join(' '))}` : '';
      return `complete -c nante -n '__fish_seen_subcommand_from ${command.name.split(' ').at(-1)}' -l ${name}${value}${list} -d ${text(description)}`;
    }),
  );
  return `# nante completion, made from its table of verbs\n${[...verbs, ...options].join('\n')}\n`;
}
