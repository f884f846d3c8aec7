// Numerai's webhook calls: set one, and have Numerai call it.

import { expect, test } from 'vitest';
import { createNumeraiWebhooks, SET_WEBHOOK_MUTATION, TRIGGER_WEBHOOK_MUTATION } from '../../cli/numerai-webhooks.ts';
import { faultsOf } from '../../local/emulators/numerai/documents.ts';
import { ExternalCallError } from '../../src/lib/util/external-call.ts';
import { graphqlClient, KEYS, startEmulator, testLostFields } from '../lib/numerai/numerai-calls.ts';
import { NIGHTLY } from '../local/emulators/numerai/setup.ts';

const emulator = startEmulator();
const client = () => createNumeraiWebhooks(graphqlClient(emulator().url));
const webhook = () => emulator().models.find(({ id }) => id === NIGHTLY)?.webhook;

test.each([SET_WEBHOOK_MUTATION, TRIGGER_WEBHOOK_MUTATION])('%s is valid against the schema', (query) => {
  expect(faultsOf(query).map(({ message }) => message)).toEqual([]);
});

testLostFields({
  set: {
    ask: (send) => createNumeraiWebhooks(send).set(NIGHTLY, null, KEYS),
    data: { setSubmissionWebhook: 'true' },
  },
  trigger: {
    ask: (send) => createNumeraiWebhooks(send).trigger(NIGHTLY, KEYS),
    data: { triggerModelWebhook: 'abc' },
  },
});

test('Numerai takes a webhook and calls it', async () => {
  await client().set(NIGHTLY, 'https://app.example/api/webhook/nightly?code=x', KEYS);
  expect(webhook()).toBe('https://app.example/api/webhook/nightly?code=x');
  const triggerId = await client().trigger(NIGHTLY, KEYS);
  expect(emulator().webhookCalls).toMatchObject([{ triggerId }]);
});

test('neither a lost answer nor the rate limit makes a second call of the webhook out of one', async () => {
  const calls = emulator().webhookCalls.length;
  emulator().emulator.faults.add({ kind: 'drop-after', times: 1 });
  await expect(client().trigger(NIGHTLY, KEYS)).rejects.toBeInstanceOf(ExternalCallError);
  expect(emulator().webhookCalls).toHaveLength(calls + 1);
  await expect(client().trigger(NIGHTLY, KEYS)).rejects.toMatchObject({ failure: 'throttled' });
  expect(emulator().webhookCalls).toHaveLength(calls + 1);
});

test('null removes a webhook', async () => {
  await client().set(NIGHTLY, null, KEYS);
  expect(webhook()).toBeNull();
});
