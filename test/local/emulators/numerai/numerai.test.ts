import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../../../local/emulators/numerai/documents.ts';
import { dailySchedule } from '../../../../local/emulators/numerai/schedules.ts';
import { ACCOUNT, NIGHTLY, numeraiForTest } from './setup.ts';

const CURRENT =
  '{ rounds(tournament: 8, number: 0) { number tournament openTime closeStakingTime closeTime } }';

describe('rounds', () => {
  it('can be read without keys', async () => {
    await using numerai = await numeraiForTest();
    expect(await numerai.ask(CURRENT, {}, null)).toEqual({
      data: {
        rounds: [
          {
            number: 1260,
            tournament: 8,
            openTime: '2026-05-05T12:00:00Z',
            closeStakingTime: '2026-05-05T13:00:00Z',
            closeTime: '2026-05-06T11:00:00Z',
          },
        ],
      },
    });
  });

  it('are refused between two rounds', async () => {
    await using numerai = await numeraiForTest({ at: '2026-05-05T11:59:59Z' });
    expect(await numerai.refusal(CURRENT)).toBe('Current round not open for submissions');
    await numerai.clock.advance(1000);
    expect((await numerai.ask(CURRENT)).errors).toBeUndefined();
  });

  it('can open late, close late and be cancelled while it runs', async () => {
    await using numerai = await numeraiForTest({ at: '2026-05-05T12:30:00Z' });
    const openTime = new Date('2026-05-05T12:45:00Z');
    numerai.rounds.change(8, 1260, { openTime });
    expect(await numerai.refusal(CURRENT)).toBe('Current round not open for submissions');
    await numerai.clock.advanceTo(openTime);
    numerai.rounds.change(8, 1260, { closeStakingTime: new Date('2026-05-06T15:00:00Z') });
    expect((await numerai.ask(CURRENT)).data?.rounds).toMatchObject([
      { closeStakingTime: '2026-05-06T15:00:00Z', closeTime: '2026-05-06T15:00:00Z' },
    ]);
    numerai.rounds.cancel(8, 1260);
    expect(await numerai.refusal(CURRENT)).toBe('Current round not open for submissions');
  });

  it('are listed newest first, by status and by number', async () => {
    await using numerai = await numeraiForTest();
    const list = await numerai.ask('{ rounds(tournament: 8, limit: 5) { number } }');
    expect(list.data?.rounds).toEqual([1263, 1262, 1261, 1260, 1259].map((number) => ({ number })));
    const open = await numerai.ask('{ rounds(tournament: 8, status: OPEN) { number } }');
    expect(open.data?.rounds).toEqual([{ number: 1260 }]);
    const upcoming = await numerai.ask('{ rounds(tournament: 8, status: UPCOMING) { number } }');
    expect(upcoming.data?.rounds).toEqual([1263, 1262, 1261].map((number) => ({ number })));
    const one = await numerai.ask('{ rounds(tournament: 8, number: 1100) { number openTime } }');
    expect(one.data?.rounds).toEqual([{ number: 1100, openTime: '2025-09-23T12:00:00Z' }]);
  });

  it('exist in three tournaments and no other', async () => {
    await using numerai = await numeraiForTest({ schedule: dailySchedule() });
    for (const tournament of [8, 11, 12]) {
      const query = `{ rounds(tournament: ${tournament}, number: 0) { tournament } }`;
      expect((await numerai.ask(query)).data?.rounds).toEqual([{ tournament }]);
    }
    expect(await numerai.refusal('{ rounds(tournament: 1, number: 0) { number } }')).toBe(
      'invalid tournament',
    );
  });
});

describe('who asks', () => {
  const MODELS = '{ account { username models { id name tournament submissionWebhook } } }';

  it('sees the own models', async () => {
    await using numerai = await numeraiForTest({
      accounts: [
        ACCOUNT,
        { username: 'bob', publicId: 'B', secretKey: 'C', models: [{ name: 'other' }] },
      ],
    });
    expect((await numerai.ask(MODELS)).data?.account).toEqual({
      username: 'ada',
      models: ACCOUNT.models.map((model) => ({
        tournament: 8,
        submissionWebhook: null,
        ...model,
      })),
    });
    const theirs = numerai.models.find(({ name }) => name === 'other')?.id;
    expect(
      await numerai.refusal('query($m: ID) { model(modelId: $m) { name } }', { m: theirs }),
    ).toBe('Model not found');
  });

  it.each([null, 'Token PUBLICID$WRONG', 'Token WRONG$SECRETKEY', 'Bearer PUBLICID$SECRETKEY'])(
    'is refused with %s',
    async (authorization) => {
      await using numerai = await numeraiForTest();
      expect(await numerai.refusal(MODELS, {}, authorization)).toBe(
        'Your session is invalid or has expired.',
      );
    },
  );

  it('is refused what the keys may not', async () => {
    const scopes = ['upload_submission'] as const;
    await using numerai = await numeraiForTest({ accounts: [{ ...ACCOUNT, scopes }] });
    expect(await numerai.refusal(MODELS)).toBe('Insufficient permission for read_user_info');
  });
});

