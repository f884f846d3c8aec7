// The program's settings, read from its environment variables. An error names everything that is missing.

import { EXIT, Failure, parseRequestedFailure, type RequestedFailure } from './failures.ts';

export interface Settings {
  readonly publicId: string;
  readonly secretKey: string;
  /** What is to be submitted for: name → id at Numerai. Null: the account's only model. */
  readonly models: Readonly<Record<string, string>> | null;
  /** The id that Numerai sent; with it in the submission, Numerai shows the call as answered. */
  readonly triggerId: string | null;
  /** The round that the run is for; null if the caller did not know it. */
  readonly round: number | null;
  readonly tournament: number;
  /** Whether to do everything except upload. */
  readonly isTest: boolean;
  readonly apiUrl: string;
  readonly computeId: string | null;
  /** The wait before the first retry; doubles with each further one. */
  readonly retrySeconds: number;
  readonly requestedFailure: RequestedFailure | null;
}

const NUMERAI_API_URL = 'https://api-tournament.numer.ai';
const TOURNAMENTS: Readonly<Record<string, number>> = { classic: 8, signals: 11, crypto: 12 };
const RETRY_SECONDS = 2;

/** Reads the environment. Throws a `Failure` that names every variable at fault, but no value of a secret. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const faults: string[] = [];
  const optional = (name: string) => (env[name] === undefined || env[name] === '' ? null : env[name]);
  const required = (name: string, what: string): string => {
    const value = optional(name);
    if (value === null) faults.push(`${name} is missing: ${what}`);
    return value ?? '';
  };
  const wholeNumber = (name: string): number | null => {
    const value = optional(name);
    if (value === null) return null;
    if (!/^\d+$/.test(value)) faults.push(`${name} is "${value}"; it must be a whole number.`);
    return Number(value);
  };

  const publicId = required('NUMERAI_PUBLIC_ID', 'the public id of a Numerai API key.');
  const secretKey = required('NUMERAI_SECRET_KEY', 'the secret key of that API key.');
  const tournamentText = optional('NUMERAI_TOURNAMENT') ?? 'classic';
  const tournament = TOURNAMENTS[tournamentText] ?? Number(tournamentText);
  if (!Object.values(TOURNAMENTS).includes(tournament)) {
    faults.push(`NUMERAI_TOURNAMENT is "${tournamentText}"; it must be classic (8), signals (11) or crypto (12).`);
  }
  const round = wholeNumber('NUMERAI_ROUND');
  const apiUrl = optional('NUMERAI_API_URL') ?? NUMERAI_API_URL;
  if (!URL.canParse(apiUrl)) faults.push(`NUMERAI_API_URL is "${apiUrl}"; it must be a URL.`);
  const retrySeconds = Number(optional('DEMO_RETRY_SECONDS') ?? RETRY_SECONDS);
  if (!(retrySeconds >= 0)) faults.push('DEMO_RETRY_SECONDS must be a number of seconds.');

  const models = modelsOf(optional('NUMERAI_MODELS'), optional('MODEL_ID'), faults);

  if (faults.length > 0) throw new Failure(EXIT.configuration, faults.join('\n'));
  return {
    publicId,
    secretKey,
    models,
    triggerId: optional('TRIGGER_ID'),
    round,
    tournament,
    isTest: optional('NUMERAI_IS_TEST')?.toLowerCase() === 'true',
    apiUrl,
    computeId: optional('NUMERAI_COMPUTE_ID'),
    retrySeconds,
    requestedFailure: parseRequestedFailure(env.DEMO_FAIL),
  };
}

/** NUMERAI_MODELS counts; MODEL_ID is enough for one. */
function modelsOf(text: string | null, id: string | null, faults: string[]): Settings['models'] {
  if (text === null) return id === null ? null : { [id]: id };
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
  } catch {
    // As anything else that is no object.
  }
  faults.push('NUMERAI_MODELS must be a JSON object: the name of each model, and its id.');
  return null;
}
