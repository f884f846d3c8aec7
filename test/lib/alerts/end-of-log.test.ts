// The cause stands in the container's log: its last lines are in the alert, and no secret is.

import { describe, expect, test } from 'vitest';
import { endOfLog } from '../../../src/lib/alerts/alert.ts';
import type { SimulatedApp } from '../../simulation/app/simulated-app.ts';
import { messageIn } from '../../support/json-alert.ts';
import { modelOf, open } from '../../support/one-model.ts';

const SECRET = 'the-key-that-nobody-may-see-0123';
const MODEL = modelOf({ secrets: { API_KEY: 'some-key' } }, { maxAttempts: 1 });

/** @param lines what the container writes before it fails. */
async function failed(...lines: readonly string[]): Promise<SimulatedApp> {
  const app = await open(MODEL, {
    secrets: { 'some-key': SECRET },
    settings: {
      ALERT_WEBHOOKS: 'json:alert-json:alert-json-key,discord:alert-discord,slack:alert-slack,teams:alert-teams',
    },
  });
  app.world.runtime.behaviour = () => ({ steps: lines.map((line) => ({ after: 1000, line })), exitCode: 1 });
  await app.start('m');
  await app.pass(8);
  return app;
}

const received = ({ world }: SimulatedApp) =>
  Object.fromEntries(
    world.alertReceivers.received.map(({ format, body }) => [format, format === 'json' ? messageIn(body) : body]),
  );

describe('the alert of a run that failed', () => {
  test('has the last lines of the log in every format', async () => {
    const app = await failed('Loading …', 'Traceback', 'KeyError: "era_1234" `is` @everyone missing');
    const { json, discord, slack, teams } = received(app);
    expect(json).toMatchObject({
      kind: 'run-failed',
      log: 'Loading …\nTraceback\nKeyError: "era_1234" `is` @everyone missing',
    });
    for (const body of [discord, slack, teams]) expect(JSON.stringify(body)).toContain('KeyError: \\"era_1234\\"');
    // The backtick would end the block in which nothing is read as Markdown.
    expect(JSON.stringify(discord)).toContain("'is' @everyone missing");
    expect(discord).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  test('has no secret that the container has written', async () => {
    const app = await failed(`Using ${SECRET}`, `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')} refused`);
    const { json, ...others } = received(app);
    expect(json).toMatchObject({ log: expect.stringContaining('refused') });
    expect(JSON.stringify([json, others])).not.toContain(SECRET.slice(0, 12));
  });

  test('is sent without it where nothing was written', async () => {
    const { json } = received(await failed());
    expect(json).toMatchObject({ kind: 'run-failed', log: null });
  });
});

test.each<[string, string, string | null]>([
  ['nothing', '', null],
  ['blank lines', '\n \n', null],
  [
    'an error with its stack',
    'Loading\nError: no data\n    at f (a.js:1:2)\n    at g (a.js:3:4)\n',
    'Loading\nError: no data',
  ],
  ['a progress bar', ' 45%|████▌     | 45/100\nKilled\n', 'Killed'],
  ['more lines than are shown', Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n'), 'line 20\n'],
  ['lines that are too long together', `${'a'.repeat(800)}\n${'b'.repeat(800)}`, 'b'.repeat(800)],
  ['a last line that is too long', 'b'.repeat(2_000), `${'b'.repeat(899)}…`],
])('the end of a log of %s', (_what, log, end) => {
  const found = endOfLog(log);
  if (end?.endsWith('\n')) expect(found?.startsWith(end)).toBe(true);
  else expect(found).toBe(end);
});
