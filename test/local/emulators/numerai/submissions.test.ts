import { describe, expect, it } from 'vitest';
import { ACCOUNT, NIGHTLY, numeraiForTest } from './setup.ts';

describe('submissions', () => {
  const LIST =
    'query($m: ID) { submissions(modelId: $m) { insertedAt selected triggerId round { number tournament } } }';

  it.each(ACCOUNT.models)('are made from the live data of $name', async (model) => {
    await using numerai = await numeraiForTest();
    const tournament = 'tournament' in model ? model.tournament : 8;
    const made = await numerai.submitOverHttp({ modelId: model.id, tournament, triggerId: 'abc' });
    expect(made.errors).toBeUndefined();
    const [round] = numerai.rounds.recent(tournament).filter((one) => numerai.rounds.status(one) === 'OPEN');
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
    expect((await numerai.submitOverHttp({ csv })).errors?.[0]?.message).toBe('Current round not open for submissions');
    expect(numerai.submissionsOf(NIGHTLY, 1260).map(({ late }) => late)).toEqual([true, false]);
    // The submission that was on time still counts.
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

  it('that are not valid say why and do not count; what is listed late is not shown before', async () => {
    await using numerai = await numeraiForTest();
    const list = 'query($m: ID) { submissions(modelId: $m) { status errorInfo selected } }';
    const listed = async () => (await numerai.ask(list, { m: NIGHTLY })).data?.submissions;
    numerai.submit({ modelId: NIGHTLY, errorInfo: 'predictions contain NaN' });
    expect(await listed()).toEqual([{ status: 'failed', errorInfo: 'predictions contain NaN', selected: false }]);
    numerai.submit({ modelId: NIGHTLY, listedAfterMs: 480_000 });
    expect(await listed()).toHaveLength(1);
    await numerai.clock.advance(480_000);
    expect(await listed()).toMatchObject([{ status: 'success', errorInfo: null, selected: true }, { selected: false }]);
  });

  it('can be repeated: the latest counts', async () => {
    await using numerai = await numeraiForTest();
    await numerai.submitOverHttp({ triggerId: 'first' });
    await numerai.submitOverHttp({ triggerId: 'second' });
    expect(numerai.submissionsOf(NIGHTLY).filter(numerai.isSelected)).toMatchObject([{ triggerId: 'second' }]);
  });

  it('may be listed later, not be valid, or be found to be so, and then another one counts', async () => {
    await using numerai = await numeraiForTest();
    numerai.submit({ modelId: NIGHTLY, triggerId: 'good' });
    numerai.submit({ modelId: NIGHTLY, triggerId: 'bad', status: 'failed', errorInfo: 'Wrong ids.' });
    const { id } = numerai.submit({ modelId: NIGHTLY, triggerId: 'slow', listedAfterMs: 60_000 });
    const list = async () =>
      (
        await numerai.ask('query($m: ID) { submissions(modelId: $m) { triggerId status errorInfo selected } }', {
          m: NIGHTLY,
        })
      ).data?.submissions;
    const good = { triggerId: 'good', status: 'success', errorInfo: null };
    const bad = { triggerId: 'bad', status: 'failed', errorInfo: 'Wrong ids.', selected: false };
    expect(await list()).toMatchObject([bad, good]);
    await numerai.clock.advance(60_000);
    expect(await list()).toMatchObject([{ triggerId: 'slow', selected: true }, bad, { ...good, selected: false }]);
    numerai.judge(id, { status: 'invalid' });
    expect(await list()).toMatchObject([{ selected: false }, bad, { ...good, selected: true }]);
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
    [
      'the same value in every row',
      (csv) => csv.replace(/,0\.\d+/g, ',0.5'),
      'Invalid submission values. They must not all be the same.',
    ],
    ['a row without an id', (csv) => `${csv}\n,0.5`, 'Every row of the submission must have an id.'],
    [
      'a space in an id',
      (csv) => csv.replace(/,(?=0\.)/, ' ,'),
      'You must provide predictions for the current live IDs. Make sure you are using the latest live data.',
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

  it.each<[string, (lines: string[]) => string[]]>([
    ['an id twice that is not of the live data', (lines) => [...lines, 'NOBODY,0.5', 'NOBODY,7']],
    [
      'commas and quotes in a quoted cell',
      ([names, ...rows]) => [`name,${names}`, ...rows.map((row) => `"a, ""b""",${row}`)],
    ],
    ['quotes around every cell', (lines) => lines.map((line) => line.replace(/[^,]+/g, '"$&"'))],
  ])('with %s are taken', async (_, change) => {
    await using numerai = await numeraiForTest();
    const csv = change((await numerai.examplePredictions()).trimEnd().split('\n')).join('\n');
    expect((await numerai.submitOverHttp({ csv })).errors).toBeUndefined();
    expect(numerai.submissions).toMatchObject([{ rows: 120 }]);
  });

  it('from the data of the last round are refused', async () => {
    await using numerai = await numeraiForTest();
    const csv = await numerai.examplePredictions();
    await numerai.clock.advanceTo(new Date('2026-05-06T12:00:00Z'));
    expect((await numerai.submitOverHttp({ csv })).errors?.[0]?.message).toContain('live IDs');
  });

  it('require an uploaded file', async () => {
    await using numerai = await numeraiForTest();
    const create = 'mutation($m: ID) { createSubmission(filename: "x.csv", tournament: 8, modelId: $m) { id } }';
    expect(await numerai.refusal(create, { m: NIGHTLY })).toBe('Submission file not found.');
  });

  it("require the model if the account has several, and the model's tournament", async () => {
    await using numerai = await numeraiForTest();
    const auth = (rest: string) => `{ submissionUploadAuth(filename: "p.csv", ${rest}) { url } }`;
    expect(await numerai.refusal(auth('tournament: 8'))).toContain('specify a modelId');
    expect(await numerai.refusal(auth(`tournament: 11, modelId: "${NIGHTLY}"`))).toContain(
      'does not take part in tournament 11',
    );
  });

  it('can be made without HTTP, with the same checks', async () => {
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

  it('are valid for ten minutes, for one file and another in its place, and only as they were signed', async () => {
    await using numerai = await numeraiForTest();
    const url = await uploadUrl(numerai);
    expect(await put(`${url}0`)).toBe(403);
    expect(await put(url.replace('/p-', '/q-'))).toBe(403);
    expect(await put(url)).toBe(200);
    expect(await put(url)).toBe(200);
    const unused = await uploadUrl(numerai);
    await numerai.clock.advance(10 * 60_000);
    expect(await put(unused)).toBe(403);
  });

  it('always give the same live data for a round, and different data for another round', async () => {
    await using numerai = await numeraiForTest();
    const first = await numerai.examplePredictions();
    expect(await numerai.examplePredictions()).toBe(first);
    await numerai.clock.advanceTo(new Date('2026-05-06T12:00:00Z'));
    expect(await numerai.examplePredictions()).not.toBe(first);
  });

  it('are not issued for data that does not exist', async () => {
    await using numerai = await numeraiForTest();
    expect(await numerai.refusal('{ dataset(filename: "v5.0/gold.csv") }')).toBe('Dataset not found');
  });
});
