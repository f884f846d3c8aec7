// The command line: what can be asked for, and how.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { CommandFailure, EXIT } from './exit.ts';

export const COMMANDS = ['models', 'register', 'unregister', 'test', 'round'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface Arguments {
  readonly command: CommandName;
  /** Models, or the tournament of `round`. */
  readonly names: readonly string[];
  /** Where the app is. */
  readonly url: string | undefined;
  /** Use the local environment, whatever is configured. */
  readonly local: boolean;
  /** The local environment's folder, where `npm start` was given one. */
  readonly state: string | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
  /** For `test`: call although no round is open. */
  readonly anyway: boolean;
  readonly timeoutMinutes: number | undefined;
}

export const USAGE = `npm run numerai -- <command> [options]

  models               the account's models, which of them are configured, what to paste into models.json
  register [model…]    has Numerai call the app when a round opens; default: all configured models
  unregister [model…]  has Numerai call nobody
  test [model]         has Numerai call the webhook now, and follows the run until the submission is seen
  round [tournament]   the open round (classic, signals or crypto; default classic)

  --url <https://…>    where the app is; default: AZURE_FUNCTION_URL, else what \`azd env get-value\` tells
  --local              the local environment of \`npm start\`; used by itself where it runs and nothing else is
                       configured
  --state <dir>        the local environment that was started with this --state
  --dry-run            register, unregister: show what would change
  --anyway             test: even if no round is open
  --timeout <minutes>  test: how long to follow the run; default: the model's own time limit and 15 more
  --json               for programs: one JSON document on standard output
  --help

Keys come from the environment, or from a file .env in this folder, and never from the command line:
  NUMERAI_PUBLIC_ID, NUMERAI_SECRET_KEY   Numerai's API key (https://numer.ai/account). A model with secrets of its
                                          own (numeraiKeys) takes the variables named after them: capitals, _ for -
  WEBHOOK_FUNCTION_KEY                    register: the key of the function \`webhook\`
  OPERATOR_KEY                            test: the host key \`operator\`

Exit codes: 0 done; 1 it failed; 2 wrong command line, key or models.json; 3 not reachable; 4 no round is open;
5 not finished in time`;

const OPTIONS = {
  url: { type: 'string' },
  local: { type: 'boolean', default: false },
  state: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  anyway: { type: 'boolean', default: false },
  timeout: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** @throws {CommandFailure} `usage`, with what is wrong. */
export function parseArguments(args: readonly string[]): Arguments | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help || positionals[0] === 'help') return 'help';
  const [given, ...names] = positionals;
  const command = COMMANDS.find((name) => name === given);
  if (command === undefined)
    throw new CommandFailure(
      EXIT.usage,
      `${given === undefined ? 'Which command?' : `There is no command ${JSON.stringify(given)}.`}\n\n${USAGE}`,
    );
  if (names.length > 1 && (command === 'test' || command === 'round'))
    throw new CommandFailure(EXIT.usage, `\`${command}\` takes one name.`);
  if (names.length > 0 && command === 'models')
    throw new CommandFailure(EXIT.usage, '`models` takes no names: it shows all.');
  return {
    command,
    names,
    url: values.url === undefined ? undefined : checkedUrl('--url', values.url),
    local: values.local || values.state !== undefined,
    state: values.state,
    dryRun: values['dry-run'],
    json: values.json,
    anyway: values.anyway,
    timeoutMinutes: minutesOf(values.timeout),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(EXIT.usage, `${message}\n\n${USAGE}`);
  }
}

/**
 * The origin of an address of the app. A key goes along with requests to it, so it must be TLS; only this
 * machine is reached without.
 */
export function checkedUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = url !== undefined && isLoopback(url);
  if (url === undefined || (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)))
    throw new CommandFailure(
      EXIT.usage,
      `${name} must be the app's address, such as https://func-numerai.azurewebsites.net.`,
    );
  if (url.username !== '' || url.search !== '')
    throw new CommandFailure(
      EXIT.usage,
      `${name} must be an address without a key: keys come from the environment.`,
    );
  return url.origin;
}

export function isLoopback(url: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}

function minutesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const minutes = Number(text);
  if (!(minutes > 0 && minutes <= 1440))
    throw new CommandFailure(EXIT.usage, '--timeout must be a number of minutes, at most 1440.');
  return minutes;
}
