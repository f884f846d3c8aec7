import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf } from '../../../local/emulators/numerai/documents.ts';
import { type NumeraiEmulator, startNumerai } from '../../../local/emulators/numerai/numerai.ts';
import { numeraiSchedule } from '../../../local/emulators/numerai/schedules.ts';
import { SimulatedClock } from '../../../local/environment/simulated-clock.ts';
import { createExternalCaller, ExternalCallError } from '../../../src/lib/azure/external-call.ts';
import {
  createGraphqlClient,
  NumeraiAnswerError,
  NumeraiError,
} from '../../../src/lib/numerai/graphql.ts';
import { createNumerai, type Numerai } from '../../../src/lib/numerai/numerai.ts';
import * as queries from '../../../src/lib/numerai/queries.ts';
import type { Clock } from '../../../src/lib/util/clock.ts';
import { ACCOUNT, NIGHTLY, TUESDAY } from '../../local/emulators/numerai/setup.ts';
import { trustedCertificates } from '../../local/emulators/trusted-certificates.ts';

const KEYS = { publicId: ACCOUNT.publicId, secretKey: ACCOUNT.secretKey };

/** A clock that lets nobody wait, and remembers how long they wanted to. */
class HastyClock implements Clock {
  readonly waits: number[] = [];
  now(): Date {
    return new Date(TUESDAY);
  }
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    // Deadlines are long; the pauses between two attempts are not.
    if (milliseconds >= 10_000)
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
    this.waits.push(milliseconds);
    return Promise.resolve();
  }
}

let emulator: NumeraiEmulator;
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
afterAll(() => emulator.close());

function client(send: typeof fetch = fetch, clock: Clock = new HastyClock()): Numerai {
  const call = createExternalCaller({ clock, random: () => 0.5 });
  return createNumerai(createGraphqlClient({ url: emulator.url, call, fetch: send }));
}

/** A Numerai that answers this, whatever it is asked. */
const answering =
  (body: unknown, status = 200, headers: Record<string, string> = {}): typeof fetch =>
  async () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

/** Each method with an answer in which all is well. */
const METHODS: Readonly<
  Record<string, { ask: (numerai: Numerai) => Promise<unknown>; data: object }>
> = {
  rounds: {
    ask: (numerai) => numerai.rounds('classic'),
    data: {
      open: [{ number: 1, openTime: TUESDAY, closeStakingTime: TUESDAY, closeTime: TUESDAY }],
      latest: [],
    },
  },
  submissions: {
    ask: (numerai) => numerai.submissions(NIGHTLY, KEYS),
    data: {
      submissions: [
        { id: '1', insertedAt: TUESDAY, triggerId: null, status: null, round: { number: 1 } },
      ],
    },
  },
  accountModels: {
    ask: (numerai) => numerai.accountModels(KEYS),
    data: { account: { models: [{ id: '1', name: 'a', tournament: 8, submissionWebhook: null }] } },
  },
  setWebhook: {
    ask: (numerai) => numerai.setWebhook(NIGHTLY, null, KEYS),
    data: { setSubmissionWebhook: 'true' },
  },
  triggerWebhook: {
    ask: (numerai) => numerai.triggerWebhook(NIGHTLY, KEYS),
    data: { triggerModelWebhook: 'abc' },
  },
  triggerLogs: {
    ask: (numerai) => numerai.triggerLogs('abc', KEYS),
    data: { triggerLogs: [{ message: 'a' }] },
  },
};

describe('the queries', () => {
  test.each(Object.entries(queries))('%s is valid against the schema', (_, query) => {
    expect(faultsOf(query).map(({ message }) => message)).toEqual([]);
  });

  test('a field that the schema does not have is refused', () => {
    const misspelt = queries.ROUNDS_QUERY.replace('closeStakingTime', 'closeStakeTime');
    expect(faultsOf(misspelt)).not.toEqual([]);
  });

  test('all are asked by some method, and answered by the emulator', async () => {
    const numerai = client();
    expect((await numerai.rounds('classic')).map(({ number }) => number)).toContain(1260);
    expect(Object.keys(METHODS)).toHaveLength(Object.keys(queries).length);
    await numerai.setWebhook(NIGHTLY, 'https://app.example/api/webhook/nightly?code=x', KEYS);
    const triggerId = await numerai.triggerWebhook(NIGHTLY, KEYS);
    emulator.submit({ modelId: NIGHTLY, triggerId });
    expect(await numerai.submissions(NIGHTLY, KEYS)).toMatchObject([{ round: 1260, triggerId }]);
    expect(await numerai.triggerLogs(triggerId, KEYS)).not.toEqual([]);
    expect(await numerai.accountModels(KEYS)).toMatchObject([
      { name: 'nightly', tournament: 'classic' },
      { name: 'stocks', tournament: 'signals' },
      { name: 'coins', tournament: 'crypto' },
    ]);
  });

  test.each(['classic', 'signals', 'crypto'] as const)('%s has its own rounds', async (name) => {
    const rounds = await client().rounds(name);
    expect(rounds.every(({ tournament }) => tournament === name)).toBe(true);
    expect(rounds.length).toBeGreaterThan(0);
  });
});

