// A Numerai emulator for a test, and a client that queries it over HTTP.

import {
  type NumeraiEmulator,
  type NumeraiOptions,
  startNumerai,
} from '../../../../local/emulators/numerai/numerai.ts';
import { SimulatedClock } from '../../../../local/environment/simulated-clock.ts';
import { trustedCertificates } from '../trusted-certificates.ts';

export const ACCOUNT = {
  username: 'ada',
  publicId: 'PUBLICID',
  secretKey: 'SECRETKEY',
  models: [
    { id: '11111111-1111-4111-a111-111111111111', name: 'nightly' },
    { id: '22222222-2222-4222-a222-222222222222', name: 'stocks', tournament: 11 },
    { id: '33333333-3333-4333-a333-333333333333', name: 'coins', tournament: 12 },
  ],
} as const;
export const NIGHTLY = ACCOUNT.models[0].id;
/** A Tuesday, five minutes into round 1260. */
export const TUESDAY = '2026-05-05T12:05:00Z';

interface Answer {
  readonly data?: Record<string, unknown>;
  readonly errors?: readonly { readonly message: string }[];
}

export interface NumeraiInTest extends NumeraiEmulator, AsyncDisposable {
  readonly clock: SimulatedClock;
  /** Sends a query with the account's keys, or with `authorization`. */
  ask(query: string, variables?: object, authorization?: string | null): Promise<Answer>;
  /** The first message of the refusal. */
  refusal(query: string, variables?: object, authorization?: string | null): Promise<string>;
  /** Uploads predictions, by default the example's, and submits them. */
  submitOverHttp(
    options?: Partial<{ modelId: string; tournament: number; csv: string; triggerId: string }>,
  ): Promise<Answer>;
  examplePredictions(tournament?: number): Promise<string>;
}

export async function numeraiForTest(options: Partial<NumeraiOptions> & { at?: string } = {}): Promise<NumeraiInTest> {
  const clock = new SimulatedClock(options.at ?? TUESDAY);
  const numerai = await startNumerai({
    certificates: await trustedCertificates(),
    clock,
    accounts: [ACCOUNT],
    ...options,
  });

  const ask: NumeraiInTest['ask'] = async (query, variables = {}, authorization) => {
    const token = authorization === undefined ? 'Token PUBLICID$SECRETKEY' : authorization;
    const response = await fetch(numerai.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: token }),
      },
      body: JSON.stringify({ query, variables }),
    });
    // Each test checks the shape that it expects.
    return (await response.json()) as Answer;
  };

  const examplePredictions = async (tournament = 8) => {
    const { data } = await ask('query($t: Int) { listDatasets(tournament: $t) }', {
      t: tournament,
    });
    const names = data?.listDatasets;
    const name = Array.isArray(names) ? names.find((one) => String(one).includes('example')) : null;
    const url = await ask('query($f: String!, $t: Int) { dataset(filename: $f, tournament: $t) }', {
      f: name,
      t: tournament,
    });
    return (await fetch(String(url.data?.dataset))).text();
  };

  return {
    ...numerai,
    clock,
    ask,
    examplePredictions,
    async refusal(...args) {
      const { errors } = await ask(...args);
      return errors?.[0]?.message ?? 'no refusal';
    },
    async submitOverHttp({ modelId = NIGHTLY, tournament = 8, csv, triggerId } = {}) {
      const content = csv ?? (await examplePredictions(tournament));
      const auth = await ask(
        'query($f: String!, $t: Int!, $m: ID) { submissionUploadAuth(filename: $f, tournament: $t, modelId: $m) { filename url } }',
        { f: 'predictions.csv', t: tournament, m: modelId },
      );
      const place = auth.data?.submissionUploadAuth;
      if (place === null || typeof place !== 'object' || !('url' in place) || !('filename' in place)) return auth;
      await fetch(String(place.url), { method: 'PUT', body: content });
      return ask(
        'mutation($f: String!, $t: Int!, $m: ID, $trigger: ID) { createSubmission(filename: $f, tournament: $t, modelId: $m, triggerId: $trigger) { id } }',
        { f: place.filename, t: tournament, m: modelId, trigger: triggerId ?? null },
      );
    },
    [Symbol.asyncDispose]: () => numerai.close(),
  };
}
