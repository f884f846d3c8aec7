// What a shell completes, from the commands themselves: a function that calls them from any folder, and what may follow it.

import type { Command, Option } from 'commander';
import { TOURNAMENTS } from '../src/lib/config/model-schema.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The function that the shells get. `numerai` is the name of numerai-cli's own program. */
const PROGRAM = 'numerai-webhook';

interface Described {
  readonly word: string;
  readonly description: string;
}

interface CommandWords extends Described {
  readonly options: readonly (Described & { readonly values: readonly string[] })[];
  /** What may be an argument, beside the names in models.json. */
  readonly values: readonly string[];
  readonly takesNames: boolean;
  readonly takesFiles: boolean;
}

/** Arguments that are names of models.json; and those of which there are few. */
const NAMES: ReadonlySet<string> = new Set(['name', 'model', 'models']);
const FILES: ReadonlySet<string> = new Set(['nodes.json', 'image-or-command']);
const VALUES: Readonly<Record<string, readonly string[]>> = { tournament: TOURNAMENTS, shell: SHELLS };

/**
 * A script for the shell.
 * @param folder where the project is: the commands run there.
 */
export function completionScript(shell: Shell, program: Command, folder: string): string {
  const shared = program.options.filter(({ hidden }) => !hidden).map(wordsOf);
  const commands = program.commands
    .filter((command) => !isHidden(command))
    .map((command): CommandWords => {
      const names = command.registeredArguments.map((argument) => argument.name());
      return {
        word: command.name(),
        description: firstSentence(command.description()),
        options: [...command.options.filter(({ hidden }) => !hidden).map(wordsOf), ...shared],
        values: names.flatMap((name) => VALUES[name] ?? []),
        takesNames: names.some((name) => NAMES.has(name)),
        takesFiles: names.some((name) => FILES.has(name)),
      };
    });
  const help = { word: 'help', description: 'Show the help of a command', options: [], takesNames: false };
  const values = commands.map(({ word }) => word);
  const all = [...commands, { ...help, takesFiles: false, values }];
  return { bash, zsh, fish }[shell]({ commands: all, shared }, quoted(folder));
}

interface Words {
  readonly commands: readonly CommandWords[];
  /** Options of all commands, which may also stand before one. */
  readonly shared: CommandWords['options'];
}

/** As one word of bash and zsh. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A command that is for scripts, and in no help. */
const isHidden = (command: Command): boolean => '_hidden' in command && command._hidden === true;

const wordsOf = ({ long, flags, description, argChoices = [] }: Option) => ({
  word: long ?? flags,
  description: firstSentence(description),
  values: argChoices,
});

/** Without what a shell would take for something of its own. */
const firstSentence = (text: string): string => text.replace(/[.;:](\s.*)?$/s, '').replace(/["`$\\[\]:]/g, '');

function bash({ commands, shared }: Words, folder: string): string {
  const cases = commands.map(
    ({ word, options, values, takesNames }) =>
      `    ${word}) words="${[...options.map((option) => option.word), ...values].join(' ')}${takesNames ? ` $(${PROGRAM} names 2>/dev/null)` : ''}" ;;`,
  );
  return `# Completion for bash. In ~/.bashrc: eval "$(npm --prefix ${folder} run --silent numerai -- completion bash)"
${PROGRAM}() { npm --prefix ${folder} run --silent numerai -- "$@"; }
_numerai_webhook() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words="${[...commands, ...shared].map(({ word }) => word).join(' ')}"
  if ((COMP_CWORD > 1)); then
    case "\${COMP_WORDS[COMP_CWORD-1]}" in
${valueCases(commands, '      ', (values) => `words="${values}"`)}
    *)
    case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
    esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _numerai_webhook ${PROGRAM}
`;
}

/** What follows an option of which the values are known. */
function valueCases(commands: readonly CommandWords[], indent: string, offer: (values: string) => string): string {
  const known = new Map(commands.flatMap(({ options }) => options.map((option) => [option.word, option.values])));
  return [...known]
    .filter(([, values]) => values.length > 0)
    .map(([word, values]) => `${indent}${word}) ${offer(values.join(' '))} ;;`)
    .join('\n');
}

function zsh({ commands, shared }: Words, folder: string): string {
  const listed = (all: readonly Described[]) =>
    all.map(({ word, description }) => quoted(`${word}:${description}`)).join(' ');
  const cases = commands.map(({ word, options, values, takesNames, takesFiles }) => {
    const files = takesFiles ? '; _files' : '';
    const names = takesNames ? `; compadd -- \${(f)"$(${PROGRAM} names 2>/dev/null)"}` : '';
    const few = values.length > 0 ? `; compadd -- ${values.join(' ')}` : '';
    return `    ${word}) found=(${listed(options)}); _describe -o option found${few}${names}${files} ;;`;
  });
  return `# Completion for zsh. In ~/.zshrc, after compinit: eval "$(npm --prefix ${folder} run --silent numerai -- completion zsh)"
${PROGRAM}() { npm --prefix ${folder} run --silent numerai -- "$@" }
_numerai_webhook() {
  local -a found
  if ((CURRENT == 2)); then
    found=(${listed(commands)})
    _describe command found
    found=(${listed(shared)})
    _describe -o option found
    return
  fi
  case "\${words[CURRENT-1]}" in
${valueCases(commands, '    ', (values) => `compadd -- ${values}; return`)}
  esac
  case "\${words[2]}" in
${cases.join('\n')}
  esac
}
compdef _numerai_webhook ${PROGRAM}
`;
}

function fish({ commands, shared }: Words, folder: string): string {
  const text = (given: string) => `'${given.replace(/['\\]/g, '\\$&')}'`;
  const before = `complete -c ${PROGRAM} -n __fish_use_subcommand`;
  const lines = commands.flatMap(({ word, description, options, values, takesNames, takesFiles }) => {
    const after = `complete -c ${PROGRAM} -n '__fish_seen_subcommand_from ${word}'`;
    return [
      `${before} -a ${word} -d ${text(description)}`,
      ...options.map(
        (option) =>
          `${after} -l ${option.word.replace(/^--/, '')} -d ${text(option.description)}${option.values.length > 0 ? ` -x -a '${option.values.join(' ')}'` : ''}`,
      ),
      ...(values.length > 0 ? [`${after} -a '${values.join(' ')}'`] : []),
      ...(takesNames ? [`${after} -a '(${PROGRAM} names 2>/dev/null)'`] : []),
      ...(takesFiles ? [`${after} -F`] : []),
    ];
  });
  const first = shared.map(({ word, description }) => `${before} -l ${word.slice(2)} -d ${text(description)}`);
  return `# Completion for fish. In ~/.config/fish/config.fish: npm --prefix ${folder} run --silent numerai -- completion fish | source
function ${PROGRAM}
  npm --prefix ${folder} run --silent numerai -- $argv
end
complete -c ${PROGRAM} -f
${[...lines, ...first].join('\n')}
`;
}
