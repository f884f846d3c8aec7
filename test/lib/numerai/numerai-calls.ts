// Numerai's emulator and clients of it, for the tests of calls to Numerai; and a test that all of them share.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NumeraiEmulator, startNumerai } from '../../../local/emulators/numerai/numerai.ts';
import { numeraiSchedule } from '../../../local/emulators/numerai/schedules.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { createExternalCaller } from '../../../src/lib/azure/external-call.ts';
import { createGraphqlClient, type GraphqlClient, NumeraiAnswerError } from '../../../src/lib/numerai/graphql.ts';
import type { Clock } from '../../../src/lib/util/clock.ts';
import { ACCOUNT, TUESDAY } from '../../local/emulators/numerai/setup.ts';
import { trustedCertificates } from '../../local/emulators/trusted-certificates.ts';

export const KEYS = { publicId: ACCOUNT.publicId, secretKey: ACCOUNT.secretKey };

/** A clock on which pauses take no time; it remembers how long they would have been. */
export class HastyClock implements Clock {
  readonly waits: number[] = [];
  now(): Date {
    return new Date(TUESDAY);
  }
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    // Deadlines are long; the pauses between two attempts are not.
    if (milliseconds >= 10_000) return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
    this.waits.push(milliseconds);
    return Promise.resolve();
  }
}

/** Starts an emulator for the test file. @returns the emulator, once the tests run. */
export function startEmulator(): () => NumeraiEmulator {
  let emulator: NumeraiEmulator | undefined;
  beforeAll(async () => {
    emulator = await startNumerai({
      certificates: await trustedCertificates(),
      clock: new SimulatedClock(TUESDAY),
      schedule: numeraiSchedule(),
      accounts: [ACCOUNT],
      callWebhook: async () => ({ status: 200, body: '' }),
      rateLimits: { triggerWebhookPerMinute: 2 },
    });
  });
  afterAll(() => emulator?.close());
  return () => {
    if (emulator === undefined) throw new Error('The emulator runs only while the tests do.');
    return emulator;
  };
}

export function graphqlClient(url: string, send: typeof fetch = fetch, clock: Clock = new HastyClock()): GraphqlClient {
  const call = createExternalCaller({ clock, random: () => 0.5 });
  return createGraphqlClient({ url, call, fetch: send });
}

/** A Numerai that gives this answer to every request. */
export const answering =
  (body: unknown, status = 200, headers: Record<string, string> = {}): typeof fetch =>
  async () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

/** A call to Numerai, with an answer in which all is well. */
export interface Call {
  readonly ask: (send: GraphqlClient) => Promise<unknown>;
  readonly data: object;
}

/** Defines the tests of answers that lost a field. `optional`: names of fields that an answer may lack. */
export function testLostFields(calls: Readonly<Record<string, Call>>, optional: readonly string[] = []): void {
  describe('an answer that lost a field', () => {
    const cases = Object.entries(calls).flatMap(([name, { ask, data }]) =>
      paths(data)
        .filter((path) => !/^\d+$/.test(String(path.at(-1))))
        .filter((path) => !optional.includes(String(path.at(-1))))
        .map((path) => ({ name, field: path.join('.'), path, ask, data })),
    );

    test.each(cases)('$name without $field is reported as such', async ({ path, ask, data }) => {
      const client = (answer: unknown) => graphqlClient('https://numerai.example', answering({ data: answer }));
      await ask(client(data));
      const thrown = ask(client(without(data, path)));
      await expect(thrown).rejects.toBeInstanceOf(NumeraiAnswerError);
      await expect(thrown).rejects.toThrow('The app may need an update.');
    });
  });
}

/** Every path to a field in a value, as a list of keys. */
function paths(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...paths(inner, [...path, key])]);
}

function without(value: unknown, [first, ...rest]: readonly (string | number)[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === first ? without(item, rest) : item));
  return Object.fromEntries(
    Object.entries(value ?? {}).flatMap(([key, inner]) =>
      key !== first ? [[key, inner]] : rest.length === 0 ? [] : [[key, without(inner, rest)]],
    ),
  );
}
