import { describe, expect, test } from 'vitest';
import { faultsOf } from '../../../local/emulators/numerai/documents.ts';
import { NumeraiAnswerError, NumeraiError } from '../../../src/lib/numerai/graphql.ts';
import { createNumerai, type Numerai } from '../../../src/lib/numerai/numerai.ts';
import * as queries from '../../../src/lib/numerai/queries.ts';
import type { Clock } from '../../../src/lib/util/clock.ts';
import { ExternalCallError } from '../../../src/lib/util/external-call.ts';
import { KeyRefusedError } from '../../../src/lib/verification/submission-source.ts';
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

/** The one method whose answer must be whole. */
const CALLS: Readonly<Record<string, Call>> = {
  accountModels: {
    ask: (send) => createNumerai(send).accountModels(KEYS),
    data: { account: { models: [{ id: '1', name: 'a', tournament: 8, submissionWebhook: null }] } },
  },
};

describe('the queries', () => {
  test.each(Object.entries(queries))('%s is valid against the schema', (_, query) => {
    expect(faultsOf(typeof query === 'string' ? query : query(3)).map(({ message }) => message)).toEqual([]);
  });

  test('a field that the schema does not have is refused', () => {
    const misspelt = queries.ROUNDS_QUERY.replace('closeStakingTime', 'closeStakeTime');
    expect(faultsOf(misspelt)).not.toEqual([]);
  });

  test('all are sent by some method, and answered by the emulator', async () => {
    const numerai = client();
    expect((await numerai.rounds('classic')).map(({ number }) => number)).toContain(1260);
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

testLostFields(CALLS);

const listed = { id: '1', insertedAt: TUESDAY, triggerId: null, status: null, errorInfo: null, round: { number: 1 } };
const window = (number: number, changes: object = {}) => ({
  number,
  openTime: '2026-04-07T12:10:00Z',
  closeStakingTime: '2026-04-07T13:20:00Z',
  closeTime: null,
  ...changes,
});
const CLOSED = window(1, { openTime: '2026-04-03T12:00:00Z', closeStakingTime: '2026-04-03T13:00:00Z' });

describe('an element of a list that is incomplete', () => {
  test.each<[string, object, string[]]>([
    ['null hides no other', { open: [null, window(2)], latest: [CLOSED] }, ['1', '2 12:10 13:20']],
    ['null where the newest have it', { open: [null], latest: [window(2), CLOSED] }, ['1', '2 12:10 13:20']],
    ['without a number', { open: [window(2)], latest: [window(3, { number: null }), CLOSED] }, ['1', '2 12:10 13:20']],
    ['without an opening', { open: [window(2, { openTime: null })], latest: [] }, ['2 12:00 13:20']],
    ['without a close', { open: [window(2, { closeStakingTime: null })], latest: [] }, ['2 12:10 13:10']],
    ['whose time is no time', { open: [window(2, { closeStakingTime: 'soon' })], latest: [] }, ['2 12:10 13:10']],
    ['that is whole elsewhere', { open: [window(2, { openTime: null })], latest: [window(2)] }, ['2 12:10 13:20']],
    [
      'of another tournament',
      { open: [window(2)], latest: [window(3, { tournament: 11 }), CLOSED] },
      ['1', '2 12:10 13:20'],
    ],
    ['of this one', { open: [window(2, { tournament: 8 })], latest: [] }, ['2 12:10 13:20']],
    ['no list at all', { open: null, latest: null }, []],
  ])('%s', async (_, data, expected) => {
    const rounds = await client(answering({ data })).rounds('classic');
    const at = (time: Date) => time.toISOString().slice(11, 16);
    const words = rounds.map(({ number, openTime, closeTime }) =>
      number === 1 ? '1' : `${number} ${at(openTime)} ${at(closeTime)}`,
    );
    expect(words.sort()).toEqual(expected);
  });

  test.each([
    { data: { open: [null], latest: [] } },
    { data: { open: [{ number: null }], latest: [null, CLOSED] } },
    { data: { open: [], latest: [{ numero: 1 }] } },
    { data: { open: [window(2, { tournament: 12 })], latest: [window(2, { tournament: 12 })] } },
    { data: { open: 'none', latest: [] } },
    { data: null },
    {},
    'hello',
    '[]',
  ])('an answer out of which the open round cannot be told is reported: %j', async (body) => {
    await expect(client(answering(body)).rounds('classic')).rejects.toBeInstanceOf(NumeraiAnswerError);
  });

  test('a submission that cannot be read hides no other, but no list is taken for an empty one', async () => {
    const ask = (m0: unknown) => client(answering({ data: { m0 } })).submissions(NIGHTLY, KEYS);
    expect(await ask([null, { ...listed, insertedAt: null }, listed])).toMatchObject([{ id: '1', round: 1 }]);
    expect(await ask([{ ...listed, round: null, status: 7 }])).toMatchObject([{ round: null, status: null }]);
    expect(await ask([null])).toEqual([]);
    await expect(ask([{ ...listed, id: undefined }])).rejects.toBeInstanceOf(NumeraiAnswerError);
  });
});

test('that no round is open is an answer', async () => {
  const errors = [{ message: 'Current round not open for submissions', path: ['open'] }];
  const rounds = (data: unknown) => client(answering({ data, errors })).rounds('classic');
  expect(await rounds(null)).toEqual([]);
  expect(await rounds({ open: null, latest: [CLOSED] })).toMatchObject([{ number: 1 }]);
});

describe('the submissions of several models', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `model-${index}`);

  test('are asked for in one request for so many', async () => {
    let asked = 0;
    const numerai = client(async (...args) => {
      asked += 1;
      return fetch(...args);
    });
    emulator().submit({ modelId: NIGHTLY, triggerId: 'of-many' });
    const answers = await numerai.submissionsOf([...many(25), NIGHTLY, NIGHTLY], KEYS);
    expect(asked).toBe(2);
    expect(answers.get(NIGHTLY)).toContainEqual(expect.objectContaining({ triggerId: 'of-many' }));
    expect(answers.get('model-3')).toBeInstanceOf(NumeraiError);
  });

  test('one that the server fails at does not take the others with it', async () => {
    const { troubles } = emulator();
    const others = emulator()
      .models.map(({ id }) => id)
      .filter((id) => id !== NIGHTLY);
    troubles.brokenModels.add(NIGHTLY);
    const answers = await client().submissionsOf([NIGHTLY, ...others], KEYS);
    troubles.brokenModels.clear();
    expect(answers.get(NIGHTLY)).toMatchObject({ service: 'numerai', failure: 'unavailable' });
    for (const other of others) expect(answers.get(other)).toEqual([]);
  });

  test('one that Numerai refuses without saying which does not take the others with it', async () => {
    let asked = 0;
    const numerai = client(async (...args) => {
      asked += 1;
      const { variables } = JSON.parse(String(args[1]?.body));
      return Object.values(variables).includes('model-7')
        ? answering({ errors: [{ message: 'Variable "$m7" got an invalid value' }] })('')
        : answering({ data: Object.fromEntries(Object.keys(variables).map((name) => [name, []])) })('');
    });
    const answers = await numerai.submissionsOf(many(25), KEYS);
    const refused = [...answers].filter(([, answer]) => answer instanceof Error);
    expect(refused).toEqual([['model-7', expect.any(NumeraiError)]]);
    expect(answers.size).toBe(25);
    expect(asked).toBeLessThan(12);
  });

  test('one that the account may not ask about says nothing of the key', async () => {
    const message = 'You are not authorized to see this model';
    const refusing = (...names: readonly string[]) =>
      client(
        answering({
          data: { m0: [], m1: names.includes('m1') ? null : [] },
          errors: names.map((name) => ({ message, path: [name] })),
        }),
      ).submissionsOf(many(2), KEYS);
    const one = await refusing('m1');
    expect(one.get('model-0')).toEqual([]);
    expect(one.get('model-1')).toBeInstanceOf(NumeraiError);
    const all = await refusing('m0', 'm1');
    expect([...all.values()]).toEqual([expect.any(KeyRefusedError), expect.any(KeyRefusedError)]);
  });

  test('a key that is not accepted is the answer for each', async () => {
    const answers = await client().submissionsOf([NIGHTLY, 'another'], { ...KEYS, secretKey: 'wrong' });
    expect([...answers.values()]).toEqual([expect.any(KeyRefusedError), expect.any(KeyRefusedError)]);
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
    await expect(thrown).rejects.toBeInstanceOf(KeyRefusedError);
    await expect(thrown).rejects.toThrow('Your session is invalid or has expired.');
    expect(asked).toBe(1);
    await expect(thrown).rejects.not.toThrow('wrong');
  });

  test('a refusal with another status than 200 is a refusal still', async () => {
    const body = { errors: [{ message: 'No query document supplied' }] };
    await expect(client(answering(body, 400)).rounds('classic')).rejects.toBeInstanceOf(NumeraiError);
  });

  test.each(['Your session is invalid or has expired.', 'Insufficient permission for read_submission_info'])(
    'about the key are told from others: %s',
    async (message) => {
      const numerai = client(answering({ data: { m0: null }, errors: [{ message, path: ['m0'] }] }));
      await expect(numerai.submissions(NIGHTLY, KEYS)).rejects.toBeInstanceOf(KeyRefusedError);
    },
  );

  test('401 without a word is about the key as well', async () => {
    const numerai = client(answering('', 401));
    await expect(numerai.accountModels(KEYS)).rejects.toBeInstanceOf(KeyRefusedError);
  });

  test.each<[string, (numerai: Numerai) => Promise<unknown>]>([
    ['rounds', (numerai) => numerai.rounds('classic')],
    ['submissions', (numerai) => numerai.submissions(NIGHTLY, KEYS)],
    ['the models of an account', (numerai) => numerai.accountModels(KEYS)],
  ])('that Numerai makes itself pass, for %s', async (_, ask) => {
    const { faults } = emulator().emulator;
    faults.add({ kind: 'status', status: 200, message: 'Internal server error', times: 1 });
    await expect(ask(client())).resolves.toBeDefined();
    faults.add({ kind: 'status', status: 200, message: 'Internal server error', times: 3 });
    await expect(ask(client())).rejects.toMatchObject({ failure: 'unavailable', status: 500 });
    faults.clear();
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
        : answering({ data: { open: [], latest: [CLOSED] } })('');
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
