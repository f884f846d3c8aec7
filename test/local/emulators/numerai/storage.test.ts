// What lies behind Numerai's signed URLs: files, parts of files, and the rules of uploads in each tournament.

import { describe, expect, it } from 'vitest';
import { readParquet, writeParquet } from '../../../../local/emulators/numerai/parquet.ts';
import { ACCOUNT, NIGHTLY, type NumeraiInTest, numeraiForTest } from './setup.ts';

const [, STOCKS, COINS] = ACCOUNT.models;

async function datasetUrl(numerai: NumeraiInTest, filename: string): Promise<string> {
  const { data } = await numerai.ask('query($f: String!) { dataset(filename: $f) }', { f: filename });
  return String(data?.dataset);
}

const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

describe('a file', () => {
  it('of the live data is true Parquet, with the columns of a current model', async () => {
    await using numerai = await numeraiForTest();
    const columns = await readParquet(await bytesOf(await fetch(await datasetUrl(numerai, 'v5.3/live.parquet'))));
    const features = await (await fetch(await datasetUrl(numerai, 'v5.3/features.json'))).json();
    const { feature_sets: sets, targets } = Object(features);
    expect([...columns.keys()]).toEqual(['id', 'era', 'data_type', ...sets.all, ...targets]);
    expect(new Set(columns.get('target'))).toEqual(new Set([null]));
    expect(new Set(columns.get(sets.small[0]))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(sets.small).toHaveLength(42);
  });

  it('has the features of a features.json, where one is given', async () => {
    const features = { feature_sets: { all: ['feature_a', 'feature_b', 'feature_c'] }, targets: ['target'], more: 1 };
    await using numerai = await numeraiForTest({ features });
    const contents = ['v5.3/live.parquet', 'v5.3/train.parquet'].map(async (name) =>
      readParquet(await bytesOf(await fetch(await datasetUrl(numerai, name)))),
    );
    for (const columns of await Promise.all(contents))
      expect([...columns.keys()].slice(3)).toEqual([...features.feature_sets.all, 'target']);
    const served = await fetch(await datasetUrl(numerai, 'v5.3/features.json'));
    expect(await served.json()).toEqual(features);
  });

  it.each<[string, number, (whole: Buffer) => Buffer]>([
    ['bytes=0-', 206, (whole) => whole],
    ['bytes=100-', 206, (whole) => whole.subarray(100)],
    ['bytes=10-19', 206, (whole) => whole.subarray(10, 20)],
    ['bytes=-5', 206, (whole) => whole.subarray(-5)],
    ['bytes=5-99999999', 206, (whole) => whole.subarray(5)],
    ['bytes=0-1,4-5', 200, (whole) => whole],
    ['bytes=-', 200, (whole) => whole],
    ['rows=1-2', 200, (whole) => whole],
  ])('answers the range %s with %i', async (range, status, part) => {
    await using numerai = await numeraiForTest();
    const url = await datasetUrl(numerai, 'v5.3/live_example_preds.csv');
    const whole = await bytesOf(await fetch(url));
    const answer = await fetch(url, { headers: { range } });
    expect(answer.status).toBe(status);
    expect(await bytesOf(answer)).toEqual(part(whole));
  });

  it.each(['bytes=99999999-', 'bytes=20-10', 'bytes=-0'])('refuses the range %s', async (range) => {
    await using numerai = await numeraiForTest();
    const url = await datasetUrl(numerai, 'v5.3/live_example_preds.csv');
    const size = (await bytesOf(await fetch(url))).length;
    const answer = await fetch(url, { headers: { range } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${size}`]);
  });
});

describe('Parquet', () => {
  it('is read as it was written: texts, numbers, and what is missing', async () => {
    const columns = [
      { name: 'id', kind: 'text', values: ['a', 'ü', '', null] },
      { name: 'small', kind: 'int8', values: [0, null, null, -3] },
      { name: 'value', kind: 'float', values: [0.5, 0.25, null, 1] },
    ] as const;
    const read = await readParquet(writeParquet(columns, 'id'));
    expect([...read]).toEqual(columns.map(({ name, values }) => [name, values]));
  });

  it.each<[string, (file: Buffer) => Buffer]>([
    ['cut off', (file) => file.subarray(0, -9)],
    ['empty', () => Buffer.from('PAR1PAR1')],
    ['of zeros', (file) => Buffer.concat([file.subarray(0, 4), Buffer.alloc(100), Buffer.from('PAR1')])],
  ])('that is %s is refused', async (_, spoil) => {
    const file = writeParquet([{ name: 'id', kind: 'text', values: ['a'] }]);
    await expect(readParquet(spoil(file))).rejects.toThrow();
  });
});

describe('predictions', () => {
  const rows = async (numerai: NumeraiInTest, tournament: number, count: number) =>
    (await numerai.examplePredictions(tournament))
      .split('\n')
      .slice(0, count + 1)
      .join('\n');

  it.each([STOCKS, COINS])('for $name need at least 100 ids of the universe; others are passed over', async (model) => {
    await using numerai = await numeraiForTest();
    const submit = async (csv: string) =>
      (await numerai.submitOverHttp({ modelId: model.id, tournament: model.tournament, csv })).errors?.[0]?.message;
    expect(await submit(`${await rows(numerai, model.tournament, 100)}\nNOBODY,0.5\nNOTHING,7`)).toBeUndefined();
    expect(numerai.submissions).toMatchObject([{ rows: 100 }]);
    expect(await submit(`${await rows(numerai, model.tournament, 99)}\nNOBODY,0.5`)).toBe(
      'You must provide predictions for at least 100 live IDs.',
    );
  });

  it('in classic may be of the round before, where data_datestamp says so', async () => {
    await using numerai = await numeraiForTest();
    const csv = await numerai.examplePredictions();
    await numerai.clock.advanceTo(new Date('2026-05-06T12:05:00Z'));
    const submit = async (datestamp: number) => {
      const auth = await numerai.ask(
        `{ submissionUploadAuth(filename: "p.csv", tournament: 8, modelId: "${NIGHTLY}") { filename url } }`,
      );
      const { filename, url } = Object(auth.data?.submissionUploadAuth);
      await fetch(url, { method: 'PUT', body: csv });
      return numerai.ask(
        'mutation($f: String!, $d: Int, $m: ID) { createSubmission(filename: $f, tournament: 8, modelId: $m, dataDatestamp: $d) { dataDatestamp round { number } } }',
        { f: filename, d: datestamp, m: NIGHTLY },
      );
    };
    expect((await submit(20260506)).errors?.[0]?.message).toContain('live IDs');
    expect((await submit(20260501)).errors?.[0]?.message).toContain('live IDs');
    expect((await submit(20260505)).data?.createSubmission).toEqual({
      dataDatestamp: 20260505,
      round: { number: 1261 },
    });
  });

  it('are downloaded again as they were uploaded, by their owner alone', async () => {
    const other = { username: 'bob', publicId: 'OTHER', secretKey: 'KEY' };
    await using numerai = await numeraiForTest({ accounts: [ACCOUNT, other] });
    const csv = await numerai.examplePredictions();
    const made = await numerai.submitOverHttp({ csv });
    const query = `{ submissionDownloadAuth(id: "${Object(made.data?.createSubmission).id}") { url } }`;
    const { url } = Object((await numerai.ask(query)).data?.submissionDownloadAuth);
    expect(await (await fetch(url)).text()).toBe(csv);
    expect((await fetch(`${url}0`)).status).toBe(403);
    expect(await numerai.refusal(query, {}, 'Token OTHER$KEY')).toBe('Submission not found');
  });
});