describe('documents', () => {
  it.each([
    ['an unknown field', '{ rounds { number colour } }', 'Cannot query field "colour"'],
    ['an unknown argument', '{ rounds(colour: 1) { number } }', 'Unknown argument "colour"'],
    ['a wrong type', '{ rounds(tournament: "8") { number } }', 'Int cannot represent'],
    ['a missing argument', '{ triggerLogs { message } }', '"triggerId"'],
    ['a nullable id', 'query($t: ID) { triggerLogs(triggerId: $t) { message } }', 'of type "ID"'],
    ['no GraphQL', 'hello', 'Syntax Error'],
  ])('are refused for %s', async (_, query, message) => {
    await using numerai = await numeraiForTest();
    expect(await numerai.refusal(query)).toContain(message);
    expect(faultsOf(query).map((fault) => fault.message)).toHaveLength(1);
  });

  it('may use snake case and strings for ids, as numerapi does', async () => {
    await using numerai = await numeraiForTest();
    const query =
      'query($id: String) { model(model_id: $id) { name } account { apiTokens { public_id } } }';
    expect((await numerai.ask(query, { id: NIGHTLY })).data).toEqual({
      model: { name: 'nightly' },
      account: { apiTokens: [{ public_id: 'PUBLICID' }] },
    });
  });

  it('that are none at all are answered 400', async () => {
    await using numerai = await numeraiForTest();
    const answers = await Promise.all(
      ['', '{}', '[1', '{"query":""}'].map((body) => fetch(numerai.url, { method: 'POST', body })),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect((await fetch(numerai.url)).status).toBe(405);
  });
});

describe('submissions', () => {
  const LIST =
    'query($m: ID) { submissions(modelId: $m) { insertedAt selected triggerId round { number tournament } } }';

  it.each(ACCOUNT.models)('are made from the live data of $name', async (model) => {
    await using numerai = await numeraiForTest();
    const tournament = 'tournament' in model ? model.tournament : 8;
    const made = await numerai.submitOverHttp({ modelId: model.id, tournament, triggerId: 'abc' });
    expect(made.errors).toBeUndefined();
    const [round] = numerai.rounds
      .recent(tournament)
      .filter((one) => numerai.rounds.status(one) === 'OPEN');
    expect((await numerai.ask(LIST, { m: model.id })).data?.submissions).toEqual([
      {
        insertedAt: '2026-05-05T12:05:00Z',
        selected: true,
        triggerId: 'abc',
        round: { number: round?.number, tournament },
      },
    ]);
    expect(numerai.submissions).toMatchObject([{ modelId: model.id, late: false, rows: 120 }]);
  });

  it('are late after the deadline, and refused when the round is over', async () => {
    await using numerai = await numeraiForTest();
    await numerai.submitOverHttp();
    await numerai.clock.advanceTo(new Date('2026-05-05T13:00:00Z'));
    await numerai.submitOverHttp({ triggerId: 'late' });
    await numerai.clock.advanceTo(new Date('2026-05-06T11:00:00Z'));
    const csv = 'id,prediction\n';
    expect((await numerai.submitOverHttp({ csv })).errors?.[0]?.message).toBe(
      'Current round not open for submissions',
    );
    expect(numerai.submissionsOf(NIGHTLY, 1260).map(({ late }) => late)).toEqual([true, false]);
    // The one that was on time still counts.
    expect((await numerai.ask(LIST, { m: NIGHTLY })).data?.submissions).toMatchObject([
      { triggerId: 'late', selected: false },
      { triggerId: null, selected: true },
    ]);
    const latest = await numerai.ask(
      'query($m: ID) { model(modelId: $m) { latestSubmissions(latestNRounds: 2) { roundNumber status } } }',
      { m: NIGHTLY },
    );
    expect(latest.data?.model).toEqual({
      latestSubmissions: [
        { roundNumber: 1260, status: 'on-time' },
        { roundNumber: 1259, status: 'none' },
      ],
    });
  });

  it('can be made again: the latest counts', async () => {
    await using numerai = await numeraiForTest();
    await numerai.submitOverHttp({ triggerId: 'first' });
    await numerai.submitOverHttp({ triggerId: 'second' });
    expect(numerai.submissionsOf(NIGHTLY).filter(numerai.isSelected)).toMatchObject([
      { triggerId: 'second' },
    ]);
  });

  it.each<[string, (csv: string) => string, string]>([
    ['no columns', () => 'hello', 'Invalid submission headers. Expected id, prediction.'],
    [
      'a value of one',
      (csv) => csv.replace(/,0\.\d+/, ',1'),
      'Invalid submission values. Values must be between 0 and 1 exclusive.',
    ],
    [
      'a value missing',
      (csv) => csv.replace(/,0\.\d+/, ','),
      'Invalid submission values. Values must be between 0 and 1 exclusive.',
    ],
    ['a row twice', (csv) => csv + (csv.split('\n')[1] ?? ''), 'Duplicate ids in submission.'],
    [
      'a row too few',
      (csv) => csv.split('\n').slice(0, -2).join('\n'),
      'You must provide predictions for the current live IDs. Make sure you are using the latest live data.',
    ],
  ])('with %s are refused', async (_, spoil, message) => {
    await using numerai = await numeraiForTest();
    const csv = spoil(await numerai.examplePredictions());
    expect((await numerai.submitOverHttp({ csv })).errors?.[0]?.message).toBe(message);
    expect(numerai.submissions).toEqual([]);
  });

  it("from the last round's data are refused", async () => {
    await using numerai = await numeraiForTest();
    const csv = await numerai.examplePredictions();
    await numerai.clock.advanceTo(new Date('2026-05-06T12:00:00Z'));
    expect((await numerai.submitOverHttp({ csv })).errors?.[0]?.message).toContain('live IDs');
  });

  it('need a file that was uploaded', async () => {
    await using numerai = await numeraiForTest();
    const create =
      'mutation($m: ID) { createSubmission(filename: "x.csv", tournament: 8, modelId: $m) { id } }';
    expect(await numerai.refusal(create, { m: NIGHTLY })).toBe('Submission file not found.');
  });

  it('need the model where the account has several, and in its own tournament', async () => {
    await using numerai = await numeraiForTest();
    const auth = (rest: string) => `{ submissionUploadAuth(filename: "p.csv", ${rest}) { url } }`;
    expect(await numerai.refusal(auth('tournament: 8'))).toContain('specify a modelId');
    expect(await numerai.refusal(auth(`tournament: 11, modelId: "${NIGHTLY}"`))).toContain(
      'does not take part in tournament 11',
    );
  });

  it('can be made in the process, with the same checks', async () => {
    await using numerai = await numeraiForTest();
    numerai.submit({ modelId: NIGHTLY, round: 1260, triggerId: 'direct' });
    const later = new Date('2026-05-05T20:00:00Z');
    expect(numerai.submit({ modelId: NIGHTLY, at: later }).late).toBe(true);
    expect(() => numerai.submit({ modelId: NIGHTLY, round: 1259 })).toThrow('live IDs');
    expect(() => numerai.submit({ modelId: 'nobody' })).toThrow('Model not found');
    const between = new Date('2026-05-05T11:30:00Z');
    expect(() => numerai.submit({ modelId: NIGHTLY, at: between })).toThrow('not open');
    expect(numerai.submissions).toHaveLength(2);
  });
});

describe('upload and download URLs', () => {
  const AUTH = `{ submissionUploadAuth(filename: "p.csv", tournament: 8, modelId: "${NIGHTLY}") { url } }`;
  const uploadUrl = async (numerai: Awaited<ReturnType<typeof numeraiForTest>>) => {
    const { data } = await numerai.ask(AUTH);
    const auth = data?.submissionUploadAuth;
    return auth !== null && typeof auth === 'object' && 'url' in auth ? String(auth.url) : '';
  };
  const put = async (url: string) => (await fetch(url, { method: 'PUT', body: 'x' })).status;

  it('work once for an upload, for ten minutes, and as they were signed', async () => {
    await using numerai = await numeraiForTest();
    const url = await uploadUrl(numerai);
    expect(await put(`${url}0`)).toBe(403);
    expect(await put(url.replace('/p-', '/q-'))).toBe(403);
    expect(await put(url)).toBe(200);
    expect(await put(url)).toBe(403);
    const unused = await uploadUrl(numerai);
    await numerai.clock.advance(10 * 60_000);
    expect(await put(unused)).toBe(403);
  });

  it('give the same live data for a round each time, and other data for another round', async () => {
    await using numerai = await numeraiForTest();
    const first = await numerai.examplePredictions();
    expect(await numerai.examplePredictions()).toBe(first);
    await numerai.clock.advanceTo(new Date('2026-05-06T12:00:00Z'));
    expect(await numerai.examplePredictions()).not.toBe(first);
  });

  it('are not given for data that does not exist', async () => {
    await using numerai = await numeraiForTest();
    expect(await numerai.refusal('{ dataset(filename: "v5.0/gold.csv") }')).toBe(
      'Dataset not found',
    );
  });
});

describe('the state', () => {
  it('is there again after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'numerai-'));
    const stateFile = join(folder, 'state', 'numerai.json');
    {
      await using numerai = await numeraiForTest({ stateFile });
      await numerai.submitOverHttp({ triggerId: 'kept' });
      await numerai.ask(
        `mutation { setSubmissionWebhook(modelId: "${NIGHTLY}", newSubmissionWebhook: "http://localhost:1/hook") }`,
      );
    }
    await using numerai = await numeraiForTest({ stateFile });
    expect(numerai.submissionsOf(NIGHTLY)).toMatchObject([
      { triggerId: 'kept', insertedAt: new Date('2026-05-05T12:05:00Z') },
    ]);
    expect(numerai.models[0]?.webhook).toBe('http://localhost:1/hook');
    await rm(folder, { recursive: true });
  });
});

describe('faults', () => {
  it('look like those of the service', async () => {
    await using numerai = await numeraiForTest();
    numerai.emulator.faults.add({ kind: 'status', status: 503, times: 1, retryAfterSeconds: 1 });
    const response = await fetch(numerai.url, { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
  });
});
