import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../../../local/emulators/numerai/documents.ts';
import { dailySchedule } from '../../../../local/emulators/numerai/schedules.ts';
import { ACCOUNT, NIGHTLY, numeraiForTest } from './setup.ts';

const CURRENT = '{ rounds(tournament: 8, number: 0) { number tournament openTime closeStakingTime closeTime } }';

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

  it('can open late, close late and be cancelled while they are open', async () => {
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
    expect(await numerai.refusal('{ rounds(tournament: 1, number: 0) { number } }')).toBe('invalid tournament');
  });
});

describe('the caller', () => {
  const MODELS = '{ account { username models { id name tournament submissionWebhook } } }';

  it('sees its own models', async () => {
    await using numerai = await numeraiForTest({
      accounts: [ACCOUNT, { username: 'bob', publicId: 'B', secretKey: 'C', models: [{ name: 'other' }] }],
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
    expect(await numerai.refusal('query($m: ID) { model(modelId: $m) { name } }', { m: theirs })).toBe(
      'Model not found',
    );
  });

  it.each([null, 'Token PUBLICID$WRONG', 'Token WRONG$SECRETKEY', 'Bearer PUBLICID$SECRETKEY'])(
    'is refused with %s',
    async (authorization) => {
      await using numerai = await numeraiForTest();
      expect(await numerai.refusal(MODELS, {}, authorization)).toBe('Your session is invalid or has expired.');
    },
  );

  it('is refused what its keys do not permit', async () => {
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

  it('can use snake case and strings for ids, as numerapi does', async () => {
    await using numerai = await numeraiForTest();
    const query = 'query($id: String) { model(model_id: $id) { name } account { apiTokens { public_id } } }';
    expect((await numerai.ask(query, { id: NIGHTLY })).data).toEqual({
      model: { name: 'nightly' },
      account: { apiTokens: [{ public_id: 'PUBLICID' }] },
    });
  });

  it('are answered 400 if they are missing', async () => {
    await using numerai = await numeraiForTest();
    const answers = await Promise.all(
      ['', '{}', '[1', '{"query":""}'].map((body) => fetch(numerai.url, { method: 'POST', body })),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect((await fetch(numerai.url)).status).toBe(405);
  });
});

describe('the state', () => {
  it('is restored after a restart', async () => {
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
