import { describe, expect, test } from 'vitest';
import { faultsOf } from '../../../local/emulators/numerai/documents.ts';
import { NumeraiAnswerError, NumeraiError } from '../../../src/lib/numerai/graphql.ts';
import { createNumerai, type Numerai } from '../../../src/lib/numerai/numerai.ts';
import * as queries from '../../../src/lib/numerai/queries.ts';
import type { Clock } from '../../../src/lib/util/clock.ts';
import { ExternalCallError } from '../../../src/lib/util/external-call.ts';
import { NIGHTLY, TUESDAY } from '../../local/emulators/numerai/setup.ts';
import {
  answering,
  type Call,
  graphqlClient,
  HastyClock,
  KEYS,
  startEmulator,
  testLostFields,
} from './numerai-calls.ts';

const emulator = startEmulator();

const client = (send?: typeof fetch, clock?: Clock): Numerai =>
  createNumerai(graphqlClient(emulator().url, send, clock));

/** Each method with an answer in which all is well. */
const CALLS: Readonly<Record<string, Call>> = {
  rounds: {
    ask: (send) => createNumerai(send).rounds('classic'),
    data: {
      open: [{ number: 1, openTime: TUESDAY, closeStakingTime: TUESDAY, closeTime: TUESDAY }],
      latest: [],
    },
  },
  submissions: {
    ask: (send) => createNumerai(send).submissions(NIGHTLY, KEYS),
    data: {
      submissions: [{ id: '1', insertedAt: TUESDAY, triggerId: null, status: null, round: { number: 1 } }],
    },
  },
  accountModels: {
    ask: (send) => createNumerai(send).accountModels(KEYS),
    data: { account: { models: [{ id: '1', name: 'a', tournament: 8, submissionWebhook: null }] } },
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

  test('all are sent by some method, and answered by the emulator', async () => {
    const numerai = client();
    expect((await numerai.rounds('classic')).map(({ number }) => number)).toContain(1260);
    expect(Object.keys(CALLS)).toHaveLength(Object.keys(queries).length);
    const triggerId = 'a-trigger-id';
    emulator().submit({ modelId: NIGHTLY, triggerId });
    expect(await numerai.submissions(NIGHTLY, KEYS)).toMatchObject([{ round: 1260, triggerId }]);
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

// Either of the two closing times will do.
testLostFields(CALLS, ['closeTime', 'closeStakingTime']);

test('an answer without any closing time, without data, or that is no JSON is reported as well', async () => {
  const round = { number: 1, openTime: TUESDAY };
  for (const body of [{ data: { open: [round], latest: [] } }, { data: null }, {}, 'hello', '[]'])
    await expect(client(answering(body)).rounds('classic')).rejects.toBeInstanceOf(NumeraiAnswerError);
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
    await expect(client(answering(body, 400)).rounds('classic')).rejects.toBeInstanceOf(NumeraiError);
  });

  test('of the transport are errors of their own, after bounded attempts', async () => {
    for (const answer of [answering('<html>', 502), answering({ errors: [{ message: 'x' }] }, 500)]) {
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
    emulator().emulator.faults.add({ kind: 'drop-before', times: 1 });
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
        : answering({ data: CALLS.rounds?.data })('');
    }, clock);
    await numerai.rounds('classic');
    expect(clock.waits).toEqual([7000]);
  });

  test('is respected as Numerai says it in an answer like any other', async () => {
    const body = { errors: [{ message: 'Rate limit exceeded. Please try again later.' }] };
    const thrown = client(answering(body)).accountModels(KEYS);
    await expect(thrown).rejects.toMatchObject({ failure: 'throttled', status: 429 });
  });
});
