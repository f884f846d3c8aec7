import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { NIGHTLY, type NumeraiInTest, numeraiForTest } from './setup.ts';

const SET = 'mutation($m: String, $url: String) { setSubmissionWebhook(modelId: $m, newSubmissionWebhook: $url) }';
const TRIGGER = 'mutation($m: String!) { triggerModelWebhook(modelId: $m) }';
const LOGS = 'query($t: ID!) { triggerLogs(triggerId: $t) { message timestamp } }';

/** A web server that keeps what is posted to it, and answers `status` or never. */
async function webhookServer(status: number | 'silent', body = '{}') {
  const posted: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    posted.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    if (status !== 'silent') response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address of this type.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    posted,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const register = async (numerai: NumeraiInTest, url: string | null, modelId: string = NIGHTLY) =>
  (await numerai.ask(SET, { m: modelId, url })).data?.setSubmissionWebhook;

describe('the webhook of a model', () => {
  it('is set, shown and removed', async () => {
    await using numerai = await numeraiForTest();
    const show = `{ model(modelId: "${NIGHTLY}") { submissionWebhook computeEnabled } }`;
    expect(await register(numerai, 'https://example.com/hook?code=1')).toBe('true');
    expect((await numerai.ask(show)).data?.model).toEqual({
      submissionWebhook: 'https://example.com/hook?code=1',
      computeEnabled: true,
    });
    expect(await register(numerai, null)).toBe('true');
    expect((await numerai.ask(show)).data?.model).toMatchObject({ submissionWebhook: null });
    expect(await numerai.refusal(TRIGGER, { m: NIGHTLY })).toContain('no submission webhook');
    expect(await numerai.refusal(SET, { m: NIGHTLY, url: 'ftp://x' })).toContain('http');
  });

  it('is called when it is triggered; the caller gets the id and the log', async () => {
    await using hook = await webhookServer(200);
    await using numerai = await numeraiForTest();
    await register(numerai, hook.url);
    const triggerId = (await numerai.ask(TRIGGER, { m: NIGHTLY })).data?.triggerModelWebhook;
    expect(hook.posted).toEqual([{ dataVersion: 5, isTest: false, roundNumber: '1260', triggerId }]);
    numerai.submit({ modelId: NIGHTLY, triggerId: String(triggerId) });
    const logs = await numerai.ask(LOGS, { t: triggerId });
    const timestamp = Date.parse('2026-05-05T12:05:00Z') / 1000;
    expect(logs.data?.triggerLogs).toEqual([
      { message: 'Calling the webhook of nightly for round 1260.', timestamp },
      { message: 'The webhook answered 200.', timestamp },
      { message: expect.stringMatching(/^Submission \S+ received\.$/), timestamp },
    ]);
  });

  it('can mark manual triggers as tests', async () => {
    await using hook = await webhookServer(200);
    await using numerai = await numeraiForTest({ manualTriggersAreTests: true });
    await register(numerai, hook.url);
    await numerai.ask(TRIGGER, { m: NIGHTLY });
    expect(hook.posted).toMatchObject([{ isTest: true }]);
  });

  it.each([202, 404, 500])('fails with the answer %i: only 200 is success', async (status) => {
    await using hook = await webhookServer(status, '{"message":"no"}');
    await using numerai = await numeraiForTest();
    await register(numerai, hook.url);
    expect(await numerai.refusal(TRIGGER, { m: NIGHTLY })).toBe(
      'Error received from your webhook server: {"message":"no"}',
    );
    expect(numerai.webhookCalls).toMatchObject([{ outcome: { kind: 'answered', status } }]);
  });

  it('fails without an answer in time', async () => {
    await using hook = await webhookServer('silent');
    await using numerai = await numeraiForTest({ webhookTimeoutSeconds: 0.05 });
    await register(numerai, hook.url);
    expect(await numerai.refusal(TRIGGER, { m: NIGHTLY })).toContain('did not answer within');
    expect(numerai.webhookCalls).toMatchObject([{ outcome: { kind: 'timed-out' } }]);
  });

  it('fails if it cannot be reached', async () => {
    await using numerai = await numeraiForTest();
    await register(numerai, 'http://127.0.0.1:1/hook');
    expect(await numerai.refusal(TRIGGER, { m: NIGHTLY })).toContain('could not be reached');
    expect(numerai.webhookCalls).toMatchObject([{ outcome: { kind: 'unreachable' } }]);
  });

  it('can be set and triggered fifty times per minute', async () => {
    await using numerai = await numeraiForTest({ rateLimits: { setWebhookPerMinute: 2 } });
    await register(numerai, null);
    await register(numerai, null);
    expect(await numerai.refusal(SET, { m: NIGHTLY })).toContain('Rate limit exceeded');
    await numerai.clock.advance(60_000);
    expect(await register(numerai, null)).toBe('true');
    for (let count = 0; count < 50; count += 1) await numerai.refusal(TRIGGER, { m: NIGHTLY });
    expect(await numerai.refusal(TRIGGER, { m: NIGHTLY })).toContain('Rate limit exceeded');
  });
});

describe("a round's opening", () => {
  const callWebhook = async () => ({ status: 200, body: '' });
  const called = (numerai: NumeraiInTest) =>
    numerai.webhookCalls.map(
      ({ modelId, round, calledAt }) => `${modelId.slice(0, 4)} ${round} ${calledAt.toISOString().slice(5, 16)}`,
    );

  it('calls every registered webhook when a round opens on the clock', async () => {
    await using numerai = await numeraiForTest({ callWebhook, callAtOpening: true });
    await register(numerai, 'http://nightly/');
    await numerai.clock.advanceTo(new Date('2026-05-09T12:00:00Z'));
    expect(called(numerai)).toEqual([
      '1111 1261 05-06T12:00',
      '1111 1262 05-07T12:00',
      '1111 1263 05-08T12:00',
      '1111 1264 05-09T12:00',
    ]);
  });

  it('leads to calls when it really happens, late or never', async () => {
    await using numerai = await numeraiForTest({ callWebhook, callAtOpening: true });
    await register(numerai, 'http://nightly/');
    numerai.rounds.change(8, 1261, { openTime: new Date('2026-05-06T12:40:00Z') });
    numerai.rounds.cancel(8, 1262);
    await vi.waitFor(() => expect(numerai.clock.nextWake).not.toBeNull());
    await numerai.clock.advanceTo(new Date('2026-05-08T00:00:00Z'));
    expect(called(numerai)).toEqual(['1111 1261 05-06T12:40']);
  });

  it('can be simulated by a test: for one tournament, and more than once', async () => {
    await using numerai = await numeraiForTest({ callWebhook });
    for (const { id } of numerai.models) await register(numerai, 'http://some/', id);
    const all = await numerai.fireWebhooks(1260);
    expect(all.map(({ modelId }) => modelId)).toEqual([NIGHTLY]);
    const crypto = await numerai.fireWebhooks(360, { tournament: 12 });
    expect(crypto.map(({ modelId }) => modelId.slice(0, 4))).toEqual(['3333']);
    const twice = await numerai.fireWebhooks(1260, { plan: () => [0, 0] });
    expect(twice.map(({ modelId }) => modelId)).toEqual([NIGHTLY, NIGHTLY]);
    expect(new Set(twice.map(({ triggerId }) => triggerId)).size).toBe(2);
  });

  it('can lead to calls that are late, repeated or missing', async () => {
    const minutes = (count: number) => count * 60_000;
    await using numerai = await numeraiForTest({
      callWebhook,
      callAtOpening: (_, round) => (round === 1261 ? [minutes(20)] : round === 1262 ? [0, minutes(180)] : []),
    });
    await register(numerai, 'http://nightly/');
    await numerai.clock.advanceTo(new Date('2026-05-09T23:00:00Z'));
    expect(called(numerai)).toEqual(['1111 1261 05-06T12:20', '1111 1262 05-07T12:00', '1111 1262 05-07T15:00']);
  });
});
