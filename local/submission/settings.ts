// What the program is told by its environment; all that is missing is named at once.

import { EXIT, Failure, parseToldToFail, type ToldToFail } from './failures.ts';

export interface Settings {
  readonly publicId: string;
  readonly secretKey: string;
  /** Null: the account's only model. */
  readonly modelId: string | null;
  /** What Numerai called with; it shows the run as answered when it comes back. */
  readonly triggerId: string | null;
  /** The round that the run is for; null where the caller did not know. */
  readonly round: number | null;
  readonly tournament: number;
  /** Does everything but upload. */
  readonly isTest: boolean;
  readonly apiUrl: string;
  readonly computeId: string | null;
  /** Before the first retry; it doubles with each. */
  readonly retrySeconds: number;
  readonly toldToFail: ToldToFail | null;
}

const NUMERAI_API_URL = 'https://api-tournament.numer.ai';
const TOURNAMENTS: Readonly<Record<string, number>> = { classic: 8, signals: 11, crypto: 12 };
const RETRY_SECONDS = 2;

/** Reads the environment. Throws a `Failure` that names every variable at fault, and no value of a secret. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const faults: string[] = [];
  const optional = (name: string) =>
    env[name] === undefined || env[name] === '' ? null : env[name];
  const required = (name: string, what: string): string => {
    const value = optional(name);
    if (value === null) faults.push(`${name} is missing: ${what}`);
    return value ?? '';
  };
  const wholeNumber = (name: string): number | null => {
    const value = optional(name);
    if (value === null) return null;
    if (!/^\d+$/.test(value)) faults.push(`${name} is "${value}"; it wants a whole number.`);
    return Number(value);
  };

  const publicId = required('NUMERAI_PUBLIC_ID', 'the public id of a Numerai API key.');
  const secretKey = required('NUMERAI_SECRET_KEY', 'the secret key of that API key.');
  const tournamentText = optional('NUMERAI_TOURNAMENT') ?? 'classic';
  const tournament = TOURNAMENTS[tournamentText] ?? Number(tournamentText);
  if (!Object.values(TOURNAMENTS).includes(tournament)) {
    faults.push(
      `NUMERAI_TOURNAMENT is "${tournamentText}"; it wants classic (8), signals (11) or crypto (12).`,
    );
  }
  const round = wholeNumber('NUMERAI_ROUND');
  const apiUrl = optional('NUMERAI_API_URL') ?? NUMERAI_API_URL;
  if (!URL.canParse(apiUrl)) faults.push(`NUMERAI_API_URL is "${apiUrl}"; it wants a URL.`);
  const retrySeconds = Number(optional('DEMO_RETRY_SECONDS') ?? RETRY_SECONDS);
  if (!(retrySeconds >= 0)) faults.push('DEMO_RETRY_SECONDS wants a number of seconds.');

  if (faults.length > 0) throw new Failure(EXIT.configuration, faults.join('\n'));
  return {
    publicId,
    secretKey,
    modelId: optional('MODEL_ID'),
    triggerId: optional('TRIGGER_ID'),
    round,
    tournament,
    isTest: optional('NUMERAI_IS_TEST')?.toLowerCase() === 'true',
    apiUrl,
    computeId: optional('NUMERAI_COMPUTE_ID'),
    retrySeconds,
    toldToFail: parseToldToFail(env.DEMO_FAIL),
  };
}