/** Every path to a field in a value, as a list of keys. */
function paths(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [...path, key],
    ...paths(inner, [...path, key]),
  ]);
}

function without(value: unknown, [first, ...rest]: readonly (string | number)[]): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === first ? without(item, rest) : item));
  return Object.fromEntries(
    Object.entries(value ?? {}).flatMap(([key, inner]) =>
      key !== first ? [[key, inner]] : rest.length === 0 ? [] : [[key, without(inner, rest)]],
    ),
  );
}

describe('an answer that lost a field', () => {
  const cases = Object.entries(METHODS).flatMap(([method, { data }]) =>
    paths(data)
      .filter((path) => !/^\d+$/.test(String(path.at(-1))))
      // Either of the two closing times will do.
      .filter((path) => !['closeTime', 'closeStakingTime'].includes(String(path.at(-1))))
      .map((path) => [method, path.join('.'), path] as const),
  );

  test.each(cases)('%s without %s is told as such', async (method, _, path) => {
    const { ask, data } = METHODS[method] ?? { ask: () => Promise.resolve(), data: {} };
    await ask(client(answering({ data })));
    const thrown = ask(client(answering({ data: without(data, path) })));
    await expect(thrown).rejects.toBeInstanceOf(NumeraiAnswerError);
    await expect(thrown).rejects.toThrow('The app may need an update.');
  });

  test('a round without any closing time, no data, and no JSON as well', async () => {
    const round = { number: 1, openTime: TUESDAY };
    for (const body of [{ data: { open: [round], latest: [] } }, { data: null }, {}, 'hello', '[]'])
      await expect(client(answering(body)).rounds('classic')).rejects.toBeInstanceOf(
        NumeraiAnswerError,
      );
  });
});

describe('errors', () => {
  test("Numerai's own come as its words, and are not repeated", async () => {
    let asked = 0;
    const numerai = client(async (...args) => {
      asked += 1;
      return fetch(...args);
    });
    const wrong = { ...KEYS, secretKey: 'wrong' };
    const thrown = numerai.submissions(NIGHTLY, wrong);
    await expect(thrown).rejects.toBeInstanceOf(NumeraiError);
    await expect(thrown).rejects.toThrow('Your session is invalid or has expired.');
    expect(asked).toBe(1);
    await expect(thrown).rejects.not.toThrow('wrong');
  });

  test('a refusal with another status than 200 is a refusal still', async () => {
    const body = { errors: [{ message: 'No query document supplied' }] };
    await expect(client(answering(body, 400)).rounds('classic')).rejects.toBeInstanceOf(
      NumeraiError,
    );
  });

  test('of the transport are told apart, after bounded attempts', async () => {
    for (const answer of [
      answering('<html>', 502),
      answering({ errors: [{ message: 'x' }] }, 500),
    ]) {
      let asked = 0;
      const thrown = client(async (...args) => {
        asked += 1;
        return answer(...args);
      }).rounds('classic');
      await expect(thrown).rejects.toMatchObject({ service: 'numerai', failure: 'unavailable' });
      await expect(thrown).rejects.toBeInstanceOf(ExternalCallError);
      expect(asked).toBe(3);
    }
  });

  test('a broken connection is asked again, and then all is well', async () => {
    emulator.emulator.faults.add({ kind: 'drop-before', times: 1 });
    expect(await client().rounds('classic')).not.toEqual([]);
  });
});

describe('the rate limit', () => {
  test('is respected as HTTP says it, Retry-After included', async () => {
    const clock = new HastyClock();
    let asked = 0;
    const numerai = client(async () => {
      asked += 1;
      return asked === 1
        ? answering('slow down', 429, { 'retry-after': '7' })('')
        : answering({ data: METHODS.rounds?.data })('');
    }, clock);
    await numerai.rounds('classic');
    expect(clock.waits).toEqual([7000]);
  });

  test('is respected as Numerai says it in an answer like any other', async () => {
    const body = { errors: [{ message: 'Rate limit exceeded. Please try again later.' }] };
    const thrown = client(answering(body)).accountModels(KEYS);
    await expect(thrown).rejects.toMatchObject({ failure: 'throttled', status: 429 });
  });

  test('never makes a second call of the webhook out of one', async () => {
    const calls = emulator.webhookCalls.length;
    emulator.emulator.faults.add({ kind: 'drop-after', times: 1 });
    await expect(client().triggerWebhook(NIGHTLY, KEYS)).rejects.toBeInstanceOf(ExternalCallError);
    expect(emulator.webhookCalls).toHaveLength(calls + 1);
    await expect(client().triggerWebhook(NIGHTLY, KEYS)).rejects.toMatchObject({
      failure: 'throttled',
    });
    expect(emulator.webhookCalls).toHaveLength(calls + 1);
  });
});
